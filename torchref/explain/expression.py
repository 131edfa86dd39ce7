"""Expression: a formula in the order in which it is written: a tree to print, to fill in, to work out.

A symbol is the name of a quantity (out_h1, ∂E_total/∂w5). Values are decimals of 400 digits, and the numbers of a case
are taken as they are written: 0.1 is 0.1, so what a person works out without rounding comes out without rounding.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from functools import reduce
from operator import mul
from typing import Union

# A sum that is smaller than this share of its terms is 0: what is left of them is their rounding.
NOTHING = Decimal("1e-350")
# No trap: what grows beyond all bounds is ∞, or no number, and the caller asks for that.
# 400 digits keep those of 1 − y where y is a sigmoid of up to 800.
ARITHMETIC = Context(prec=400, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


@dataclass(frozen=True)
class Number:
    """A constant, or the value of a quantity that was filled in."""

    value: Decimal


@dataclass(frozen=True)
class Symbol:
    """A quantity, by its name."""

    name: str


@dataclass(frozen=True)
class Sum:
    """Terms, one after another; a Negative one is taken away."""

    terms: tuple["Expression", ...]


@dataclass(frozen=True)
class Negative:
    """−x."""

    term: "Expression"


@dataclass(frozen=True)
class Product:
    """Factors, one after another."""

    factors: tuple["Expression", ...]


@dataclass(frozen=True)
class Quotient:
    """A fraction."""

    top: "Expression"
    bottom: "Expression"


@dataclass(frozen=True)
class Power:
    """A base to a whole power."""

    base: "Expression"
    exponent: int


@dataclass(frozen=True)
class Call:
    """A function of one argument: exp, ln, tanh, abs or sign."""

    function: str
    argument: "Expression"


@dataclass(frozen=True)
class Cases:
    """`then` where `left` is above `right`, else `other`."""

    left: "Expression"
    right: "Expression"
    then: "Expression"
    other: "Expression"


Expression = Union[Number, Symbol, Sum, Negative, Product, Quotient, Power, Call, Cases]  # noqa: UP007  # recursive


def children(expression: Expression) -> tuple[Expression, ...]:
    """The parts of an expression, in the order in which they are written."""
    match expression:
        case Sum(parts) | Product(parts):
            return parts
        case Negative(part) | Power(part, _) | Call(_, part):
            return (part,)
        case Quotient(top, bottom):
            return (top, bottom)
        case Cases(left, right, then, other):
            return (left, right, then, other)
    return ()


def change(expression: Expression, leaf: Callable[[Symbol], Expression]) -> Expression:
    """The same expression with something else in place of each symbol."""
    if isinstance(expression, Symbol):
        return leaf(expression)
    parts = tuple(change(part, leaf) for part in children(expression))
    match expression:
        case Sum():
            return Sum(parts)
        case Product():
            return Product(parts)
        case Negative():
            return Negative(*parts)
        case Quotient():
            return Quotient(*parts)
        case Power(_, exponent):
            return Power(parts[0], exponent)
        case Call(function, _):
            return Call(function, parts[0])
        case Cases():
            return Cases(*parts)
    return expression


def rename(expression: Expression, names: Mapping[str, str]) -> Expression:
    """The same expression about other quantities."""
    return change(expression, lambda symbol: Symbol(names.get(symbol.name, symbol.name)))


def fill_in(expression: Expression, values: Mapping[str, Decimal]) -> Expression:
    """The same expression with a number in place of each symbol."""
    return change(expression, lambda symbol: Number(values[symbol.name]))


def symbols(expression: Expression) -> Iterator[str]:
    """The names of the quantities in it, as they are written; one that stands there twice comes twice."""
    if isinstance(expression, Symbol):
        yield expression.name
    for part in children(expression):
        yield from symbols(part)


def work_out(expression: Expression, values: Mapping[str, Decimal]) -> Decimal:
    """The value of the expression, to 400 digits; infinite or no number where it has none."""
    with localcontext(ARITHMETIC):
        return _value(expression, values)


def _value(expression: Expression, values: Mapping[str, Decimal]) -> Decimal:
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Symbol):
        return values[expression.name]
    parts = [_value(part, values) for part in children(expression)]
    match expression:
        case Sum():
            total = sum(parts, Decimal(0))
            is_nothing = total.is_finite() and abs(total) <= NOTHING * max(map(abs, parts))
            return Decimal(0) if is_nothing else total
        case Product():
            return reduce(mul, parts)
        case Negative():
            return -parts[0]
        case Quotient():
            return parts[0] / parts[1]
        case Power(_, exponent):
            return parts[0] ** exponent
        case Call(function, _):
            return FUNCTIONS[function](parts[0])
    return parts[2] if parts[0] > parts[1] else parts[3]


def _tanh(x: Decimal) -> Decimal:
    e = (-2 * abs(x)).exp()
    return ((1 - e) / (1 + e)).copy_sign(x)


def _sign(x: Decimal) -> Decimal:
    return Decimal(0) if x == 0 else Decimal(1).copy_sign(x)


FUNCTIONS: dict[str, Callable[[Decimal], Decimal]] = {
    "exp": Decimal.exp,
    "ln": Decimal.ln,
    "tanh": _tanh,
    "abs": abs,
    "sign": _sign,
}
