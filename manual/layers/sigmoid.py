"""Sigmoid: y = 1 / (1 + e⁻ˣ).

Derivation   dy/dx = e⁻ˣ / (1 + e⁻ˣ)²                      (chain rule on (1 + e⁻ˣ)⁻¹)
                   = 1/(1 + e⁻ˣ) · (1 + e⁻ˣ − 1)/(1 + e⁻ˣ)
                   = y (1 − y)
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g · y (1 − y),   g = ∂E/∂y
Saves        y
Source       the document, sections 1.2 (the function) and 2.2 (its derivative)
"""

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer


class Sigmoid(Layer):
    """The logistic function, element by element; right for any finite x, σ(±1000) included."""

    kind = "sigmoid"
    output_range = (0.0, 1.0)
    elementwise = True

    @np.errstate(over="ignore")  # e⁻ˣ is ∞ below -709 (float32: -88), and 1/∞ = 0 is the answer
    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = 1 / (1 + e⁻ˣ)."""
        e = np.exp(np.negative(x, out=out), out=out)
        return np.reciprocal(np.add(1.0, e, out=e), out=e)

    def backward(self, grad_output: Array, output: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g · y (1 − y)."""
        slope = np.multiply(output, np.subtract(1.0, output, out=out), out=out)
        return np.multiply(grad_output, slope, out=slope)
