"""Mark: what a gradebook may be told of a record: the mark if there is one, and the mark of each task."""

from math import isfinite

from torchref.errors import must_be
from torchref.grade.record import UNUSABLE, Outline, Record, TaskMark


def mark_of(outline: Outline, record: Record) -> float | None:
    """The mark; None while it is open: something was not judged, or a task of the outline is not in the record."""
    points = [task_points(record, item.name) for item in outline.items]
    known = [point for point in points if point is not None]
    return record.points if record.is_complete and len(known) == len(points) else None


def task_of(record: Record, name: str) -> TaskMark | None:
    """The mark of a task, or None if the record has none."""
    return next((task for task in record.tasks if task.task == name), None)


def task_points(record: Record, name: str) -> float | None:
    """The points of a task; None while they are open. In an unusable submission no task has any points."""
    task = task_of(record, name)
    if task is None:
        return 0.0 if record.status == UNUSABLE else None
    return None if task.is_open else task.points


def number(points: float) -> str:
    """Points as a gradebook reads them: 8.5, 10, -2; what binary fractions add beyond six decimals is dropped.

    Raises    InputError if they are not finite
    """
    if not isfinite(points):
        raise must_be("points", "finite", points)
    text = f"{points:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
