"""Digits: a value as so many significant digits, and whether these are all of it."""

from dataclasses import dataclass
from decimal import Context, Decimal

# From here down a number is written with a power of ten.
LEAST_PLAIN, MOST_PLAIN = -6, 12


@dataclass(frozen=True)
class Digits:
    """A number as it is written: sign, digits, and a power of ten where it would be long without (else 0)."""

    is_negative: bool
    digits: str
    power: int
    is_exact: bool

    @property
    def text(self) -> str:
        """As Python and a worksheet read it: -0.0184, 1.84e-9."""
        return f"{'-' if self.is_negative else ''}{self.digits}{f'e{self.power}' if self.power else ''}"


def digits(value: Decimal, count: int) -> Digits:
    """A value rounded to `count` significant digits; where it has no more than these, it is exact and ends in no 0."""
    rounded = Context(prec=count).plus(value)
    is_exact = rounded == value
    if is_exact:
        rounded = rounded.normalize(Context(prec=count))
    exponent = rounded.adjusted() if rounded else 0
    power = 0 if LEAST_PLAIN <= exponent < MOST_PLAIN else exponent
    return Digits(rounded < 0, f"{abs(rounded).scaleb(-power):f}", power, is_exact)
