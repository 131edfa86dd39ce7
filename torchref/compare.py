"""Compare: one quantity against its reference, element by element, each within its own allowance."""

from dataclasses import dataclass
from math import log10, nan

import numpy as np
from numpy.typing import DTypeLike

from manual.arrays import Array
from torchref.allowance import Rounding
from torchref.verdict import Verdict

# The most digits that a comparison can show: all of a float64.
ALL_DIGITS = 16.0


@dataclass(frozen=True)
class Comparison:
    """What came of comparing one quantity.

    name       the quantity
    verdict    agrees, differs, missing, wrong shape, wrong dtype, not finite, or not judged
    reason     a clause, where the verdict needs one
    size       how many elements were compared; `wrong` of them differ
    index      the worst element; there `got` and `expected` are `allowed` to lie apart
    share      the worst difference as a share of its allowance: above 1 it differs
    operations, magnitude   what the allowance is made of, there
    digits     how many decimal digits of the quantity's largest element its worst difference leaves
    """

    name: str
    verdict: Verdict
    reason: str = ""
    size: int = 0
    wrong: int = 0
    index: tuple[int, ...] = ()
    got: float = nan
    expected: float = nan
    allowed: float = nan
    share: float = 0.0
    digits: float = 0.0
    operations: int = 0
    magnitude: float = nan

    @property
    def place(self) -> str:
        """The worst element's name, as in gradient/linear2.weight[0,1]."""
        return f"{self.name}[{','.join(map(str, self.index))}]" if self.index else self.name


def compare(
    name: str,
    got: Array | None,
    expected: Array,
    allowed: Array,
    dtype: DTypeLike,
    rounding: Rounding | None = None,
) -> Comparison:
    """Compares a quantity with its reference; shapes are never broadcast, and NaN never agrees."""
    if got is None:
        return Comparison(name, Verdict.MISSING)
    if got.shape != expected.shape:
        return Comparison(name, Verdict.WRONG_SHAPE, f"its shape must be {expected.shape} (got {got.shape})")
    if got.dtype != dtype:
        return Comparison(name, Verdict.WRONG_DTYPE, f"its dtype must be {np.dtype(dtype)} (got {got.dtype})")
    if not np.isfinite(expected).all():
        return Comparison(name, Verdict.NOT_JUDGED, "the reference is not finite")
    if not np.isfinite(got).all():
        index = _index(int(np.argmin(np.isfinite(got))), got.shape)
        return Comparison(name, Verdict.NOT_FINITE, size=got.size, index=index, got=float(got[index]))
    off = np.abs(got - expected)
    with np.errstate(over="ignore"):
        share = off / allowed
    index = _index(int(share.argmax()), got.shape)
    wrong = int((off > allowed).sum())
    return Comparison(
        name,
        Verdict.DIFFERS if wrong else Verdict.AGREES,
        size=got.size,
        wrong=wrong,
        index=index,
        got=float(got[index]),
        expected=float(expected[index]),
        allowed=float(allowed[index]),
        share=float(share[index]),
        digits=digits(off, expected),
        operations=rounding.operations if rounding else 0,
        magnitude=float(np.broadcast_to(rounding.magnitude, got.shape)[index]) if rounding else nan,
    )


def digits(off: Array, expected: Array) -> float:
    """Decimal digits of the largest expected element that the largest difference leaves, 0 to 16."""
    largest, difference = float(np.abs(expected).max()), float(off.max())
    if difference == 0.0:
        return ALL_DIGITS
    return min(ALL_DIGITS, max(0.0, log10(largest / difference))) if largest > 0.0 else 0.0


def _index(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(flat, shape))
