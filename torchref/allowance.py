"""Allowance: how far two right computations of one number may lie apart. Every tolerance of the house is here.

A rounded operation returns its exact result times 1 + δ, |δ| ≤ u, u the unit roundoff (2⁻⁵³ in float64, 2⁻²⁴ in
float32). A number that is made by a sum of n products is then off by at most n · u · Σ|products|, in whatever order
it is summed (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1). So an allowance is

    SIDES · u · growth(n) · magnitude + n · (least normal number) · factor

with n the number of rounded operations on the way to one element, and magnitude the sum of the magnitudes that went
into it. It is no share of the result: where a sum cancels, the magnitude stays and so does the allowance; where a
gradient vanishes, the magnitude vanishes with it. The last term is underflow: below the least normal number (1e-38 in
float32) digits are lost one by one, times whatever multiplies the number that lost them.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from manual.arrays import Array

# The number under test and the reference are both rounded. (In float32 the reference is float64, and this is slack.)
SIDES = 2.0

# exp, tanh and log are not correctly rounded: NumPy's and torch's vector versions promise 4 ulp, and a formula such as
# 1/(1 + e⁻ˣ) adds two or three operations. 100,000 right networks used at most 2.9 of these 8 (scripts/bench
# allowance).
ELEMENTARY = 8


def growth(operations: int) -> float:
    """How rounding errors add up over n operations: n in the worst case, but no more than 8 √n.

    The worst case needs every error to have one sign. Independent errors add up like √n, and stay below λ √n with
    probability 1 − 2 exp(−λ²/2) (Higham & Mary 2019; Ipsen & Zhou, arXiv 1906.10465): λ = 8 leaves 3e-14 an element.
    """
    return min(float(operations), 8.0 * sqrt(operations))


def unit_roundoff(dtype: DTypeLike) -> float:
    """The largest relative error of one rounded operation: half the distance from 1 to the next number."""
    info: Any = np.finfo(dtype)
    return float(info.eps) / 2


@dataclass(frozen=True)
class Rounding:
    """What the rounding analysis of one quantity gives: n, the magnitudes, and what may multiply an underflow."""

    operations: int
    magnitude: Array
    factor: Array | float = 1.0


def allowance(rounding: Rounding, dtype: DTypeLike) -> Array:
    """The allowance of each element of a quantity that was computed in `dtype`."""
    info: Any = np.finfo(dtype)
    n, least = rounding.operations, float(info.smallest_normal)
    allowed = np.asarray(rounding.magnitude * (SIDES * unit_roundoff(dtype) * growth(n)))
    allowed += n * least * rounding.factor
    return allowed


def last_digits(value: float) -> float:
    """How far a float64 value may lie from the number it stands for, after the few dozen operations of an example."""
    return 64 * float(np.finfo(np.float64).eps) * abs(value)


# How many times the movement that roundings caused when they were drawn at random (its root mean square over the
# samples) is allowed. The samples draw from the allowances of single steps, of which right code uses a tenth or so.
SHAKEN = 4.0

# By how many roundoffs the values between a module's parts are moved, where nothing is known of what a part computes:
# sums of some hundred terms are off by about √100/2 roundoffs of the size of what went into them.
MODULE_ROUNDINGS = 6.0

# The same for one function: it rounds on the way, as if its inputs had been moved a little, and at the end.
FUNCTION_ROUNDINGS = 2.0

# The share of a number by which decimal arithmetic to 50 digits may be off after the few hundred operations of a small
# network, with twenty digits to spare.
WRITTEN = Decimal("1e-36")
