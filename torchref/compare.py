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
BLOCK = 1 << 14


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
    worst = _worst(got, expected, allowed)
    if worst is None:
        if not np.isfinite(expected).all():
            return Comparison(name, Verdict.NOT_JUDGED, "the reference is not finite")
        index = _index(int(np.argmin(np.isfinite(got))), got.shape)
        return Comparison(name, Verdict.NOT_FINITE, size=got.size, index=index, got=float(got[index]))
    index = _index(worst.flat, got.shape)
    return Comparison(
        name,
        Verdict.DIFFERS if worst.wrong else Verdict.AGREES,
        size=got.size,
        wrong=worst.wrong,
        index=index,
        got=float(got[index]),
        expected=float(expected[index]),
        allowed=float(_as(got, allowed)[index]),
        share=worst.share,
        digits=_digits(worst.off, worst.largest),
        operations=rounding.operations if rounding else 0,
        magnitude=float(_as(got, rounding.magnitude)[index]) if rounding else nan,
    )


@dataclass
class _Worst:
    """What is kept of the elements of a comparison: the worst of them, and how many differ."""

    flat: int = 0
    share: float = -1.0
    wrong: int = 0
    off: float = 0.0
    largest: float = 0.0


def _worst(got: Array, expected: Array, allowed: Array) -> _Worst | None:
    """None if anything is not finite. Goes in blocks that fit a cache, for large arrays are slow to make."""
    arrays = [array.reshape(-1) for array in (got, expected, _as(got, allowed))]
    off, share = np.empty(min(got.size, BLOCK)), np.empty(min(got.size, BLOCK))
    worst = _Worst()
    for start in range(0, got.size, BLOCK):
        g, e, a = (array[start : start + BLOCK] for array in arrays)
        d, s = off[: g.size], share[: g.size]
        with np.errstate(over="ignore", invalid="ignore"):
            np.abs(np.subtract(g, e, out=d), out=d)
            at = int(np.divide(d, a, out=s).argmax())
        most = float(d.max())
        if not np.isfinite(most) and not (np.isfinite(g).all() and np.isfinite(e).all()):
            return None
        worst.wrong += int(np.count_nonzero(d > a))
        worst.off = max(worst.off, most)
        worst.largest = max(worst.largest, float(e.max()), -float(e.min()))
        if s[at] > worst.share:
            worst.flat, worst.share = start + at, float(s[at])
    return worst


def _as(got: Array, array: Array) -> Array:
    """An array, repeated where it has one number for several of `got`."""
    return array if array.shape == got.shape else np.broadcast_to(array, got.shape)


def digits(off: Array, expected: Array) -> float:
    """Decimal digits of the largest expected element that the largest difference leaves, 0 to 16."""
    return _digits(float(off.max()), float(np.abs(expected).max()))


def _digits(off: float, largest: float) -> float:
    if off == 0.0:
        return ALL_DIGITS
    share = largest / off  # 0 if all is 0 that was expected, or the difference overflows
    return min(ALL_DIGITS, max(0.0, log10(share))) if share > 0.0 else 0.0


def _index(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(flat, shape))
