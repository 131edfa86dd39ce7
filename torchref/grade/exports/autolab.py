"""autolab: the last two lines of an Autolab autograder's output. The site's problems are named as the tasks are."""

import json
from typing import Any

from torchref.grade.exports.exporter import ResultContext, result_export
from torchref.grade.exports.mark import mark_of, number, task_of, task_points
from torchref.grade.exports.untrusted import one_line
from torchref.grade.exports.words import headline, hint_text
from torchref.grade.record import RIGHT, Item, Outline, Record

STAGE = "Tasks"


@result_export("autolab", "the last lines of an Autolab autograder's output", "autoresult.txt")
def render_autolab(outline: Outline, record: Record, context: ResultContext) -> str:
    """A line to show and a line of scores; a task that is open has neither, so Autolab leaves it as it was."""
    points = {item: task_points(record, item.name) for item in outline.items}
    judged = {item: float(number(one)) for item, one in points.items() if one is not None}
    shown = {one_line(item.title.say(context.language)): _shown(item, record, context) for item in judged}
    scores: dict[str, Any] = {"scores": {item.name: one for item, one in judged.items()}}
    mark = mark_of(outline, record)
    if mark is not None:
        scores["scoreboard"] = [*judged.values(), float(number(mark))]
    lines = ({"_presentation": "semantic", "stages": [STAGE], STAGE: shown}, scores)
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines)


def _shown(item: Item, record: Record, context: ResultContext) -> dict[str, Any]:
    mark = task_of(record, item.name)
    if mark and mark.verdict == RIGHT:
        return {"passed": True}
    hints = [hint_text(hint, context.language, context.with_numbers) for hint in mark.hints] if mark else []
    return {"passed": False, "hint": " ".join(hints) or headline(mark, context.language)}
