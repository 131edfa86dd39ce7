"""gradescope: results.json as Gradescope's harness reads it, and who submitted, from submission_metadata.json.

An open mark gives a file without any score. Gradescope asks for a score at the top or in each test, so it reports an
error of the autograder (which instructors see, and can run again), where a score of 0 would be taken for a mark. The
other way it knows, no file at all, tells the student nothing, and a file that is no JSON is recorded with a score of 0.
"""

import json
from pathlib import Path
from typing import Any

from torchref.errors import must_be
from torchref.grade.exports.exporter import ResultContext, result_export
from torchref.grade.exports.mark import mark_of, number, task_of, task_points
from torchref.grade.exports.untrusted import capped, one_line
from torchref.grade.exports.words import JUDGING, OPEN, reason_of, task_feedback
from torchref.grade.record import PARTLY_RIGHT, RIGHT, UNUSABLE, Item, Outline, Record

LIMIT = 100_000  # characters of one output, beyond which Gradescope cuts it itself
VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")


@result_export("gradescope", "results.json of a Gradescope autograder")
def render_gradescope(outline: Outline, record: Record, context: ResultContext) -> str:
    """The text of results.json; a visibility is given only where it is asked for.

    Raises    InputError if the visibility is none of Gradescope's
    """
    if context.visibility and context.visibility not in VISIBILITIES:
        raise must_be("visibility", f"one of {', '.join(VISIBILITIES)}", repr(context.visibility))
    mark = mark_of(outline, record)
    if mark is None:
        return failed(_joined(OPEN.say(context.language), reason_of(record, context.language)))
    results: dict[str, Any] = {
        "score": float(number(mark)),
        "execution_time": float(number(record.seconds)),
        "output": capped(_joined(reason_of(record, context.language), JUDGING.say(context.language)), LIMIT),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": [_test(place, item, record, context) for place, item in enumerate(outline.items, 1)],
        "extra_data": {"status": record.status, "digest": record.digest},
    }
    if context.visibility:
        results["visibility"] = context.visibility
    return _text(results)


def failed(reason: str) -> str:
    """A results.json that says why there is no mark, and has no score."""
    return _text({"output": capped(reason, LIMIT), "output_format": "text"})


def student_of(metadata: Path) -> str:
    """The id of whoever submitted: the email, or else the id, of each user, sorted and joined by commas.

    Raises    InputError if the file is not Gradescope's submission_metadata.json, or names nobody
    """
    try:
        known = json.loads(metadata.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise must_be(str(metadata), "Gradescope's submission_metadata.json", error) from error
    users = known.get("users") if isinstance(known, dict) else None
    people = [user for user in users if isinstance(user, dict)] if isinstance(users, list) else []
    ids = sorted(one_line(str(user.get("email") or user.get("id") or "")) for user in people)
    if not ids or not all(ids):
        raise must_be(f"{metadata.name}'s users", "one or more, each with an email or an id", users)
    return ",".join(ids)


def _test(place: int, item: Item, record: Record, context: ResultContext) -> dict[str, Any]:
    mark = task_of(record, item.name)
    verdict = mark.verdict if mark else UNUSABLE
    test: dict[str, Any] = {
        "score": float(number(task_points(record, item.name) or 0.0)),
        "max_score": float(number(mark.max_points if mark else item.points)),
        "name": one_line(item.title.say(context.language)),
        "number": str(place),
        "tags": [verdict],
        "extra_data": {"task": item.name},
    }
    if verdict != PARTLY_RIGHT:  # which is neither passed nor failed
        test["status"] = "passed" if verdict == RIGHT else "failed"
    if mark:
        test["output"] = capped(task_feedback(mark, context.language, context.with_numbers), LIMIT)
    return test


def _joined(*sentences: str) -> str:
    return "\n\n".join(sentence for sentence in sentences if sentence)


def _text(results: dict[str, Any]) -> str:
    return json.dumps(results, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
