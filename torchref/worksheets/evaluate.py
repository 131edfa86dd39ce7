"""Evaluate: an expression worked out: in intervals, to judge what is written; in floats, to try a thousand mistakes."""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce
from typing import TypeVar

from torchref.worksheets import interval
from torchref.worksheets.expression import Call, Expression, Name, Number, Power, Product, Sum
from torchref.worksheets.interval import CONTEXT, Interval

Leaf = Number | Name


def evaluate(expression: Expression, value_of: Callable[[Leaf], Interval]) -> Interval:
    """The value of an expression, given those of its numbers and names.

    Raises    ArithmeticalError, with its reason, for a division by 0 and the like
    """
    try:
        return _evaluate(expression, value_of)
    except interval.FAILURES:
        raise interval.UNREPRESENTABLE from None


def _evaluate(expression: Expression, value_of: Callable[[Leaf], Interval]) -> Interval:
    match expression:
        case Number() | Name():
            return value_of(expression)
        case Sum(terms):
            values = [
                interval.negate(v) if minus else v for minus, v in ((m, _evaluate(e, value_of)) for m, e in terms)
            ]
            return reduce(interval.add, values)
        case Product(factors):
            values = [
                interval.inverse(v) if over else v for over, v in ((o, _evaluate(e, value_of)) for o, e in factors)
            ]
            return reduce(interval.multiply, values)
        case Power(base, exponent):
            return interval.power(_evaluate(base, value_of), _evaluate(exponent, value_of))
        case Call(function, argument):
            return interval.FUNCTIONS[function](_evaluate(argument, value_of))


# What the products of two roundings, left out in spread(), may add to it.
SECOND_ORDER = Decimal("1.000001")

K = TypeVar("K")


def spread(function: Callable[[Mapping[K, Decimal]], Interval], intervals: Mapping[K, Interval]) -> Interval:
    """All values of a function of small intervals: its value in their middles, and how far each of them moves it.

    Interval arithmetic would take out · (1 − out) for a product of two numbers that know nothing of each other, and
    find it several times as uncertain as it is.
    """
    middles = {key: interval.middle for key, interval in intervals.items()}
    base = function(middles).low
    reach = Decimal(0)
    for key in [key for key, ends in intervals.items() if ends.low != ends.high]:
        moved = [function({**middles, key: end}).low for end in (intervals[key].low, intervals[key].high)]
        reach += max(abs(value - base) for value in moved)
    reach *= SECOND_ORDER
    return Interval(CONTEXT.subtract(base, reach), CONTEXT.add(base, reach))


_FLOATS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "sign": lambda x: float((x > 0) - (x < 0)),
    "step": lambda x: float(x > 0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "relu": lambda x: max(x, 0.0),
}


def in_floats(expression: Expression, value_of: Callable[[Leaf], float]) -> float:
    """The value of an expression in floats; raises ArithmeticError or ValueError where there is none."""
    match expression:
        case Number() | Name():
            return value_of(expression)
        case Sum(terms):
            return sum(-in_floats(e, value_of) if minus else in_floats(e, value_of) for minus, e in terms)
        case Product(factors):
            total = 1.0
            for over, factor in factors:
                value = in_floats(factor, value_of)
                total = total / value if over else total * value
            return total
        case Power(base, exponent):
            return float(in_floats(base, value_of) ** in_floats(exponent, value_of))
        case Call(function, argument):
            return _FLOATS[function](in_floats(argument, value_of))
