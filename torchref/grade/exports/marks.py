"""csv: our own marks table: one row a student, one column a task; an open mark is an empty cell, never a zero."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from torchref.grade.exports.exporter import ClassContext, Exported, class_export
from torchref.grade.exports.mark import mark_of, number, task_points
from torchref.grade.exports.untrusted import csv_text
from torchref.grade.record import NOT_JUDGED, Outline, Record

NO_SUBMISSION = "no submission"


@class_export("csv", "a table of marks: student, name, email, status, each task, total, out of")
def write_marks(outline: Outline, records: Iterable[Record], target: Path, context: ClassContext) -> Exported:
    """Writes the table, for UTF-8 readers and spreadsheets; students of the roster without a record come last."""
    seen: set[str] = set()
    left_open: list[str] = []
    # The mark at the beginning tells spreadsheets that this is UTF-8.
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        tasks = [csv_text(item.name) for item in outline.items]
        table.writerow(["student", "name", "email", "status", *tasks, "total", "out of"])
        for record in records:
            seen.add(record.student)
            mark = mark_of(outline, record)
            if mark is None:
                left_open.append(record.student)
            status = NOT_JUDGED if mark is None else record.status
            cells = [_cell(task_points(record, item.name)) for item in outline.items]
            table.writerow([*_person(record.student, context), status, *cells, _cell(mark), number(outline.points)])
        without = [student for student in context.roster if student not in seen]
        table.writerows(_absent(without, outline, context))
    return Exported(len(seen) - len(left_open), tuple(left_open), without_record=tuple(without))


def _cell(points: float | None) -> str:
    return "" if points is None else number(points)


def _person(student: str, context: ClassContext) -> list[str]:
    known = context.roster.get(student)
    return [csv_text(text) for text in (student, known.name if known else "", known.email if known else "")]


def _absent(students: Iterable[str], outline: Outline, context: ClassContext) -> Iterator[list[str]]:
    for student in students:
        blank = [""] * (len(outline.items) + 1)
        yield [*_person(student, context), NO_SUBMISSION, *blank, number(outline.points)]
