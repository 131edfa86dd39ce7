"""Hardtanh: y = x between two bounds, and the bound beyond.

Derivation   y = x where low < x < high, so dy/dx = 1; y is constant elsewhere, so dy/dx = 0.
             At the bounds there is no derivative: 0 is taken, as torch takes it (a convention, not a result).
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g where low < x < high, else 0,   g = ∂E/∂y
Saves        x
Raises       InputError unless low < high
Source       torch.nn.Hardtanh (min_val, max_val)
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class Hardtanh(Layer):
    """The identity, cut off below and above; the bounds are those of the array's own precision."""

    kind = "hardtanh"
    elementwise = True

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise must_be("hardtanh: low", f"below high, {self.high}", self.low)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = min(max(x, low), high)."""
        y = np.maximum(x, self.low, out=out)
        return np.minimum(y, self.high, out=y)

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g · [low < x < high]."""
        return np.multiply(grad_output, (x > self.low) & (x < self.high), out=out)
