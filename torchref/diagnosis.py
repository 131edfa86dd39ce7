"""Diagnosis: which mistake gives the very number that was found?

Every mistake of the catalogue is a hypothesis: computed from the examined code's own values, it either gives what
was found, digit for digit, or it does not. Where none does, a constant factor is looked for, then a factor or a second
mistake on top of a first. Hypotheses that give the same number here are ties, and are all named; a difference that
none explains is said to be unexplained.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch

from manual.arrays import Array
from torchref import compare, twin
from torchref.allowance import SIDES, growth, unit_roundoff
from torchref.mistakes import MISTAKES, Mistake, Site
from torchref.mistakes.factors import Factor, factor_of
from torchref.reference import Expected
from torchref.replay import Replay, nearest_to_the_loss
from torchref.steps import Examination, StepVerdict
from torchref.verdict import Verdict


@dataclass(frozen=True)
class Explanation:
    """One reading of a wrong quantity: the mistakes that give it, and the constant factor on top, if there is one.

    digits    decimal digits to which it gives what was found
    at        the function where the mistakes are, where that is part of the reading
    """

    mistakes: tuple[Mistake, ...]
    factor: Factor | None
    kind: str
    digits: float
    at: str = ""

    @property
    def name(self) -> str:
        """The mistakes' names, joined by +."""
        names = [mistake.name for mistake in self.mistakes]
        return " + ".join([*names, *([f"× {self.factor.text}"] if self.factor else [])])

    def sentence(self, language: str = "en") -> str:
        """What was done wrong, in a language."""
        parts = [m.chinese if language == "zh" else m.english for m in self.mistakes]
        if self.factor:
            parts.append(self.factor.sentence(language))
        return ("；" if language == "zh" else "; and ").join(parts).format(kind=self.kind)


@dataclass(frozen=True)
class Finding:
    """A step that is itself at fault, and every reading of it that fits.

    shows_in   the quantities that it makes wrong, where the step itself was not handed over
    """

    step: StepVerdict
    explanations: tuple[Explanation, ...]
    shows_in: tuple[str, ...] = ()


def diagnose(examination: Examination) -> list[Finding]:
    """A finding for each root of an examination, in order.

    Where the steps between were not handed over, one mistake makes many quantities wrong. If there is one that gives
    all of them, it is the one finding, at the quantity where it was made.
    """
    findings = [Finding(root, tuple(_explain(examination, root))) for root in examination.roots]
    if any(step.name.startswith("backward/") and step.verdict is Verdict.MISSING for step in examination.steps):
        return _one_for_all(examination, findings) or findings
    return findings


def _one_for_all(examination: Examination, findings: Sequence[Finding]) -> list[Finding]:
    """The single mistake on the way back, or forward, that gives every wrong gradient and update, if there is one."""
    wrong = {f.step.name: f for f in findings if f.step.verdict is Verdict.DIFFERS}
    first = nearest_to_the_loss(examination, wrong)
    if first is None or (len(wrong) == 1 and next(iter(wrong.values())).explanations):
        return []
    tests = {name: test_of(examination, name) for name in wrong}
    explained: dict[str, list[Explanation]] = {}
    for mistake, quantity, values in Replay(examination).hypotheses(first):
        if all(name in values and test.fits(values[name]) for name, test in tests.items()):
            function = examination.expected[quantity].function
            kind = Site(examination.case, quantity, function, {}, np.empty(0)).kind
            digits = min(test.digits(values[name]) for name, test in tests.items())
            explained.setdefault(quantity, []).append(Explanation((mistake,), None, kind, digits, function))
    if not explained:
        return []
    quantity = next(iter(explained))
    steps = {step.name: step for step in examination.steps}
    ties = tuple(explanation for there in explained.values() for explanation in there)
    return [Finding(steps[quantity], ties, tuple(wrong))]


