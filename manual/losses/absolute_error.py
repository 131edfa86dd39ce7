"""Absolute error: e = |o − t|.

Derivation   |u| = u for u > 0 and −u for u < 0, so de/do = sign(o − t).
             At o = t there is no derivative: 0 is taken, as torch takes it (a convention, not a result).
Shapes       output, target (N, O) -> elements (N, O)
Slope        ∂e/∂o = sign(o − t)
Source       the document, section 1.1: Loss = Σᵢ |w xᵢ + b − yᵢ|
"""

import numpy as np

from manual.arrays import Array
from manual.losses.loss import Loss


class AbsoluteError(Loss):
    """The distance between output and target."""

    kind = "absolute_error"

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = |o − t|."""
        difference = np.subtract(output, target, out=out)
        return np.abs(difference, out=difference)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = sign(o − t)."""
        difference = np.subtract(output, target, out=out)
        return np.sign(difference, out=difference)
