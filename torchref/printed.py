"""Printed: what a printed decimal claims, and whether the exact value bears it out.

A printed 0.071 says "between 0.0705 and 0.0715" if it was rounded, "between 0.071 and 0.072" if it was cut off.
"""

from decimal import Decimal, InvalidOperation
from enum import StrEnum

from torchref.allowance import last_digits


class Digits(StrEnum):
    """How printed digits stand to the exact value."""

    ROUNDED = "rounded"
    TRUNCATED = "truncated"
    WRONG = "wrong"


def unit(digits: str) -> Decimal:
    """One unit of the last printed digit: of 0.071, 0.001; of 2.5e-3, 0.0001."""
    exponent = Decimal(digits).as_tuple().exponent
    if not isinstance(exponent, int):
        raise InvalidOperation(f"{digits} is not a number")
    return Decimal(1).scaleb(exponent)


def judge(digits: str, exact: float) -> Digits:
    """Whether printed digits are the exact value rounded, or cut off towards 0, or neither."""
    printed, value, one = Decimal(digits), Decimal(exact), unit(digits)
    slack = Decimal(last_digits(exact))
    if abs(printed - value) <= one / 2 + slack:
        return Digits.ROUNDED
    is_short = abs(printed) <= abs(value) and abs(value) - abs(printed) < one - slack
    has_its_sign = printed.is_signed() == value.is_signed()
    return Digits.TRUNCATED if is_short and has_its_sign else Digits.WRONG
