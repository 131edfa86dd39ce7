"""Squared error: e = (o − t)².

Derivation   de/do = 2 (o − t), by the power and chain rules.
Shapes       output, target (N, O) -> elements (N, O)
Slope        ∂e/∂o = 2 (o − t)
Source       the document, section 2.1: E = (1/n) Σ (target − output)², which is squared_error_mean
"""

import numpy as np

from manual.arrays import Array
from manual.losses.loss import Loss


class SquaredError(Loss):
    """The squared distance between output and target; with reduction "mean" it is the mean squared error."""

    kind = "squared_error"

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = (o − t)²."""
        difference = np.subtract(output, target, out=out)
        return np.square(difference, out=difference)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = 2 (o − t)."""
        difference = np.subtract(output, target, out=out)
        return np.multiply(difference, 2.0, out=difference)
