"""Sides: what stands between equals signs, read: an expression in the case's names, or the reason why it is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from torchref.grade.record import Text
from torchref.worksheets.expression import Expression, Name, Number, Power, Product, Sum, names, numbers, weight
from torchref.worksheets.interval import CONTEXT
from torchref.worksheets.parser import parse
from torchref.worksheets.spelling import SpellingError
from torchref.worksheets.vocabulary import UnknownWord, Vocabulary

_RULE = re.compile(r"\\(?:underline|hspace|rule|boxed|phantom|quad|qquad)\*?|\{[\d.]+[a-z]{2}\}|\[[\d.]+[a-z]{2}\]")
_BLANK = re.compile(r"[\s_?.…·$\\{},;]*\Z")
_COMMA = re.compile(r"\d,\d")


@dataclass(frozen=True)
class Side:
    """One side of an equals sign.

    reason    why it cannot be read, or which name in it means nothing
    written   the name that it is, as it is written, where it is one
    """

    text: str
    expression: Expression | None
    reason: Text | None = None
    written: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether it was left for the reader to fill in."""
        return self.expression is None and self.reason is None

    @property
    def work(self) -> int:
        """How much work it is to judge."""
        return 5 + (weight(self.expression) if self.expression is not None and self.reason is None else 0)

    @property
    def number(self) -> Number | None:
        """The printed number that it is, if it is one; 1.5 × 10⁻³ is one."""
        match self.expression:
            case Number():
                return self.expression
            case Product(((False, Number() as figures), (False, Power(Number(base), Number() as exponent)))) if (
                base == 10
            ):
                return _scaled(figures, exponent)
            case Sum(((True, Product() as product),)):
                inner = Side("", product).number
                return inner.negated if inner else None
        return None

    @property
    def name(self) -> tuple[bool, str] | None:
        """The number of the case that it names, and whether it is its opposite; None if it is more than a name."""
        match self.expression:
            case Name(text):
                return False, text
            case Sum(((True, Name(text)),)):
                return True, text
        return None

    @property
    def is_numeric(self) -> bool:
        """Whether it holds numbers that somebody computed or was given, rather than a formula's 1 and 2."""
        if self.expression is None:
            return bool(re.search(r"\d\.\d", self.text))
        has_names = any(True for _ in names(self.expression))
        found = list(numbers(self.expression))
        return any("." in number.text for number in found) or bool(found and not has_names)


def _scaled(figures: Number, exponent: Number) -> Number | None:
    power = exponent.value
    if power != power.to_integral_value() or abs(power) > 99:
        return None
    value = CONTEXT.scaleb(figures.value, power)
    return Number(value, CONTEXT.scaleb(figures.unit, power), f"{figures.text}e{int(power)}")


def resolve_sides(read: Sequence[Side], vocabulary: Vocabulary) -> list[Side]:
    """The sides of an equation, with what their names stand for in a case."""
    output = vocabulary.output_of([side.expression for side in read if side.expression is not None])
    return [_resolved(side, vocabulary, output) for side in read]


def parse_side(text: str) -> Side:
    """One side, read without a case."""
    if len(text) <= 200 and _BLANK.match(_RULE.sub("", text)):
        return Side(text, None)
    if _COMMA.search(text):
        return Side(text, None, Text("decimals follow a point, not a comma", "小数点应写作 .，不是逗号"))
    try:
        return Side(text, parse(text))
    except SpellingError as error:
        return Side(text, None, error.reason)


def _resolved(side: Side, vocabulary: Vocabulary, output: str) -> Side:
    if side.expression is None:
        return side
    try:
        written = side.expression.text if isinstance(side.expression, Name) else ""
        return Side(side.text, vocabulary.resolve(side.expression, output), written=written)
    except UnknownWord as error:
        return Side(side.text, side.expression, error.reason)


def zero(number: Number) -> bool:
    """Whether a number shows no digit but 0."""
    return number.value == Decimal(0)
