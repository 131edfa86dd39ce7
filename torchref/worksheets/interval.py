"""Interval: all the numbers that a rounded number may stand for, and arithmetic on them, in decimal to 60 digits.

Decimal, so that 0.1 is 0.1 and a tie at half a unit is a tie; 60 digits, so that no rounding of ours counts beside the
dozen digits that people write.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from itertools import product

from torchref.allowance import WRITTEN
from torchref.grade.record import Text
from torchref.worksheets import bounds
from torchref.worksheets.expression import Number

CONTEXT = Context(prec=60, Emax=9_999, Emin=-9_999, traps=[InvalidOperation, DivisionByZero, Overflow])
ZERO, ONE = Decimal(0), Decimal(1)
_TINY = Decimal("1e-9")  # so that what cancels to 1e-60 is 0


class ArithmeticalError(ValueError):
    """A number cannot be worked out; `reason` says why in both languages.

    is_wrong    whether nobody can, as where something is divided by 0; else it is too large for us
    """

    def __init__(self, english: str, chinese: str, *, is_wrong: bool = True) -> None:
        super().__init__(english)
        self.reason = Text(english, chinese)
        self.is_wrong = is_wrong


@dataclass(frozen=True)
class Interval:
    """The numbers from low to high, both included."""

    low: Decimal
    high: Decimal

    def meets(self, other: "Interval") -> bool:
        """Whether they have a number in common, but for the last of 60 digits."""
        slack = CONTEXT.multiply(WRITTEN, max(abs(self.low), abs(self.high), abs(other.low), abs(other.high), _TINY))
        return self.low <= CONTEXT.add(other.high, slack) and other.low <= CONTEXT.add(self.high, slack)

    def hull(self, *others: "Interval") -> "Interval":
        """The least interval that holds all of them."""
        every = (self, *others)
        return Interval(min(i.low for i in every), max(i.high for i in every))

    @property
    def middle(self) -> Decimal:
        """The number halfway."""
        return CONTEXT.divide(CONTEXT.add(self.low, self.high), Decimal(2))


def point(value: Decimal | int) -> Interval:
    """One number, exactly."""
    value = Decimal(value)
    return Interval(value, value)


def around(number: Number) -> Interval:
    """What a rounded number may stand for: half a unit of its last digit to either side."""
    half = CONTEXT.divide(number.unit, Decimal(2))
    return Interval(CONTEXT.subtract(number.value, half), CONTEXT.add(number.value, half))


def rounds(number: Number, value: Interval) -> bool:
    """Whether the number is some value of the interval, rounded."""
    return around(number).meets(value)


def truncates(number: Number, value: Interval) -> bool:
    """Whether the number is some value of the interval, with the further digits cut off."""
    if number.value.is_signed():
        return truncates(number.negated, negate(value))
    slack = CONTEXT.multiply(WRITTEN, number.value)
    further = CONTEXT.add(number.value, number.unit)
    return value.high >= CONTEXT.subtract(number.value, slack) and value.low < further


def add(a: Interval, b: Interval) -> Interval:
    """A + b."""
    return Interval(CONTEXT.add(a.low, b.low), CONTEXT.add(a.high, b.high))


def negate(a: Interval) -> Interval:
    """−a."""
    return Interval(a.high.copy_negate(), a.low.copy_negate())


def multiply(a: Interval, b: Interval) -> Interval:
    """A · b."""
    if a.low == a.high and b.low == b.high:
        return point(CONTEXT.multiply(a.low, b.low))
    corners = [CONTEXT.multiply(x, y) for x, y in product((a.low, a.high), (b.low, b.high))]
    return Interval(min(corners), max(corners))


def inverse(a: Interval) -> Interval:
    """1 / a."""
    if a.low <= 0 <= a.high:
        raise ArithmeticalError("it divides by 0", "除以了 0")
    return Interval(CONTEXT.divide(ONE, a.high), CONTEXT.divide(ONE, a.low))


def power(base: Interval, exponent: Interval) -> Interval:
    """A to the power of b: for whole b any a, for other b an a above 0."""
    if max(abs(exponent.low), abs(exponent.high)) > bounds.LARGEST_EXPONENT:
        raise ArithmeticalError(
            f"the exponent of a power must be at most {bounds.LARGEST_EXPONENT}",
            f"乘方的指数最大为 {bounds.LARGEST_EXPONENT}",
            is_wrong=False,
        )
    n = exponent.low
    if exponent.low == exponent.high and n == n.to_integral_value():
        if n < 0:
            return inverse(power(base, negate(exponent)))
        ends = [CONTEXT.power(end, n) if n else ONE for end in (base.low, base.high)]
        spans_zero = base.low < 0 < base.high and n % 2 == 0 and n
        return Interval(min(*ends, ZERO) if spans_zero else min(ends), max(ends))
    return exp(multiply(exponent, log(base)))


def exp(a: Interval) -> Interval:
    """E to the power of a."""
    if max(abs(a.low), abs(a.high)) > 20_000:
        raise ArithmeticalError("a power of e in it is too large", "其中 e 的指数过大", is_wrong=False)
    return _monotone(CONTEXT.exp, a)


def log(a: Interval) -> Interval:
    """The natural logarithm."""
    if a.low <= 0:
        raise ArithmeticalError(
            "it takes a logarithm or a root of a number that is not above 0", "对非正数取了对数或开方"
        )
    return _monotone(CONTEXT.ln, a)


def square_root(a: Interval) -> Interval:
    """The square root."""
    if a.low < 0:
        raise ArithmeticalError("it takes the square root of a negative number", "对负数开了平方")
    return _monotone(CONTEXT.sqrt, a)


def sigmoid(a: Interval) -> Interval:
    """1 / (1 + e⁻ᵃ)."""
    return inverse(add(point(1), exp(negate(a))))


def tanh(a: Interval) -> Interval:
    """2 sigmoid(2a) − 1."""
    return add(multiply(point(2), sigmoid(multiply(point(2), a))), point(-1))


def absolute(a: Interval) -> Interval:
    """|a|."""
    ends = (a.low.copy_abs(), a.high.copy_abs())
    return Interval(ZERO if a.low < 0 < a.high else min(ends), max(ends))


def relu(a: Interval) -> Interval:
    """Max(a, 0)."""
    return _monotone(lambda x: max(x, ZERO), a)


def sign(a: Interval) -> Interval:
    """−1, 0 or 1."""
    return _monotone(lambda x: Decimal((x > 0) - (x < 0)), a)


def step(a: Interval) -> Interval:
    """1 above 0, else 0."""
    return _monotone(lambda x: Decimal(int(x > 0)), a)


def _monotone(function: Callable[[Decimal], Decimal], a: Interval) -> Interval:
    if a.low == a.high:
        return point(function(a.low))
    return Interval(function(a.low), function(a.high))


FUNCTIONS: dict[str, Callable[[Interval], Interval]] = {
    "exp": exp,
    "ln": log,
    "sqrt": square_root,
    "abs": absolute,
    "sign": sign,
    "step": step,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
}

UNREPRESENTABLE = ArithmeticalError("a number in it is too large or too small", "其中有过大或过小的数", is_wrong=False)
FAILURES = (DecimalException,)
