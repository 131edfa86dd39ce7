"""Class page: what an instructor wants to know of a class, as one HTML file that stands by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from torchref.grade.pages.histogram import HEIGHT, WIDTH, histogram
from torchref.grade.pages.summary import Summary
from torchref.grade.pages.template import script, template
from torchref.grade.record import MARKED, NOT_JUDGED, UNUSABLE, Outline, Record

if TYPE_CHECKING:
    from torchref.grade.roster import Student

MISTAKES_SHOWN = 20
BUFFERED = 500  # pieces of the page that are written at once


def write_class_page(
    outline: Outline,
    records: Iterable[Record],
    target: Path,
    roster: Mapping[str, Student] | None = None,
    language: str = "en",
    link: Callable[[str], str] | None = None,
) -> None:
    """Writes the page; `link` gives the address of a student's page, and without it there are no links."""
    summary = Summary(outline)
    for record in records:
        summary.add(record)
    write_summary(summary, target, roster, language, link)


def write_summary(
    summary: Summary,
    target: Path,
    roster: Mapping[str, Student] | None = None,
    language: str = "en",
    link: Callable[[str], str] | None = None,
) -> None:
    """Writes the page of a class that is summed up already."""
    outline, roster = summary.outline, roster or {}
    text, allowed = script("table.js")
    stream = template("class.html", language).stream(
        title=outline.title.say(language),
        points=outline.points,
        items=[item.title.say(language) for item in outline.items],
        summary=summary,
        statuses=[(status, summary.statuses[status]) for status in (MARKED, UNUSABLE, NOT_JUDGED)],
        absent=summary.absent(roster),
        chart=histogram(summary.marks, outline.points),
        chart_size=(WIDTH, HEIGHT),
        mistakes=summary.mistakes,
        shown=MISTAKES_SHOWN,
        roster=roster,
        link=link,
        script=text,
        allowed=allowed,
    )
    stream.enable_buffering(BUFFERED)
    stream.dump(str(target), encoding="utf-8")
