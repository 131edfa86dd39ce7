"""check50: the JSON that check50 writes: a check a task, passed, failed, or null where nobody can tell."""

import json
from typing import Any

from torchref.grade.exports.exporter import ResultContext, result_export
from torchref.grade.exports.mark import number, task_of, task_points
from torchref.grade.exports.untrusted import capped, one_line, plain
from torchref.grade.exports.words import headline, hint_text, reason_of
from torchref.grade.record import RIGHT, UNUSABLE, Item, Outline, Record

VERSION = "3.5.0"  # of check50, whose form this is
LIMIT = 20_000  # characters of a log


@result_export("check50", "the JSON of check50", "check50.json")
def render_check50(outline: Outline, record: Record, context: ResultContext) -> str:
    """The text of the JSON."""
    results = [_check(item, record, context) for item in outline.items]
    known = {"slug": one_line(outline.name), "version": VERSION, "results": results}
    return json.dumps(known, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _check(item: Item, record: Record, context: ResultContext) -> dict[str, Any]:
    mark, points = task_of(record, item.name), task_points(record, item.name)
    # As in check50, null also stands for a check that waits for another, which failed.
    unknown = points is None or (mark is not None and not mark.is_judged)
    passed = None if unknown else mark is not None and mark.verdict == RIGHT
    hints = [hint_text(hint, context.language, context.with_numbers) for hint in mark.hints] if mark else []
    unusable = reason_of(record, context.language) if record.status == UNUSABLE else ""
    first, *others = hints or [unusable or headline(mark, context.language)]
    data = {"max_points": item.points} | ({} if points is None else {"points": float(number(points))})
    return {
        "name": item.name,
        "description": one_line(item.title.say(context.language)),
        "passed": passed,
        "log": capped(plain(mark.said), LIMIT).splitlines() if mark else [],
        "cause": None if passed else {"rationale": first, "help": "\n".join(others) or None},
        "data": data,
        "dependency": None,
    }
