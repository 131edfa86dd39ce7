"""Own check: what `torchref check FILE --assignment NAME` does: the marking, on the examples that everybody may see."""

from pathlib import Path

from rich.console import Console

from torchref import verdict
from torchref.errors import must_be
from torchref.grade.assignment import source_of
from torchref.grade.own_code import OwnCode
from torchref.grade.program import Program
from torchref.grade.record import RIGHT
from torchref.grade.worksheet import WorksheetAssignment, mark_worksheet
from torchref.render.marks import marks_table
from torchref.worksheets.source import read


def check_solution(path: Path, name_or_file: str, language: str) -> int:
    """Marks one's own file in this process, prints the marks, and returns the exit code."""
    assignment = source_of(name_or_file).load()
    if not path.is_file():
        raise must_be(str(path), "a file", "nothing there")
    if isinstance(assignment, WorksheetAssignment):
        marks = mark_worksheet(read(path), assignment.case, assignment.lines, assignment.aliases, suffix=path.suffix)
    else:
        marks = assignment.marker(OwnCode(path)).mark(Program({}, path.name)).tasks
    Console(highlight=False, soft_wrap=True).print(marks_table(assignment.outline, marks, language))
    if all(mark.verdict == RIGHT for mark in marks):
        return verdict.AGREES
    return verdict.DIFFERS if any(mark.is_judged and mark.verdict != RIGHT for mark in marks) else verdict.NOT_JUDGED
