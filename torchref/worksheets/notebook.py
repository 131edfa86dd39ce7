"""Notebook: what a worksheet has written so far, and what follows from it.

Each number has its value in the case, exactly; its value computed from the numbers as they are written; and the
interval of all values between these, for whoever calculates keeps some numbers in full and copies others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from torchref.worksheets.evaluate import Leaf, evaluate, spread
from torchref.worksheets.expression import Expression, Number
from torchref.worksheets.interval import Interval, around, point
from torchref.worksheets.judgement import Judgement
from torchref.worksheets.solution import Solution


@dataclass(frozen=True)
class Entry:
    """A number that was written: its digits, its line, what was found of it, and what it may stand for."""

    number: Number
    line: int
    judgement: Judgement
    interval: Interval

    @property
    def is_off(self) -> bool:
        """Whether it is wrong, or made of something wrong."""
        return self.judgement in (Judgement.WRONG, Judgement.CONSISTENT)


class Notebook:
    """The numbers of a worksheet, line by line."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.entries: dict[str, Entry] = {}
        self._between: dict[str, Interval] = {}
        self._written: dict[str, Interval] = {}

    def fork(self) -> "Notebook":
        """Another notebook that has the same written in it so far."""
        other = Notebook(self.solution)
        other.entries.update(self.entries)
        return other

    def write(self, name: str, number: Number, line: int, judgement: Judgement) -> None:
        """Takes down a number; a wrong one is what later lines go on with, and so is a less exact one."""
        known = self.entries.get(name)
        if known and known.judgement is judgement and known.number.unit < number.unit:
            return
        if judgement is Judgement.WRONG:
            interval = around(number)
        else:
            interval = point(number.value).hull(self.follows(name))
            if judgement is not Judgement.CONSISTENT:
                interval = interval.hull(self.solution.exact(name))
        self.entries[name] = Entry(number, line, judgement, interval)
        self._between.clear()
        self._written.clear()

    def between(self, name: str) -> Interval:
        """All that a number may be: what is written, what is exact given the mistakes so far, and between them."""
        if name in self.entries:
            return self.entries[name].interval
        if name not in self._between:
            self._between[name] = self.follows(name)
        return self._between[name]

    def follows(self, name: str) -> Interval:
        """The same from the numbers that go into it, whatever is written for itself."""
        sources = self.sources(name)
        if not sources:
            return self.solution.exact(name)
        intervals = {source: entry.interval for source, entry in sources.items()}
        return spread(lambda points: self._from(name, points), intervals)

    def _from(self, name: str, points: Mapping[str, Decimal]) -> Interval:
        """A number from others that are fixed."""
        known = {source: point(value) for source, value in points.items()}
        self._work_out(name, known)
        return known[name]

    def _work_out(self, name: str, known: dict[str, Interval]) -> None:
        """Adds a number to known ones, and whatever it needs besides them."""
        for needed in self.solution.in_order(name, known):
            formula = self.solution.formula(needed)
            known[needed] = evaluate(
                formula, lambda leaf: point(leaf.value) if isinstance(leaf, Number) else known[leaf.text]
            )

    def written(self, name: str) -> Interval:
        """A number as it is written, or computed from the numbers as they are written."""
        if not self._written:
            self._written = {entry: point(known.number.value) for entry, known in self.entries.items()}
        self._work_out(name, self._written)
        return self._written[name]

    def from_written(self, expression: Expression) -> Interval:
        """An expression's value, with names as they are written."""
        return evaluate(expression, self._written_leaf)

    def _written_leaf(self, leaf: Leaf) -> Interval:
        return point(leaf.value) if isinstance(leaf, Number) else self.written(leaf.text)

    def sources(self, name: str) -> dict[str, Entry]:
        """The written numbers that a number is computed from."""
        found: dict[str, Entry] = {}
        seen = set[str]()
        pending = list(self.solution.operands(name))
        while pending:
            operand = pending.pop(0)
            if operand in self.entries:
                found[operand] = self.entries[operand]
            elif operand not in seen and operand not in self.solution.givens:
                seen.add(operand)
                pending += self.solution.operands(operand)
        return found
