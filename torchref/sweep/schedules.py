"""Schedules: a schedule by its name, with constants that fit the number of steps."""

from manual import schedules
from manual.errors import unknown
from manual.schedules import Schedule


def schedule_of(name: str, steps: int) -> Schedule:
    """The schedule of a name; those that decay end near a hundredth of the first rate.

    Raises    InputError, with a suggestion, if there is no such schedule
    """
    known: dict[str, Schedule] = {
        "fixed": schedules.Fixed(),
        "step": schedules.StepDecay(max(1, steps // 3), 0.1),
        "exponential": schedules.ExponentialDecay(0.01 ** (1 / steps)),
        "1/t": schedules.InverseTimeDecay(99 / steps),
        "cosine": schedules.CosineDecay(steps),
    }
    if name not in known:
        raise unknown("--schedule", name, known)
    return known[name]
