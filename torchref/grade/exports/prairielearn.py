"""prairielearn: results.json of an external grader of PrairieLearn, in at most 1 MB."""

import json
from typing import Any

from torchref.grade.exports.exporter import ResultContext, result_export
from torchref.grade.exports.mark import mark_of, number, task_of, task_points
from torchref.grade.exports.untrusted import capped, one_line
from torchref.grade.exports.words import JUDGING, OPEN, headline, reason_of, task_feedback
from torchref.grade.record import UNUSABLE, Item, Outline, Record

LIMIT = 1_000_000  # bytes of the file
OUTPUT = 50_000  # characters of one output, to begin with


@result_export("prairielearn", "results.json of a PrairieLearn external grader")
def render_prairielearn(outline: Outline, record: Record, context: ResultContext) -> str:
    """The text of results.json. What cannot be graded, for its own fault or the grader's, uses up no attempt."""
    mark = mark_of(outline, record)
    if mark is None or record.status == UNUSABLE:
        said = [OPEN.say(context.language) if mark is None else "", reason_of(record, context.language)]
        return _text({"gradable": False, "format_errors": [sentence for sentence in said if sentence] or [UNUSABLE]})
    share = mark / outline.points if outline.points else 0.0
    results: dict[str, Any] = {
        "gradable": True,
        "score": float(number(min(max(share, 0.0), 1.0))),
        "message": JUDGING.say(context.language),
    }
    limit = OUTPUT
    while True:
        results["tests"] = [_test(item, record, context, limit) for item in outline.items]
        text = _text(results)
        if len(text.encode()) <= LIMIT or limit < 100:
            return text
        limit //= 2


def _test(item: Item, record: Record, context: ResultContext, limit: int) -> dict[str, Any]:
    mark = task_of(record, item.name)
    feedback = task_feedback(mark, context.language, context.with_numbers)
    return {
        "name": one_line(item.title.say(context.language)),
        "description": one_line(item.name),
        "points": float(number(task_points(record, item.name) or 0.0)),
        "max_points": float(number(mark.max_points if mark else item.points)),
        "message": capped(headline(mark, context.language), limit),
        "output": capped(feedback, limit),
    }


def _text(results: dict[str, Any]) -> str:
    return json.dumps(results, ensure_ascii=False, allow_nan=False) + "\n"
