"""otter: the CSV that Otter-Grader writes: a row of what each question is worth, then a row a student."""

import csv
from collections.abc import Iterable
from pathlib import Path

from torchref.grade.exports.exporter import ClassContext, Exported, class_export
from torchref.grade.exports.mark import mark_of, number, task_points
from torchref.grade.exports.untrusted import csv_text
from torchref.grade.exports.words import reason_of
from torchref.grade.record import NOT_JUDGED, UNUSABLE, Outline, Record

COMPLETED = "Completed"


@class_export("otter", "a CSV of Otter-Grader's form")
def write_otter(outline: Outline, records: Iterable[Record], target: Path, context: ClassContext) -> Exported:
    """Writes the CSV; where a mark is open, its cells are empty and the grading status says why."""
    marks, left_open = 0, []
    with target.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        questions = [csv_text(item.name) for item in outline.items]
        table.writerow(["file", *questions, "total_points_earned", "percent_correct", "grading_status"])
        worth = [number(item.points) for item in outline.items]
        table.writerow(["points-per-question", *worth, number(outline.points), "", ""])
        for record in records:
            mark = mark_of(outline, record)
            if mark is None:
                left_open.append(record.student)
            else:
                marks += 1
            points = [task_points(record, item.name) for item in outline.items]
            cells = ["" if one is None else number(one) for one in (*points, mark)]
            table.writerow([csv_text(record.student), *cells, _share(mark, outline), _status(record, mark, context)])
    return Exported(marks, tuple(left_open))


def _share(mark: float | None, outline: Outline) -> str:
    """The share of the points, from 0 to 1, to four digits as Otter gives it."""
    return "" if mark is None or not outline.points else number(round(mark / outline.points, 4))


def _status(record: Record, mark: float | None, context: ClassContext) -> str:
    """Completed, or the error in words, as Otter gives it."""
    if mark is not None and record.status != UNUSABLE:
        return COMPLETED
    word = NOT_JUDGED if mark is None else UNUSABLE
    return csv_text(f"{word}: {reason_of(record, context.language)}".removesuffix(": "))
