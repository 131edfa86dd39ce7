"""Mark one: one submission on a platform: its marks into the file that the platform reads."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from torchref import verdict
from torchref.errors import must_be, unknown
from torchref.grade.assignment import source_of
from torchref.grade.exports import RESULT_EXPORTS, ResultContext, export_result
from torchref.grade.program import Program
from torchref.grade.record import MARKED, NOT_JUDGED, UNUSABLE, Outline, Record
from torchref.grade.secret import read_or_make
from torchref.grade.submissions import Found, Part, digest
from torchref.grade.work import open_sandbox


@dataclass(frozen=True)
class MarkRequest:
    """What is to be marked, for whom, and in what form the marks are wanted."""

    submission: Path
    assignment: str
    student: str
    form: str
    output: Path
    secret_file: Path
    accept: tuple[str, ...] = ()


def mark_one(request: MarkRequest, context: ResultContext) -> int:
    """Marks a submission and writes the platform's file; returns the exit code, 0 where there is a mark."""
    if request.form not in RESULT_EXPORTS:
        raise unknown("--as", request.form, RESULT_EXPORTS)
    if not request.submission.exists():
        raise must_be(str(request.submission), "a file or folder", "nothing there")
    outline, record = _marked(request)
    graded = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    context = ResultContext(context.language, context.environment, context.submitted, graded, context.visibility)
    text = export_result(request.form, outline, record, context)
    try:
        request.output.parent.mkdir(parents=True, exist_ok=True)
        request.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise must_be(str(request.output), "a file that can be written", error.strerror or str(error)) from error
    return verdict.AGREES if record.is_complete else verdict.NOT_JUDGED


def _marked(request: MarkRequest) -> tuple[Outline, Record]:
    assignment = source_of(request.assignment).load()
    path = request.submission
    found = Found(request.student, path, (Part(path, "", "" if path.is_dir() else path.name),))
    program = assignment.read(found)
    if not isinstance(program, Program):
        status = NOT_JUDGED if program.is_open else UNUSABLE
        return assignment.outline, Record(request.student, status, (), program.reason, program.digest)
    with open_sandbox(assignment, request.accept) as sandbox:
        marks = assignment.marker(sandbox, read_or_make(request.secret_file)).mark(program, request.student)
    content = digest({**program.files, "": program.entry})
    return assignment.outline, Record(request.student, MARKED, marks.tasks, digest=content, seconds=marks.seconds)
