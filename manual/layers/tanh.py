"""Tanh: y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).

Derivation   with s = eˣ − e⁻ˣ and c = eˣ + e⁻ˣ: s′ = c and c′ = s, so by the quotient rule
             dy/dx = (c·c − s·s) / c² = 1 − y²
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g (1 − y²),   g = ∂E/∂y
Saves        y
Source       the document, section 1.2
"""

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer


class Tanh(Layer):
    """The hyperbolic tangent, element by element."""

    kind = "tanh"
    output_range = (-1.0, 1.0)
    elementwise = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = tanh x."""
        return np.asarray(np.tanh(x, out=out))

    def backward(self, grad_output: Array, output: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g (1 − y²)."""
        slope = np.subtract(1.0, np.square(output, out=out), out=out)
        return np.multiply(grad_output, slope, out=out)
