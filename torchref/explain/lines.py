"""Lines: a quantity as name, formula, numbers and value in a notation, and between each two of them = or ≈."""

from dataclasses import dataclass

from torchref.explain.digits import digits
from torchref.explain.expression import Expression, Number, children
from torchref.explain.notation import Notation
from torchref.explain.record import Quantity


@dataclass(frozen=True)
class Part:
    """One side of an equation: the sign before it, and itself in pieces that may be broken apart."""

    sign: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A quantity's name, and what it is equal to."""

    name: str
    parts: tuple[Part, ...]


def line(quantity: Quantity, notation: Notation) -> Line:
    """The equation of a quantity; its numbers are left out where they are the value already."""
    value = digits(quantity.value, notation.digits)
    last = Part("=" if value.is_exact else "≈", (notation.number(value),))
    parts = []
    if quantity.expanded is not None:
        parts.append(Part("=", tuple(notation.pieces(quantity.expanded))))
    if quantity.formula is not None and not isinstance(quantity.formula, Number):
        parts.append(Part("=", tuple(notation.pieces(quantity.formula))))
    if quantity.substitution is not None and not isinstance(quantity.substitution, Number):
        sign = "=" if _is_exact(quantity.substitution, notation.digits) else "≈"
        parts.append(Part(sign, tuple(notation.pieces(quantity.substitution))))
    return Line(notation.symbol(quantity.name), (*parts, last))


def _is_exact(expression: Expression, count: int) -> bool:
    """Whether every number in it is shown with all its digits."""
    if isinstance(expression, Number):
        return digits(expression.value, count).is_exact
    return all(_is_exact(part, count) for part in children(expression))