def test_of(examination: Examination, name: str) -> "HypothesisTest":
    """The test of hypotheses about a quantity that differs."""
    got = np.asarray(examination.values[name], np.float64)
    unit = unit_roundoff(examination.case.dtype)
    return HypothesisTest(got, examination.expected[name], examination.allowed[name], unit)


def _explain(examination: Examination, root: StepVerdict) -> Iterator[Explanation]:
    if root.verdict is not Verdict.DIFFERS:
        return
    expected, test = examination.expected[root.name], test_of(examination, root.name)
    site = Site(examination.case, root.name, root.function, examination.values, expected.value)
    wrongs = {name: wrong for name, m in MISTAKES.items() if (wrong := m.at(site)) is not None}
    wrongs = {name: wrong for name, wrong in wrongs.items() if np.isfinite(wrong).all() and test.is_visible(wrong)}
    single = [name for name, wrong in wrongs.items() if test.fits(wrong)]
    if single:
        yield from (Explanation((MISTAKES[n],), None, site.kind, test.digits(wrongs[n])) for n in single)
        return
    if root.name == "loss" and (in_elements := list(_in_elements(examination, test))):
        yield from in_elements
        return
    if (factor := factor_of(test.got, expected.value, site, test.fits)) is not None:
        yield Explanation((), factor, site.kind, test.digits(factor.value * expected.value))
        return
    yield from _pairs(site, test.got, wrongs, test)


def _in_elements(examination: Examination, test: "HypothesisTest") -> Iterator[Explanation]:
    """The mistakes in the elements of the loss that give its value, where the elements were not handed over."""
    name, case = "loss/elements", examination.case
    if name in examination.allowed:
        return
    step = examination.expected[name]
    site = Site(case, name, step.function, examination.values, step.value)
    for mistake in MISTAKES.values():
        elements = mistake.at(site)
        if elements is None or not np.isfinite(elements).all():
            continue
        wrong = twin.array(twin.reduce(case.loss, torch.tensor(elements), case.target))
        if test.is_visible(wrong) and test.fits(wrong):
            yield Explanation((mistake,), None, site.kind, test.digits(wrong), step.function)


def _pairs(site: Site, got: Array, wrongs: dict[str, Array], test: "HypothesisTest") -> Iterator[Explanation]:
    """A mistake with a constant factor on top, or two mistakes whose effects add up or multiply."""
    for name, wrong in wrongs.items():
        if (factor := factor_of(got, wrong, site, test.fits)) is not None and factor.is_known:
            yield Explanation((MISTAKES[name],), factor, site.kind, test.digits(factor.value * wrong))
    right = site.right
    for (a, first), (b, second) in combinations(wrongs.items(), 2):
        with np.errstate(all="ignore"):
            for both in (first + second - right, np.where(right == 0, 0.0, first * second / right)):
                if np.isfinite(both).all() and test.fits(both):
                    yield Explanation((MISTAKES[a], MISTAKES[b]), None, site.kind, test.digits(both))
                    break


@dataclass(frozen=True)
class HypothesisTest:
    """Whether a hypothesis gives what was found, as closely as rounding lets it."""

    got: Array
    expected: Expected
    allowed: Array
    unit: float

    def bound(self, wrong: Array) -> Array:
        """The step's own allowance, and what the roundings of a number of the hypothesis's size add to it."""
        return self.allowed + SIDES * self.unit * growth(self.expected.rounding.operations) * np.abs(wrong)

    def fits(self, wrong: Array) -> bool:
        """Whether every element lies within the bound."""
        return bool((np.abs(self.got - wrong) <= self.bound(wrong)).all())

    def is_visible(self, wrong: Array) -> bool:
        """Whether the hypothesis gives something else than the right value."""
        return bool((np.abs(wrong - self.expected.value) > self.allowed).any())

    def digits(self, wrong: Array) -> float:
        """Decimal digits to which the hypothesis gives what was found."""
        return compare.digits(np.abs(self.got - wrong), wrong)
