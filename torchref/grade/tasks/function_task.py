"""Function task: a function with a torch reference, for anything that is a function of arrays.

What is allowed comes of the reference itself: its inputs and every operation in it are moved at random by a few
roundings, and how far that moves the result is how far right code may be off. (torchref.perturbed.py)
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from manual.arrays import Array
from torchref import compare
from torchref.allowance import FUNCTION_ROUNDINGS, SHAKEN, unit_roundoff
from torchref.crosschecks.guesses import ENOUGH, guess, misreadings
from torchref.diagnosis import Explanation, Finding
from torchref.errors import must_be
from torchref.grade.record import Text
from torchref.grade.tasks.task import Judged, WrongAnswer, by_name, wrong_shape
from torchref.mistakes import Mistake
from torchref.perturbed import perturbed
from torchref.report import Report
from torchref.steps import StepVerdict
from torchref.verdict import Verdict

Reference = Callable[..., Any]
# How often the reference is moved: twice is enough for right answers that are close, all of them for a verdict.
FIRST, MORE = 2, 14


@dataclass(frozen=True)
class FunctionTask:
    """A task whose right answer is what a torch function gives; see Task for what the fields mean."""

    name: str
    points: float
    reference: Reference
    inputs: Callable[[np.random.Generator], Mapping[str, Any]]
    title: Text
    text: Text
    needs: tuple[str, ...] = ()
    forward: str = ""
    hidden: int = 2
    mistakes: dict[str, tuple[Mistake, Reference]] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the reference's arguments."""
        return tuple(inspect.signature(self.reference).parameters)

    def draw(self, rng: np.random.Generator, number: int) -> "FunctionExample":
        """The inputs that the reference has among its arguments."""
        drawn = self.inputs(rng)
        for name in self.parameters:
            if name not in drawn:
                raise must_be(f"the inputs of {self.name}", f"given for its argument {name}", ", ".join(drawn))
        return FunctionExample(self, {name: np.asarray(drawn[name]) for name in self.parameters})

    def costly(self, rng: np.random.Generator) -> "FunctionExample":
        """An example like any other: the teacher's generator decides the sizes."""
        return self.draw(rng, 1)


@dataclass(frozen=True)
class FunctionExample:
    """Inputs, and what the reference makes of them."""

    task: FunctionTask
    arguments: Mapping[str, Array]

    @cached_property
    def expected(self) -> dict[str, Array]:
        """The right outputs by name; what the reference gives unnamed has its place for a name: 0, 1, …"""
        return self._run(self.task.reference)

    @property
    def right(self) -> Mapping[str, Array]:
        """What right code returns."""
        return self.expected

    def mistaken(self) -> Iterator[WrongAnswer]:
        """The assignment's own mistakes, then those that any function can have."""
        for mistake, function in self.task.mistakes.values():
            sentence = Text(mistake.english, mistake.chinese)
            yield WrongAnswer(mistake.name, sentence, self.task.name, self._run(function))
        for name in self.expected:
            for factor, wrong in misreadings(self.expected[name]):
                sentence = Text(factor.sentence("en"), factor.sentence("zh"))
                label = self._label(name)
                yield WrongAnswer(f"× {factor.text}", sentence, label, {**self.expected, name: wrong})

    def _label(self, name: str) -> str:
        return f"{self.task.name}.{name}" if len(self.expected) > 1 else self.task.name

    def judge(self, answer: Mapping[str, Array]) -> Judged:
        """Every output within what roundings explain; wrong ones with the readings that fit."""
        got = by_name(answer, tuple(self.expected))
        steps, findings = [], []
        for name, right in self.expected.items():
            step = self._verdict(self._label(name), got.get(name), name)
            steps.append(step)
            if (finding := guess(step, got.get(name), right)) is not None:
                findings.append(self._with_mistakes(finding, name, got[name]))
        return Judged(Report(self.task.name, tuple(steps), tuple(findings)), {step.name: step.name for step in steps})

    def _verdict(self, label: str, got: Array | None, name: str) -> StepVerdict:
        right = self.expected[name]
        if got is not None and got.shape != right.shape:
            return wrong_shape(label, label, right.shape, got)
        comparison = compare.compare(label, got, right, self._allowed(name, FIRST), right.dtype)
        if comparison.verdict is Verdict.DIFFERS:
            comparison = compare.compare(label, got, right, self._allowed(name, FIRST + MORE), right.dtype)
        return StepVerdict(comparison, label, comparison.verdict, ())

    def _allowed(self, name: str, samples: int) -> Array:
        """How far each element may be off: SHAKEN times the root mean square of how far the samples moved it."""
        right = self.expected[name]
        moved = np.zeros(right.shape)
        for seed in range(samples):
            moved = np.hypot(moved, self._moved(seed)[name] - right)
        unit = unit_roundoff(np.float64)
        own = 2 * FUNCTION_ROUNDINGS * unit * np.abs(right) + np.finfo(np.float64).smallest_normal
        return np.asarray(SHAKEN * moved / np.sqrt(samples) + own)

    @cached_property
    def _samples(self) -> dict[int, dict[str, Array]]:
        return {}

    def _moved(self, seed: int) -> dict[str, Array]:
        if seed not in self._samples:
            size = FUNCTION_ROUNDINGS * unit_roundoff(np.float64)
            self._samples[seed] = perturbed(lambda: self._run(self.task.reference, size), size, seed)
        return self._samples[seed]

    def _run(self, function: Reference, size: float = 0.0) -> dict[str, Array]:
        """A torch function's outputs as arrays, from the inputs as they are, or moved."""
        inputs = {name: _tensor(array, size) for name, array in self.arguments.items()}
        made = function(**inputs)
        if isinstance(made, Mapping):
            named = dict(made)
        else:
            named = {str(k): m for k, m in enumerate(made if isinstance(made, tuple | list) else [made])}
        return {name: torch.as_tensor(value).detach().numpy().copy() for name, value in named.items()}

    def _with_mistakes(self, finding: Finding, name: str, got: Array) -> Finding:
        """The finding with the assignment's own mistakes that give what was found."""
        if finding.step.verdict is not Verdict.DIFFERS:
            return finding
        explanations = list(finding.explanations)
        for mistake, function in self.task.mistakes.values():
            wrong = self._run(function).get(name)
            if wrong is None or wrong.shape != got.shape:
                continue
            digits = compare.digits(np.abs(got - wrong), wrong)
            if digits >= ENOUGH:
                explanations.insert(0, Explanation((mistake,), None, "", digits))
        return Finding(finding.step, tuple(explanations), finding.shows_in)


def _tensor(array: Array, size: float) -> Tensor:
    """An input as a tensor of its own; a floating-point one in float64, and through an operation that can move it."""
    tensor = torch.tensor(array)
    if not tensor.is_floating_point():
        return tensor
    return tensor.double() * 1.0 if size else tensor.double()
