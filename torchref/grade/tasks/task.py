"""Task: one function that the student writes, what it is worth, and examples that it is asked.

An example knows the arguments of one call and judges what came back, quantity by quantity, without ever running
anything of the student's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from manual.arrays import Array
from torchref.compare import Comparison
from torchref.grade.record import Text
from torchref.report import Report
from torchref.steps import StepVerdict
from torchref.verdict import Verdict


class Example(Protocol):
    """The arguments of one call, and the judgement of its answer."""

    @property
    def arguments(self) -> Mapping[str, Array]:
        """What the student's function gets, by name."""
        ...

    @property
    def right(self) -> Mapping[str, Array]:
        """The right answer, by the student's names."""
        ...

    def judge(self, answer: Mapping[str, Array]) -> "Judged":
        """The judgement of what the function returned."""
        ...

    def mistaken(self) -> Iterator["WrongAnswer"]:
        """An answer with each mistake that is known for it; those that change nothing on this example too."""
        ...


@dataclass(frozen=True)
class WrongAnswer:
    """An answer with one known mistake in it.

    mistake    its name, as in hints; text: its sentence
    quantity   the student's name of what it makes wrong
    """

    mistake: str
    text: Text
    quantity: str
    answer: Mapping[str, Array]


@dataclass(frozen=True)
class Judged:
    """What was found about one answer.

    report     the report of the quantities, by the reference's names
    asked      the reference's name of each quantity that was asked -> the student's name of it
    empty      those that came back as zeros throughout
    """

    report: Report
    asked: Mapping[str, str]
    empty: frozenset[str] = frozenset()

    def verdict(self, quantity: str) -> Verdict:
        """The verdict on a quantity that was asked."""
        return next((s.verdict for s in self.report.steps if s.name == quantity), Verdict.MISSING)


class Task(Protocol):
    """A function that the student writes.

    needs      the tasks whose functions it may call: if it is wrong and one of these is, it is not judged
    forward    the task whose function it differentiates: what costs as much as that once a number is no
               backpropagation
    hidden     how many examples it is judged on besides the one that everybody may see
    """

    @property
    def name(self) -> str:
        """The function's name."""
        ...

    @property
    def title(self) -> Text:
        """What it is called in a list."""
        ...

    @property
    def text(self) -> Text:
        """What the student is told: what it gets, what it returns."""
        ...

    @property
    def points(self) -> float:
        """What it is worth."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its arguments."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """The tasks whose functions it may call."""
        ...

    @property
    def forward(self) -> str:
        """The task whose function it differentiates, or nothing."""
        ...

    @property
    def hidden(self) -> int:
        """How many hidden examples there are."""
        ...

    def draw(self, rng: np.random.Generator, number: int) -> Example:
        """An example: number 0 is the one that everybody may see."""
        ...

    def costly(self, rng: np.random.Generator) -> Example:
        """An example of the size on which a derivative shows what it costs."""
        ...


def by_name(answer: Mapping[str, Array], names: tuple[str, ...]) -> dict[str, Array]:
    """An answer by the names that were asked: as they are, or by place where a value or a tuple was returned."""
    if all(key.isdigit() for key in answer):
        return {names[int(key)]: array for key, array in answer.items() if int(key) < len(names)}
    return {key: array for key, array in answer.items() if key in names}


def wrong_shape(quantity: str, name: str, wanted: tuple[int, ...], got: Array) -> StepVerdict:
    """The verdict on an answer of the wrong shape, as the student knows it."""
    reason = f"the shape of {name} must be {wanted} (got {got.shape})"
    comparison = Comparison(quantity, Verdict.WRONG_SHAPE, reason)
    return StepVerdict(comparison, name, comparison.verdict, ())
