"""Steps: is each step of a trace right, given what went into it?

The reference recomputes every quantity in float64 from the examined trace's own earlier values. The first quantity
that is wrong although everything that went into it is right is a root; one that is right given wrong inputs is
"consistent". A mistake in one layer is so told from what it does to all the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from manual.arrays import Array
from manual.case import Case
from torchref.allowance import allowance
from torchref.compare import Comparison, compare
from torchref.precision import ieee_float32
from torchref.reference import Reference
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


@ieee_float32()
def judge(case: Case, trace: Mapping[str, Array], device: str = "cpu") -> list[StepVerdict]:
    """The verdict on every quantity of a trace, in the order in which they are computed.

    A quantity that the trace lacks is missing; where others need it, the reference's own value stands in.
    """
    reference = Reference(case, device)
    judged: dict[str, StepVerdict] = {}
    for expected in reference.walk():
        got = trace.get(expected.name)
        allowed = allowance(expected.rounding, case.dtype)
        comparison = compare(expected.name, got, expected.value, allowed, case.dtype)
        is_usable = got is not None and comparison.verdict in (Verdict.AGREES, Verdict.DIFFERS)
        reference.values[expected.name] = got if is_usable else expected.value.astype(case.dtype)  # type: ignore[assignment]
        is_tainted = any(_is_tainted(judged[name].verdict) for name in expected.inputs if name in judged)
        is_consistent = comparison.verdict is Verdict.AGREES and is_tainted
        verdict = Verdict.CONSISTENT if is_consistent else comparison.verdict
        judged[expected.name] = StepVerdict(comparison, expected.function, verdict, expected.inputs)
    return list(judged.values())


def _is_tainted(verdict: Verdict) -> bool:
    """Whether a quantity with this verdict hands a wrong value on."""
    return verdict in (Verdict.DIFFERS, Verdict.CONSISTENT)


def roots(steps: Sequence[StepVerdict]) -> list[StepVerdict]:
    """The steps that are themselves at fault, in order."""
    return [step for step in steps if step.verdict.is_wrong]
