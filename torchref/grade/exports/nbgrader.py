"""nbgrader: the CSV that nbgrader's export writes. It has no quotes at all: what would break a row is replaced."""

import re
from collections.abc import Iterable
from pathlib import Path

from torchref.grade.exports.exporter import ClassContext, Exported, class_export
from torchref.grade.exports.mark import mark_of, number
from torchref.grade.exports.untrusted import csv_text, one_line
from torchref.grade.record import Outline, Record

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
BREAKS = re.compile('[,;"\r\n]')


@class_export("nbgrader", "a CSV of nbgrader's form")
def write_nbgrader(outline: Outline, records: Iterable[Record], target: Path, context: ClassContext) -> Exported:
    """Writes the CSV; commas and quotes in names become spaces, which is told. An open mark has empty scores."""
    marks, left_open, changed = 0, [], []
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        for record in records:
            mark = mark_of(outline, record)
            if mark is None:
                left_open.append(record.student)
            else:
                marks += 1
            known = context.roster.get(record.student)
            first, last = split_name(known.name) if known else ("", "")
            texts = [outline.name, "", "", record.student, last, first, known.email if known else ""]
            cells = [unbroken(text) for text in texts]
            if any(BREAKS.search(text) for text in texts):
                changed.append(record.student)
            score = "" if mark is None else number(mark)
            file.write(",".join([*cells, score, "" if mark is None else "0", score, number(outline.points)]) + "\n")
    warnings = (f"commas or quotes became spaces in the rows of {', '.join(changed)}",) if changed else ()
    return Exported(marks, tuple(left_open), warnings=warnings)


def unbroken(text: str) -> str:
    """The text as a cell without quotes: no comma, quote or line end, and no formula."""
    return csv_text(one_line(BREAKS.sub(" ", text)))


def split_name(name: str) -> tuple[str, str]:
    """First and last name of "Last, First" or "First Last"; one word is a last name."""
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.strip().rpartition(" ")
    return first.strip(), last.strip()
