"""Credit: which quantities of an answer earn their share of a task's points."""

from collections.abc import Sequence

from torchref.grade.tasks.task import Judged, Task
from torchref.verdict import Verdict


def earns(judged: Judged, quantity: str) -> bool:
    """Whether a quantity has credit: right, right given the wrong values before it, or right all the same.

    What follows from a wrong value and is 0 throughout would be so whatever is wrong with it.
    """
    verdict = judged.verdict(quantity)
    if verdict is Verdict.CONSISTENT:
        return quantity not in judged.empty
    readings = [note.excuses for note in judged.report.notes if note.kind == "reading"]
    return verdict is Verdict.AGREES or any(quantity in names for names in readings)


def earned(judged: Sequence[Judged]) -> list[bool]:
    """Whether each quantity has credit: it must have it on every example."""
    return [all(earns(j, quantity) for j in judged) for quantity in judged[0].asked]


def points_of(task: Task, rights: Sequence[bool]) -> float:
    """What a task's answer is worth: each quantity has an equal share."""
    return round(task.points * sum(rights) / len(rights), 2)


def worst_verdict(judged: Judged, label: str) -> Verdict:
    """The verdict on what the student calls by one name: the worst, where that is several quantities."""
    verdicts = [judged.verdict(quantity) for quantity, name in judged.asked.items() if name == label]
    order = [v for v in Verdict if v not in (Verdict.AGREES, Verdict.CONSISTENT)]
    return next((v for v in order if v in verdicts), max(verdicts, key=lambda v: v is Verdict.CONSISTENT))
