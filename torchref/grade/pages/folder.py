"""Folder: all pages of a class: index.html, and students/ with a page for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from torchref.grade.pages.class_page import write_summary
from torchref.grade.pages.student_page import student_html
from torchref.grade.pages.summary import Summary
from torchref.grade.record import Outline, Record

if TYPE_CHECKING:
    from torchref.grade.roster import Student

STUDENTS = "students"


def page_name(student: str) -> str:
    """The file name of a student's page: safe everywhere, its own for each id, and readable."""
    digest = sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    readable = re.sub(r"[^A-Za-z0-9]+", "-", student).strip("-").lower()[:40]
    return f"{readable}-{digest}.html" if readable else f"{digest}.html"


def write_pages(
    outline: Outline,
    records: Iterable[Record],
    folder: Path,
    roster: Mapping[str, Student] | None = None,
    language: str = "en",
    with_numbers: bool = False,
) -> None:
    """Writes all pages into a folder, which is made if it is not there; each record is read once."""
    summary = Summary(outline)
    (folder / STUDENTS).mkdir(parents=True, exist_ok=True)
    for record in records:
        summary.add(record)
        name = roster[record.student].name if roster and record.student in roster else ""
        page = student_html(outline, record, language, with_numbers, name)
        (folder / STUDENTS / page_name(record.student)).write_text(page, encoding="utf-8", newline="\n")
    write_summary(summary, folder / "index.html", roster, language, lambda student: f"{STUDENTS}/{page_name(student)}")
