"""Export class: the marks of one database or several into a platform's file, and what is to be said of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from heapq import merge
from pathlib import Path

from torchref.errors import must_be
from torchref.grade.assignment import source_of
from torchref.grade.exports import ClassContext, Exported, export_class
from torchref.grade.roster import read_roster
from torchref.grade.store import Store

SHOWN = 10


@dataclass(frozen=True)
class ExportRequest:
    """What is to be written, in which format, from which databases; see ClassContext for the rest."""

    form: str
    assignment: str
    output: Path
    databases: tuple[Path, ...]
    sheet: Path | None = None
    column: str = ""
    feedback: str = ""
    roster: Path | None = None
    language: str = "en"


def export_marks(request: ExportRequest) -> Iterator[str]:
    """Writes the file; what to know about it comes line by line."""
    outline = source_of(request.assignment).load().outline
    roster = read_roster(request.roster) if request.roster else {}
    context = ClassContext(roster, request.sheet, request.column, request.feedback, request.language)
    with ExitStack() as stack:
        stores = [stack.enter_context(Store(_existing(path))) for path in request.databases]
        if not stores:
            raise must_be(
                "--database", "given", "nothing", "it is marks.sqlite in the folder that torchref grade wrote"
            )
        records = merge(*(store.records(outline.name) for store in stores), key=lambda record: record.student)
        exported = export_class(request.form, outline, records, request.output, context)
    yield f"wrote {request.output}: {exported.marks} marks"
    yield from _said(exported)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise must_be(str(path), "a database of marks", "nothing there")
    return path


def _said(exported: Exported) -> Iterator[str]:
    for what, students in (
        ("open, and left as they were", exported.left_open),
        ("without a row in the sheet", exported.without_row),
        ("in the sheet and without a submission", exported.without_record),
    ):
        if students:
            shown = ", ".join(students[:SHOWN]) + (
                f" and {len(students) - SHOWN} more" if len(students) > SHOWN else ""
            )
            yield f"{len(students)} {what}: {shown}"
    yield from exported.warnings
