"""Expression: what a line of a worksheet says, as a tree of numbers, names and operations. Plain data, never code."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Number:
    """A number as it is written: its value, and one unit of its last digit."""

    value: Decimal
    unit: Decimal
    text: str

    @property
    def digits(self) -> int:
        """How many significant digits it shows."""
        figures = self.text.partition("e")[0].replace(".", "").lstrip("-0")
        return len(figures)

    @property
    def negated(self) -> "Number":
        """The same digits with the other sign."""
        text = self.text[1:] if self.text.startswith("-") else f"-{self.text}"
        return Number(self.value.copy_negate(), self.unit, text)


@dataclass(frozen=True)
class Name:
    """A name as it is written, such as out_h1, w5+ or ∂E/∂w5."""

    text: str


@dataclass(frozen=True)
class Sum:
    """Terms, each with whether it is subtracted."""

    terms: tuple[tuple[bool, "Expression"], ...]


@dataclass(frozen=True)
class Product:
    """Factors, each with whether it is divided by."""

    factors: tuple[tuple[bool, "Expression"], ...]


@dataclass(frozen=True)
class Power:
    """A base and its exponent."""

    base: "Expression"
    exponent: "Expression"


@dataclass(frozen=True)
class Call:
    """A function of one number: exp, ln, sqrt, abs, sign, step, sigmoid, tanh or relu."""

    function: str
    argument: "Expression"


Expression = Number | Name | Sum | Product | Power | Call


def whole(value: int | Decimal) -> Number:
    """A number that is exact, as constants of formulas and the numbers of a case are."""
    return Number(Decimal(value), Decimal(0), str(value))


def negative(expression: Expression) -> Expression:
    """The expression with the other sign."""
    if isinstance(expression, Number):
        return expression.negated
    if isinstance(expression, Sum) and len(expression.terms) == 1:
        ((is_minus, term),) = expression.terms
        return term if is_minus else Sum(((True, term),))
    return Sum(((True, expression),))


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that one is made of, in the order in which they are written."""
    match expression:
        case Sum(terms):
            return tuple(term for _, term in terms)
        case Product(factors):
            return tuple(factor for _, factor in factors)
        case Power(base, exponent):
            return (base, exponent)
        case Call(_, argument):
            return (argument,)
    return ()


def weight(expression: Expression) -> int:
    """How much work an expression is: a number, name or operation counts as one, a function or power as ten."""
    own = 10 if isinstance(expression, Call | Power) else 1
    return own + sum(weight(part) for part in parts(expression))


def leaves(expression: Expression) -> Iterator[Number | Name]:
    """The numbers and names of an expression, in the order in which they are written."""
    if isinstance(expression, Number | Name):
        yield expression
    for part in parts(expression):
        yield from leaves(part)


def numbers(expression: Expression) -> Iterator[Number]:
    """The numbers of an expression."""
    return (leaf for leaf in leaves(expression) if isinstance(leaf, Number))


def names(expression: Expression) -> Iterator[Name]:
    """The names of an expression."""
    return (leaf for leaf in leaves(expression) if isinstance(leaf, Name))
