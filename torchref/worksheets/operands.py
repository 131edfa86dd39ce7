"""Operands: what the numbers within a calculation stand for: a number of the case, one written above, or themselves.

A number that is almost one of these (one digit off, two swapped) was copied wrongly.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from torchref.grade.record import Text
from torchref.worksheets import bounds
from torchref.worksheets.evaluate import Leaf, evaluate, spread
from torchref.worksheets.expression import Expression, Name, Number, leaves, numbers, parts
from torchref.worksheets.interval import CONTEXT, Interval, around, negate, point, rounds, truncates
from torchref.worksheets.notebook import Entry, Notebook

# A number is taken for a rounded one, and not for one that is exact as it stands, from so many digits on.
ROUNDED_FROM = 4


@dataclass(frozen=True)
class Operand:
    """A number within a calculation.

    between    all that it may stand for
    entry      the written number that it is, if it is one
    slip       how it was copied wrongly, if it was
    """

    between: Interval
    entry: Entry | None = None
    slip: Text | None = None


class Operands:
    """Finds what numbers stand for."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        solution = notebook.solution
        wiring = solution.wiring
        names = [name for name in wiring.elements if name not in solution.givens]
        names += [f"∂E_total/∂{name}" for name in wiring.consumers if not name.startswith("E_")]
        for layer in wiring.layers:
            names += [f"∂{neuron.output}/∂{neuron.linear}" for neuron in layer]
        self.exact = {name: solution.exact(name).low for name in names}
        self.sizes = [(abs(float(value)), name) for name, value in self.exact.items()]
        self._found: dict[Number, Operand] = {}
        self._near: tuple[str, ...] = ()

    def beside(self, notebook: Notebook) -> "Operands":
        """The same for another notebook of the same case."""
        other = copy(self)
        other.notebook, other._found = notebook, {}
        return other

    def look_near(self, names: tuple[str, ...]) -> None:
        """Begins a line, with the numbers of the case that its calculations are likely to hold."""
        self._near = names
        self._found.clear()

    def find(self, number: Number) -> Operand:
        """What a number stands for in this line."""
        if number not in self._found:
            self._found[number] = self._find(number)
        return self._found[number]

    def _find(self, number: Number) -> Operand:
        for entry in self.notebook.entries.values():
            if abs(entry.number.value) == abs(number.value):
                is_same = entry.number.value == number.value
                return Operand(entry.interval if is_same else negate(entry.interval), entry)
        if any(abs(value) == abs(number.value) for value in self.notebook.solution.givens.values()):
            return Operand(point(number.value))
        candidates = self._rounded(number)
        for name, interval in candidates:
            known = self.notebook.entries.get(name)
            if known and known.number.unit == number.unit and not known.is_off:
                return Operand(interval.hull(around(number)), None, _copied(number, known.number, name, known.line))
        if candidates:
            return Operand(point(number.value).hull(candidates[0][1]))
        return self._almost(number) or Operand(around(number) if number.digits >= ROUNDED_FROM else point(number.value))

    def _rounded(self, number: Number) -> list[tuple[str, Interval]]:
        """The numbers of the case that this is, rounded or cut off, with its sign."""
        if "." not in number.text:
            return []
        size, unit = abs(float(number.value)), float(number.unit)
        found = []
        for exact, name in self.sizes:
            if abs(exact - size) <= unit * 1.001 and (number.digits >= 3 or name in self._near):
                value = self.exact[name] if (self.exact[name] < 0) == (number.value < 0) else -self.exact[name]
                if rounds(number, point(value)) or truncates(number, point(value)):
                    found.append((name, point(value)))
        return found

    def _almost(self, number: Number) -> Operand | None:
        """A number of four digits or more that is one digit off what is written above, or in the case."""
        if number.digits < ROUNDED_FROM:
            return None
        for name, entry in self.notebook.entries.items():
            if _is_almost(number, entry.number):
                return Operand(
                    entry.interval.hull(around(number)), None, _copied(number, entry.number, name, entry.line)
                )
        for name, value in self.exact.items():
            right = to_digits(value, number.unit)
            if right and _is_almost(number, right) and name not in self.notebook.entries:
                between = point(right.value if right.value * number.value > 0 else -right.value)
                return Operand(between.hull(around(number)), None, _copied(number, right, name, 0))
        return None

    def between(self, expression: Expression) -> Interval:
        """All that a calculation may come to, given all that its numbers and names may stand for."""
        return self._spread(expression, self._between)

    def exactly(self, expression: Expression) -> Interval:
        """What a calculation comes to in the case: names have their exact values, numbers all they may stand for."""
        return self._spread(expression, self._exactly)

    @staticmethod
    def _spread(expression: Expression, value_of: Callable[[Leaf], Interval]) -> Interval:
        intervals = {leaf: value_of(leaf) for leaf in leaves(expression)}
        if sum(ends.low != ends.high for ends in intervals.values()) > bounds.MOST_ROUNDED:
            return evaluate(expression, lambda leaf: intervals[leaf])
        return spread(lambda points: evaluate(expression, lambda leaf: point(points[leaf])), intervals)

    def _between(self, leaf: Leaf) -> Interval:
        return self.notebook.between(leaf.text) if isinstance(leaf, Name) else self.find(leaf).between

    def _exactly(self, leaf: Leaf) -> Interval:
        return self.notebook.solution.exact(leaf.text) if isinstance(leaf, Name) else self.find(leaf).between

    def written(self, leaf: Leaf) -> Interval:
        """What a leaf is, as it is written."""
        return self.notebook.written(leaf.text) if isinstance(leaf, Name) else point(leaf.value)

    def slips(self, expression: Expression) -> list[Text]:
        """What was copied wrongly in a calculation."""
        return [slip for number in numbers(expression) if (slip := self.find(number).slip) is not None]

    def is_off(self, expression: Expression) -> bool:
        """Whether it calculates with a written number that is wrong, or made of something wrong."""
        entries = (self.find(number).entry for number in numbers(expression))
        return any(entry is not None and entry.is_off for entry in entries)

    def stray(self, expression: Expression, formula: Expression) -> Text | None:
        """The one number of a calculation that is not the one its formula asks for, if it follows the formula."""
        pairs = _pairs(expression, formula)
        strays = [(number, leaf) for number, leaf in pairs or [] if not self._stands_for(number, leaf)]
        if len(strays) != 1 or len(pairs or []) < 2:
            return None
        number, leaf = strays[0]
        right = self._said(leaf)
        return Text(f"{number.text} stands where {right} belongs", f"{number.text} 处应为 {right}")

    def _said(self, leaf: Leaf) -> str:
        """A leaf of a formula with its value, as it is written where it is."""
        if isinstance(leaf, Number):
            return said(leaf.value)
        entry = self.notebook.entries.get(leaf.text)
        return f"{leaf.text} = {entry.number.text if entry else said(self.notebook.between(leaf.text).middle)}"

    def _stands_for(self, number: Number, leaf: Leaf) -> bool:
        if isinstance(leaf, Number):
            return number.value == leaf.value
        between = self.notebook.between(leaf.text).hull(self.notebook.solution.exact(leaf.text))
        return rounds(number, between) or truncates(number, between)


