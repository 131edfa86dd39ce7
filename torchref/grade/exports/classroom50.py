"""classroom50: result.json of a Classroom 50 autograder. Its scores are integers, so they are hundredths of a point."""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from torchref.errors import NotJudgedError
from torchref.grade.exports.exporter import ResultContext, result_export
from torchref.grade.exports.mark import mark_of, number, task_of, task_points
from torchref.grade.exports.untrusted import capped, one_line
from torchref.grade.exports.words import OPEN, reason_of, task_feedback
from torchref.grade.record import RIGHT, Item, Outline, Record

SCALE = 100
LIMIT = 20_000  # characters of one task's feedback
FROM_ENVIRONMENT = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
    "assignment_type": "ASSIGNMENT_TYPE",
    "owner": "OWNER",
}
TAG_TIME = re.compile(r"submit/(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z")


@result_export("classroom50", "result.json of a Classroom 50 autograder", "result.json")
def render_classroom50(outline: Outline, record: Record, context: ResultContext) -> str:
    """The text of result.json; each test has its exact points in keys of its own.

    Raises    NotJudgedError if the mark is open: ending with an error is how an autograder says that it failed
    """
    mark = mark_of(outline, record)
    if mark is None:
        reason = reason_of(record, context.language)
        raise NotJudgedError(f"{OPEN.say(context.language)} {reason}".strip())
    tests = [_test(item, record, context) for item in outline.items]
    result: dict[str, Any] = {"schema": "classroom50/result/v1"}
    result |= {key: context.environment.get(name, "") for key, name in FROM_ENVIRONMENT.items()}
    result["owner"] = result["owner"] or context.environment.get("USERNAME", "")
    result |= {
        "datetime": context.submitted or _time_in(result["submission"]),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "points": float(number(mark)),
        "max-points": float(number(outline.points)),
        "tests": tests,
    }
    if context.graded:
        result["graded_at"] = context.graded
    return json.dumps(result, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _test(item: Item, record: Record, context: ResultContext) -> dict[str, Any]:
    mark = task_of(record, item.name)
    points, most = task_points(record, item.name) or 0.0, mark.max_points if mark else item.points
    return {
        "test-name": one_line(item.title.say(context.language)),
        "passed": mark is not None and mark.verdict == RIGHT,
        "score": _hundredths(points),
        "max-score": _hundredths(most),
        "points": float(number(points)),
        "max-points": float(number(most)),
        "output": capped(task_feedback(mark, context.language, context.with_numbers), LIMIT) if mark else "",
    }


def _hundredths(points: float) -> int:
    """Points in hundredths, half a one rounded up."""
    return int((Decimal(number(points)) * SCALE).to_integral_value(ROUND_HALF_UP))


def _time_in(tag: str) -> str:
    """When a submission was made, from its tag; "" if the tag does not tell."""
    found = TAG_TIME.match(tag)
    return f"{found[1]}T{found[2]}:{found[3]}:{found[4]}Z" if found else ""
