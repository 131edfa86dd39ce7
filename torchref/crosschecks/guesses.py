"""Guesses: readings of a wrong array where nothing is known but the right one: factors, signs, transposes, zeros."""

from collections.abc import Iterator

import numpy as np

from manual.arrays import Array
from torchref import compare
from torchref.diagnosis import Explanation, Finding
from torchref.mistakes.factors import Factor, constant_of
from torchref.steps import StepVerdict
from torchref.verdict import Verdict

# Digits to which a guess must give what was found; a chance match to six digits does not happen.
ENOUGH = 6.0


CONSTANTS = (
    Factor(-1.0, "-1", "it has the wrong sign", "符号错了"),
    Factor(2.0, "2", "it is twice the answer", "是答案的 2 倍"),
    Factor(0.5, "0.5", "it is half the answer", "是答案的一半"),
)
ZERO = Factor(0.0, "0", "it is 0 throughout", "全为 0")
TRANSPOSE = Factor(1.0, "ᵀ", "it is the transpose of the answer", "是答案的转置")


def misreadings(right: Array) -> Iterator[tuple[Factor, Array]]:
    """What a right array becomes by each of the mistakes that any array can have, as `guess` tells them."""
    for factor in (*CONSTANTS, ZERO):
        yield factor, right * factor.value
    if right.ndim == 2 and right.shape[0] == right.shape[1]:
        yield TRANSPOSE, right.T


def guess(step: StepVerdict, got: Array | None, right: Array, counts: dict[str, int] | None = None) -> Finding | None:
    """A finding with the readings that fit, if the step is at fault; None if it is not."""
    if not step.verdict.is_wrong:
        return None
    if step.verdict is not Verdict.DIFFERS or got is None:
        return Finding(step, ())
    factors = [_factor(got, right, counts or {}), _zero(got), _transposed(got, right)]
    return Finding(step, tuple(Explanation((), f, "", _digits(got, f, right)) for f in factors if f is not None))


def _factor(got: Array, right: Array, counts: dict[str, int]) -> Factor | None:
    c = constant_of(got, right)
    if c is None or c == 0 or compare.digits(np.abs(got - c * right), right) < ENOUGH:
        return None
    for known in CONSTANTS:
        if abs(c / known.value - 1) < 10**-ENOUGH:
            return known
    for name, n in counts.items():
        for value, verb, zh in ((float(n), "multiplied", "多乘"), (1.0 / n, "divided", "多除")):
            if n > 1 and abs(c / value - 1) < 10**-ENOUGH:
                return Factor(value, f"{value:g}", f"it was {verb} by {name} ({n})", f"{zh}了 {n}")
    if got.size < 3:
        return None
    return Factor(c, f"{c:.6g}", "", "")


def _zero(got: Array) -> Factor | None:
    return None if got.any() else ZERO


def _transposed(got: Array, right: Array) -> Factor | None:
    if got.ndim != 2 or got.shape[0] != got.shape[1] or compare.digits(np.abs(got - right.T), right) < ENOUGH:
        return None
    return TRANSPOSE


def _digits(got: Array, factor: Factor, right: Array) -> float:
    if factor is TRANSPOSE:
        return compare.digits(np.abs(got - right.T), right)
    return compare.digits(np.abs(got - factor.value * right), right)
