"""ReLU: y = max(x, 0).

Derivation   y = x where x > 0, so dy/dx = 1; y = 0 where x < 0, so dy/dx = 0.
             At x = 0 there is no derivative: 0 is taken, as torch takes it (a convention, not a result).
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g where x > 0, else 0,   g = ∂E/∂y
Saves        x
Source       the document, section 1.2
"""

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer


class ReLU(Layer):
    """The rectifier, element by element."""

    kind = "relu"
    output_range = (0.0, float("inf"))
    elementwise = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = max(x, 0)."""
        return np.maximum(x, 0.0, out=out)

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g · [x > 0]."""
        return np.multiply(grad_output, x > 0, out=out)
