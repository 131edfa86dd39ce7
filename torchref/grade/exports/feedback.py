"""Feedback: comments for gradebooks that show them as HTML: everything in them is text, escaped."""

from html import escape

from torchref.grade.exports.mark import number, task_of
from torchref.grade.exports.untrusted import capped
from torchref.grade.exports.words import headline, hint_text, reason_of
from torchref.grade.record import Outline, Record

LIMIT = 20_000  # characters of a comment, far more than anybody reads in a gradebook


def moodle_comment(outline: Outline, record: Record, language: str) -> str:
    """A record's feedback as HTML: the reason, and for each task its points, its verdict and its hints."""
    parts = [f"<p>{escape(reason)}</p>"] if (reason := reason_of(record, language)) else []
    for item in outline.items:
        mark = task_of(record, item.name)
        if mark is None:
            continue
        points = f"{number(mark.points)}/{number(mark.max_points)}"
        title = f"{escape(item.title.say(language))}: {points}, {escape(headline(mark, language))}"
        hints = "".join(f"<li>{escape(hint_text(hint, language))}</li>" for hint in mark.hints)
        parts.append(f"<p>{title}</p>" + (f"<ul>{hints}</ul>" if hints else ""))
    kept: list[str] = []
    for part in parts:
        if sum(map(len, kept)) + len(part) > LIMIT:
            kept.append("<p>…</p>")
            break
        kept.append(part)
    return capped("".join(kept), LIMIT + 100)
