"""Optimiser readings: which mistake, made from the first step on, gives what an optimiser did?

Each mistake of the catalogue is a whole wrong optimiser: it is played through all steps, each from the code's own
parameters before it, and keeps its own wrong means. It is named if it gives the first wrong step, and preferred if it
gives every step to the end.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from manual.arrays import Array
from torchref import compare
from torchref.allowance import SIDES, growth, unit_roundoff
from torchref.diagnosis import Explanation
from torchref.mistakes import MISTAKES
from torchref.mistakes.moves import Move, Moved, make
from torchref.mistakes.optimisers import TWISTS
from torchref.steps import StepVerdict
from torchref.verdict import Verdict

if TYPE_CHECKING:
    from torchref.crosschecks.optimisers import Course, Judged

# Mistakes in the step itself, whatever it is made of: what is subtracted, of what should be.
STEPS: dict[str, Callable[[float, Array, Array], Array]] = {
    "uphill": lambda rate, w, delta: -delta,
    "rate-omitted": lambda rate, w, delta: delta / rate,
    "rate-squared": lambda rate, w, delta: delta * rate,
    "old-parameter-lost": lambda rate, w, delta: w + delta,
    "not-updated": lambda rate, w, delta: np.zeros_like(delta),
    "updated-twice": lambda rate, w, delta: 2 * delta,
}


@dataclass(frozen=True)
class Reading:
    """A mistake, and what it gives for every quantity that was judged."""

    name: str
    values: list[Array]


def readings(sequence: "Course", root: int, dtype: np.dtype[Any]) -> tuple[Explanation, ...]:
    """The mistakes that give the first wrong quantity and all before it; of these, those that give all, if any do."""
    tests = [_Test(judged, dtype) for judged in sequence.judged]
    fitting = [
        reading
        for reading in _hypotheses(sequence)
        if tests[root].is_visible(reading.values[root])
        and all(test.fits(value) for test, value in zip(tests[: root + 1], reading.values, strict=False))
    ]
    best = [r for r in fitting if all(test.fits(value) for test, value in zip(tests, r.values, strict=True))]
    kind = sequence.rule.kind
    return tuple(
        Explanation((MISTAKES[r.name],), None, kind, tests[root].digits(r.values[root])) for r in best or fitting
    )


def consistent(
    sequence: "Course",
    steps: Sequence[StepVerdict],
    root: int,
    found: Sequence[Explanation],
    dtype: np.dtype[Any],
) -> list[StepVerdict]:
    """The verdicts, where what the mistake found makes of later steps is what they are."""
    names = [e.mistakes[0].name for e in found]
    values = next((r.values for r in _hypotheses(sequence) if r.name in names), None)
    made = list(steps)
    for k, judged in enumerate(sequence.judged):
        is_later = k > root and steps[k].verdict is Verdict.DIFFERS
        if is_later and values is not None and _Test(judged, dtype).fits(values[k]):
            made[k] = replace(steps[k], verdict=Verdict.CONSISTENT)
    return made


def _hypotheses(sequence: "Course") -> Iterator[Reading]:
    kind, rate = sequence.rule.kind, sequence.rule.learning_rate
    for name, twist in TWISTS.items():
        if kind in twist.kinds:
            yield Reading(name, _play(sequence, twist.twist, lambda w, delta: delta))
    for name, step in STEPS.items():
        yield Reading(name, _play(sequence, "", partial(step, rate)))


def _play(sequence: "Course", twist: str, step: Callable[[Array, Array], Array]) -> list[Array]:
    """What a wrong optimiser gives for every quantity that was judged."""
    names, rule = list(sequence.before[0]), sequence.rule
    state = {n: {b: np.zeros(p.shape) for b in rule.buffers} for n, p in sequence.before[0].items()}
    made: dict[tuple[int, str, str], Array] = {}
    for t, gradients in enumerate(sequence.gradients[: len(sequence.before) - 1]):
        for place, name in enumerate(names):
            w, g = (array.astype(np.float64) for array in (sequence.before[t][name], gradients[name]))
            moved: Moved = make(Move(rule, w, g, t, state[name], place, len(names)), twist)
            state[name] = {b: np.asarray(value) for b, value in moved.kept.items()}
            made[t + 1, name, ""] = w - step(w, moved.delta)
            made |= {(t + 1, name, b): value for b, value in state[name].items()}
    return [made[j.step, j.parameter, j.buffer] for j in sequence.judged]


@dataclass(frozen=True)
class _Test:
    """Whether a hypothesis gives what was found, as closely as rounding lets it."""

    judged: "Judged"
    dtype: np.dtype[Any]

    def fits(self, value: Array) -> bool:
        """Whether every element lies within the bound, or is no number in both."""
        got = self.judged.got
        if got is None or got.shape != value.shape:
            return got is None
        own = SIDES * unit_roundoff(self.dtype) * growth(self.judged.rounding.operations)
        with np.errstate(all="ignore"):
            is_near = np.abs(got - value) <= self.judged.allowed + own * np.abs(value)
        return bool((is_near | (~np.isfinite(got) & ~np.isfinite(value))).all())

    def is_visible(self, value: Array) -> bool:
        """Whether the hypothesis gives something else than the right value."""
        with np.errstate(all="ignore"):
            return not bool((np.abs(value - self.judged.expected) <= self.judged.allowed).all())

    def digits(self, value: Array) -> float:
        """Decimal digits to which the hypothesis gives what was found; all of them where neither is a number."""
        got = self.judged.got
        if got is None or not np.isfinite(value).all():
            return compare.ALL_DIGITS
        return compare.digits(np.abs(got - value), value)