def _copied(number: Number, right: Number, name: str, line: int) -> Text:
    above = (f", as in line {line}", f"（见第 {line} 行）") if line else ("", "")
    digits = right.text.lstrip("-")
    return Text(
        f"{number.text} was copied wrongly: {name} is {digits}{above[0]}",
        f"{number.text} 抄错：{name} 为 {digits}{above[1]}",
    )


def _is_almost(number: Number, right: Number) -> bool:
    """Whether two numbers of as many digits differ in one digit, or in two neighbours that are swapped."""
    a, b = number.text.lstrip("-"), right.text.lstrip("-")
    if len(a) != len(b) or a == b or number.unit != right.unit:
        return False
    off = [place for place in range(len(a)) if a[place] != b[place]]
    is_swap = len(off) == 2 and off[1] == off[0] + 1 and a[off[0]] == b[off[1]] and a[off[1]] == b[off[0]]
    return len(off) == 1 or is_swap


def _pairs(expression: Expression, formula: Expression) -> list[tuple[Number, Leaf]] | None:
    """The numbers of a calculation beside the leaves of a formula of the same shape; None for another shape."""
    if isinstance(expression, Number) and isinstance(formula, Number | Name):
        return [(expression, formula)]
    if type(expression) is not type(formula) or isinstance(expression, Name):
        return [] if expression == formula else None
    ours, theirs = parts(expression), parts(formula)
    if len(ours) != len(theirs):
        return None
    found = [_pairs(a, b) for a, b in zip(ours, theirs, strict=True)]
    if any(pairs is None for pairs in found):
        return None
    return [pair for pairs in found for pair in pairs or []]


def to_digits(value: Decimal, unit: Decimal) -> Number | None:
    """A value rounded to a unit; None if it has no digits there."""
    try:
        rounded = value.quantize(unit, ROUND_HALF_EVEN, CONTEXT)
    except InvalidOperation:
        return None
    rounded = rounded if rounded else rounded.copy_abs()  # -0 is 0
    return Number(rounded, unit, f"{rounded:f}")


def said(value: Decimal, digits: int = 10) -> str:
    """A value as it is said: to ten digits, without zeros at its end."""
    if not value:
        return "0"
    text = f"{CONTEXT.create_decimal(value):.{digits}g}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text.lower() else text


def decimals_of(printed: str) -> int:
    """How many decimals a printed number shows: of 0.0715, 4; of 7.15e-2, 4."""
    exponent = Decimal(printed).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
