"""Notation: an expression written out, with brackets where they are needed and nowhere else.

A notation says how each sign looks: plain text, TeX, MathML. What they share, where brackets go and where a long
formula may be broken, is here.
"""

from decimal import Decimal
from enum import IntEnum

from torchref.explain.digits import Digits, digits
from torchref.explain.expression import (
    Call,
    Cases,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)


class Binds(IntEnum):
    """How tightly an expression holds together."""

    SUM = 1
    PRODUCT = 2
    POWER = 3
    WHOLE = 4


class Notation:
    """How an expression looks; a subclass says it for each kind.

    digits    how many significant digits numbers are written with
    """

    fraction_binds = Binds.WHOLE  # a fraction with a bar needs no brackets
    exp_binds = Binds.POWER

    def __init__(self, digits: int = 9) -> None:
        self.digits = digits

    def write(self, expression: Expression) -> str:
        """The expression in one piece."""
        return self.joined(self.pieces(expression))

    def pieces(self, expression: Expression) -> list[str]:
        """The expression in pieces that belong together, so that a long one can be broken between them."""
        match expression:
            case Sum(terms):
                return [self._term(term, place) for place, term in enumerate(terms)]
            case Product():
                return self._factors(expression, 0)
        return [self._one(expression)]

    def number(self, number: Digits) -> str:
        """A number."""
        raise NotImplementedError

    def symbol(self, name: str) -> str:
        """A quantity by its name."""
        raise NotImplementedError

    def joined(self, pieces: list[str]) -> str:
        """Pieces side by side."""
        return " ".join(pieces)

    def times(self, factor: str) -> str:
        """A further factor."""
        raise NotImplementedError

    def sign(self, sign: str, term: str, is_first: bool) -> str:
        """A term with + or − before it."""
        raise NotImplementedError

    def brackets(self, inner: str) -> str:
        """Something in brackets."""
        raise NotImplementedError

    def fraction(self, top: str, bottom: str) -> str:
        """A fraction."""
        raise NotImplementedError

    def ratio(self, top: str, bottom: str) -> str:
        """A fraction of two whole numbers, such as a half."""
        return self.fraction(top, bottom)

    def power(self, base: str, exponent: int) -> str:
        """A base to a whole power."""
        raise NotImplementedError

    def call(self, function: str, argument: str) -> str:
        """A function of one argument."""
        raise NotImplementedError

    def cases(self, condition: tuple[str, str], then: str, other: str) -> str:
        """One of two values, by whether the first of the condition's is above the second."""
        raise NotImplementedError

    def _factors(self, product: Product, place: int) -> list[str]:
        """The factors of a product that stands at this place of a sum."""
        shown = [self._within(factor, Binds.POWER, place + k) for k, factor in enumerate(product.factors)]
        return [shown[0], *(self.times(text) for text in shown[1:])]

    def _term(self, term: Expression, place: int) -> str:
        sign, term = ("-", term.term) if isinstance(term, Negative) else ("+", term)
        after = place or sign == "-"
        inner = self.joined(self._factors(term, 1)) if isinstance(term, Product) and after else ""
        inner = inner or self._within(term, Binds.PRODUCT, 1 if after else 0)
        return self.sign(sign, inner, not place) if after else inner

    def _one(self, expression: Expression) -> str:
        match expression:
            case Number(value):
                return self.number(digits(value, self.digits))
            case Symbol(name):
                return self.symbol(name)
            case Negative():
                return self._term(expression, 0)
            case Quotient(Number(top), Number(bottom)) if _are_whole(top, bottom):
                return self.ratio(str(top), str(bottom))
            case Quotient(top, bottom):
                bare = self.fraction_binds is Binds.WHOLE
                parts = [self.write(p) if bare else self._within(p, Binds.POWER, 1) for p in (top, bottom)]
                return self.fraction(*parts)
            case Power(base, exponent):
                return self.power(self._within(base, Binds.WHOLE, 1), exponent)
            case Call(function, argument):
                return self.call(function, self.write(argument))
            case Cases(left, right, then, other):
                return self.cases((self.write(left), self.write(right)), self.write(then), self.write(other))
        return self.write(expression)

    def _within(self, expression: Expression, binds: Binds, place: int) -> str:
        """In brackets unless it holds together at least so tightly; a number below 0 may only come first."""
        text = self.write(expression)
        return text if self._binds(expression, place) >= binds else self.brackets(text)

    def _binds(self, expression: Expression, place: int) -> Binds:
        match expression:
            case Number(value):
                shown = digits(value, self.digits)
                if shown.is_negative and place:
                    return Binds.SUM
                return Binds.WHOLE if not shown.power else Binds.PRODUCT
            case Sum() | Negative():
                return Binds.SUM
            case Product() | Cases():
                return Binds.PRODUCT
            case Quotient(Number(top), Number(bottom)) if _are_whole(top, bottom):
                return Binds.POWER
            case Quotient():
                return self.fraction_binds
            case Power():
                return Binds.POWER
            case Call("exp", _):
                return self.exp_binds
        return Binds.WHOLE


def _are_whole(*values: Decimal) -> bool:
    return all(value == value.to_integral_value() and 0 < value < 100 for value in values)
