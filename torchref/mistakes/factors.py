"""Factors: a number that is a constant times the answer, and what that constant stands for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from torchref.mistakes.site import Site


@dataclass(frozen=True)
class Factor:
    """A constant factor; `text` says it as people say it (2, ½, −1, 1/N), and is empty where it means nothing known."""

    value: float
    text: str
    english: str
    chinese: str

    @property
    def is_known(self) -> bool:
        """Whether the constant is one that people put in or leave out."""
        return bool(self.english)

    def sentence(self, language: str) -> str:
        """What the factor means, in a language."""
        if language == "zh":
            return self.chinese or f"是答案的 {self.text} 倍"
        return self.english or f"it is {self.text} times the answer"


def known_factors(site: Site) -> list[Factor]:
    """The constants that a quantity of this case may have been multiplied by."""
    n, outputs, rate = site.examples, site.output.shape[-1], site.rate
    factors = [
        Factor(-1.0, "−1", "it has the wrong sign", "符号错了"),
        Factor(2.0, "2", "it is twice the answer", "是答案的 2 倍"),
        Factor(0.5, "½", "it is half the answer", "是答案的一半"),
        Factor(-2.0, "−2", "it is twice the answer, with the wrong sign", "是答案的 2 倍，且符号错了"),
        Factor(-0.5, "−½", "it is half the answer, with the wrong sign", "是答案的一半，且符号错了"),
    ]
    counts = [(n, "N", "the number of examples", "样本数")]
    counts += [(outputs, "O", "the number of outputs", "输出个数")]
    counts += [(n * outputs, "NO", "the number of all outputs of the batch", "批次中输出的总个数")]
    for count, letter, english, chinese in counts:
        if count > 1:
            factors.append(Factor(count, f"{letter} = {count}", f"it was multiplied by {english}", f"多乘了{chinese}"))
            factors.append(
                Factor(1 / count, f"1/{letter} = 1/{count}", f"it was divided by {english}", f"多除了{chinese}")
            )
    if rate != 1:
        factors.append(Factor(rate, f"η = {rate:g}", "it was multiplied by the learning rate", "多乘了学习率"))
        factors.append(Factor(1 / rate, "1/η", "it was divided by the learning rate", "多除了学习率"))
    return factors


def constant_of(got: Array, answer: Array) -> float | None:
    """The constant c for which c · answer comes nearest to got; None if the answer is 0 or not finite."""
    scale = float(np.abs(answer).max()) if answer.size else 0.0
    if scale == 0.0 or not np.isfinite(scale):
        return None
    unit = answer / scale
    return float((got / scale * unit).sum() / np.square(unit).sum())


def factor_of(got: Array, answer: Array, site: Site, fits: Callable[[Array], bool]) -> Factor | None:
    """The constant c with got = c · answer, if there is one; a known one first."""
    c = constant_of(got, answer)
    if c is None:
        return None
    for factor in known_factors(site):
        if abs(factor.value - c) <= 0.01 * abs(c) and fits(factor.value * answer):
            return factor
    if answer.size < 3 or c == 0.0 or not fits(c * answer):
        return None  # with one or two numbers, some constant always fits
    return Factor(c, f"{c:.6g}", "", "")
