"""Steps: is each step of a trace right, given what went into it?

The reference recomputes every quantity in float64 from the examined trace's own earlier values. The first quantity
that is wrong although everything that went into it is right is a root; one that is right given wrong inputs is
"consistent". A mistake in one layer is so told from what it does to all the others.

Where the trace has no earlier value, the reference's own stands in. The examined code computed its own there, with
its own roundings, so what is allowed then is wider: see torchref/shake.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.case import Case
from torchref.allowance import allowance
from torchref.compare import Comparison, compare
from torchref.precision import ieee_float32
from torchref.reference import Expected, Reference
from torchref.shake import Shaker
from torchref.verdict import Verdict


@dataclass(frozen=True)
class StepVerdict:
    """The verdict on one quantity, given the quantities that went into it, and what computes it of them."""

    comparison: Comparison
    function: str
    verdict: Verdict
    inputs: tuple[str, ...]

    @property
    def name(self) -> str:
        """The quantity's name."""
        return self.comparison.name


@dataclass(frozen=True)
class Examination:
    """A trace examined: the verdicts in order, the values that the steps were computed from, and what was expected.

    `expected` holds every quantity as the reference computes it from `values`, `allowed` those that the trace has.
    """

    case: Case
    steps: list[StepVerdict]
    values: dict[str, Array]
    expected: dict[str, Expected]
    allowed: dict[str, Array]

    @property
    def roots(self) -> list[StepVerdict]:
        """The steps that are themselves at fault, in order."""
        return roots(self.steps)


def judge(case: Case, trace: Mapping[str, Array], device: str = "cpu") -> list[StepVerdict]:
    """The verdict on every quantity of a trace, in the order in which they are computed."""
    return examine(case, trace, device).steps


@ieee_float32()
def examine(case: Case, trace: Mapping[str, Array], device: str = "cpu") -> Examination:
    """Judges every quantity of a trace; one that the trace lacks is missing."""
    reference = Reference(case, device, given=trace)
    expected: dict[str, Expected] = {}
    for step in reference.walk():
        got = trace.get(step.name)
        reference.values[step.name] = got if step.can_go_on_with(got) else step.value
        expected[step.name] = step
    given = {name: step.rounding_for(trace[name], case.dtype) for name, step in expected.items() if name in trace}
    allowed = {name: allowance(rounding, case.dtype) for name, rounding in given.items()}
    differing = (name for name in allowed if not np.array_equal(trace[name], expected[name].value))
    if any(i in expected and i not in trace for name in differing for i in expected[name].inputs):
        Shaker(case, trace, expected, device).widen(allowed)
    steps: dict[str, StepVerdict] = {}
    for name, step in expected.items():
        bound = allowed.get(name, np.empty(0))
        comparison = compare(name, trace.get(name), step.value, bound, case.dtype, given.get(name))
        is_tainted = any(_is_tainted(steps[i].verdict) for i in step.inputs if i in steps)
        is_consistent = comparison.verdict is Verdict.AGREES and is_tainted
        verdict = Verdict.CONSISTENT if is_consistent else comparison.verdict
        steps[name] = StepVerdict(comparison, step.function, verdict, step.inputs)
    return Examination(case, list(steps.values()), reference.values, expected, allowed)


def _is_tainted(verdict: Verdict) -> bool:
    """Whether a quantity with this verdict hands a wrong value on."""
    return verdict in (Verdict.DIFFERS, Verdict.CONSISTENT)


def roots(steps: Sequence[StepVerdict]) -> list[StepVerdict]:
    """The steps that are themselves at fault, in order."""
    return [step for step in steps if step.verdict.is_wrong]
