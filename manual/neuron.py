"""Neuron: f(x) = wx + b, the linear part of one neuron, and the document's example of it.

Shapes       x (…, n) · w (n,) · b a number -> f(x) (…)
Source       the document, section 1.1: sex, height in cm and weight in kg give 9.7, which lies within (6, 13)
"""

import numpy as np
from numpy.typing import ArrayLike

from manual.arrays import Array

EXAMPLE_X = (1.0, 180.0, 70.0)
EXAMPLE_W = (0.1, 0.03, 0.06)
EXAMPLE_B = 0.0
NORMAL_WEIGHT = (6.0, 13.0)


def neuron(x: ArrayLike, w: ArrayLike, b: float) -> Array:
    """f(x) = wx + b = Σᵢ wᵢ xᵢ + b."""
    return np.asarray(np.vecdot(np.asarray(x), np.asarray(w)) + b)


def is_normal_weight(value: float) -> bool:
    """Whether f(x) lies within the document's open interval (6, 13)."""
    low, high = NORMAL_WEIGHT
    return low < value < high
