"""Case task: a part of one training step, judged step by step like any trace, with the catalogue's mistakes.

The student's function gets some quantities of a case and returns others. What it gets is right, as the reference
computes it; what it returns is judged from what it returned before, so that what follows from a first mistake is
"consistent".
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from manual.arrays import Array, Shape
from manual.case import Case
from torchref.allowance import allowance
from torchref.compare import compare
from torchref.crosschecks.layout import Layout, Packing
from torchref.grade.record import Text
from torchref.grade.tasks.task import Judged, WrongAnswer, by_name, wrong_shape
from torchref.mutants import attempts, trace_of
from torchref.proofread import proofread
from torchref.reference import Expected, Reference
from torchref.report import Report
from torchref.steps import StepVerdict
from torchref.verdict import Verdict

# Draws a case: the one that everybody may see ("visible"), a hidden one, or a large one, on which it shows what a
# function costs.
Draw = Callable[[np.random.Generator, Literal["visible", "hidden", "large"]], Case]


@dataclass(frozen=True)
class CaseTask:
    """A task on a random case of some network; see Task for what the fields mean.

    cases       draws a case
    arguments   the student's arguments -> layouts over x, target, learning_rate, l1, l2, the parameters by their
                names (linear0.weight) and the quantities of the trace (forward/linear0)
    returns     the student's names of what is returned, in order -> layouts over the quantities of the trace
    """

    name: str
    points: float
    cases: Draw
    arguments: Mapping[str, Layout]
    returns: Mapping[str, Layout]
    title: Text
    text: Text
    needs: tuple[str, ...] = ()
    forward: str = ""
    hidden: int = 1

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the function's arguments."""
        return tuple(self.arguments)

    def draw(self, rng: np.random.Generator, number: int) -> "CaseExample":
        """A case; the last hidden one of a function that differentiates another is large."""
        if self.forward and number == self.hidden:
            return self.costly(rng)
        return CaseExample(self, self.cases(rng, "hidden" if number else "visible"))

    def costly(self, rng: np.random.Generator) -> "CaseExample":
        """A large case."""
        return CaseExample(self, self.cases(rng, "large"))


@dataclass(frozen=True)
class CaseExample:
    """A case, what the student's function gets of it, and what right code makes of that."""

    task: CaseTask
    case: Case

    @cached_property
    def expected(self) -> dict[str, Expected]:
        """Every quantity of the case as the reference computes it."""
        reference = Reference(self.case)
        expected = {}
        for step in reference.walk():
            expected[step.name] = step
            reference.values[step.name] = step.value
        return expected

    @cached_property
    def known(self) -> dict[str, Array]:
        """All that a layout may name: the case's numbers and the trace's."""
        case = self.case
        settings = {
            "learning_rate": case.optimiser.learning_rate,
            "l1": case.penalty.l1,
            "l2": case.penalty.l2,
        }
        numbers = {"x": case.x, "target": case.target} | {k: np.array(v) for k, v in settings.items()}
        trace = {name: step.value for name, step in self.expected.items()}
        return {**numbers, **case.given, **trace}

    @cached_property
    def arguments(self) -> Mapping[str, Array]:
        """What the student's function gets, by name."""
        return {name: packing.pack(self.known) for name, packing in self.handed.items()}

    @cached_property
    def right(self) -> Mapping[str, Array]:
        """What right code returns, by the student's names."""
        return self._answer({})

    def _answer(self, wrong: Mapping[str, Array]) -> Mapping[str, Array]:
        """What code returns in which some quantities have these values, and all else follows from them."""
        trace = {**self.known, **(trace_of(self.case, wrong) if wrong else {})}
        return {name: packing.pack(trace) for name, packing in self.returned.items()}

    @cached_property
    def asked(self) -> dict[str, str]:
        """The quantities that are asked, and what the student calls them."""
        return {key: _label(name, packing, key) for name, packing in self.returned.items() for key in packing.holds}

    def mistaken(self) -> Iterator[WrongAnswer]:
        """The catalogue's mistakes in what is asked, or in what the loss that is asked is summed from."""
        labels = {"loss/elements": self.asked["loss"], **self.asked} if "loss" in self.asked else self.asked
        for made in attempts(self.case):
            if made.quantity in labels:
                sentence = Text(
                    made.mistake.english.format(kind=made.kind), made.mistake.chinese.format(kind=made.kind)
                )
                answer = self._answer({made.quantity: made.value}) if made.shows else self.right
                yield WrongAnswer(made.mistake.name, sentence, labels[made.quantity], answer)

    def judge(self, answer: Mapping[str, Array]) -> Judged:
        """Step by step where anything differs from the right answer, which is first looked at alone."""
        packings, asked = self.returned, self.asked
        trace, misshapen = self._trace(by_name(answer, tuple(packings)), packings)
        steps = [self._beside_the_right_one(name, trace[name]) for name in asked if name in trace]
        if len(steps) < len(asked) or any(step.verdict is not Verdict.AGREES for step in steps):
            report = self._proofread(trace, misshapen, asked)
        else:
            report = Report(self.task.name, tuple(steps))
        return Judged(report, asked, frozenset(name for name in asked if name in trace and not trace[name].any()))

    @cached_property
    def handed(self) -> dict[str, Packing]:
        """How the student's arguments hold the case's numbers."""
        return self._packings(self.task.arguments)

    @cached_property
    def returned(self) -> dict[str, Packing]:
        """How what the student returns is to hold them."""
        return self._packings(self.task.returns)

    def _packings(self, layouts: Mapping[str, Layout]) -> dict[str, Packing]:
        shapes = tuple((name, np.shape(value)) for name, value in self.known.items())
        return {name: _packing(name, layout, shapes) for name, layout in layouts.items()}

    def _trace(
        self, got: Mapping[str, Array], packings: Mapping[str, Packing]
    ) -> tuple[dict[str, Array], list[StepVerdict]]:
        """The answer by the reference's names, and verdicts on what has not the shape that was asked."""
        trace: dict[str, Array] = {}
        misshapen = []
        for name, array in got.items():
            packing = packings[name]
            if array.shape == packing.shape:
                trace |= packing.unpack(array)
            else:
                misshapen += [wrong_shape(key, name, packing.shape, array) for key in packing.holds]
        return trace, misshapen

    def _beside_the_right_one(self, name: str, got: Array) -> StepVerdict:
        step = self.expected[name]
        allowed = allowance(step.rounding, self.case.dtype)
        comparison = compare(name, got, step.value, allowed, self.case.dtype, step.rounding)
        return StepVerdict(comparison, step.function, comparison.verdict, step.inputs)

    def _proofread(self, trace: Mapping[str, Array], misshapen: list[StepVerdict], asked: Mapping[str, str]) -> Report:
        """The report on the quantities that were asked, with those that were given in their places."""
        given = {key for packing in self.handed.values() for key in packing.holds}
        handed = {name: self.expected[name].value for name in self.expected if name in given and name not in asked}
        report = proofread(self.task.name, self.case, {**handed, **trace})
        replaced = {step.name: step for step in misshapen}
        steps = tuple(replaced.get(s.name, s) for s in report.steps if s.name in asked)
        return Report(self.task.name, steps, report.findings, report.notes, end_to_end=report.end_to_end)


def _label(name: str, packing: Packing, key: str) -> str:
    """What the student calls a quantity; where one array holds several, with the reference's name of it."""
    return name if len(packing.holds) == 1 else f"{name} ({key})"


@lru_cache(maxsize=512)
def _packing(name: str, layout: Layout, shapes: tuple[tuple[str, Shape], ...]) -> Packing:
    return Packing(name, layout, dict(shapes))
