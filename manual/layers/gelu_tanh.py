"""GELU, tanh form: y = ½ x (1 + tanh u) with u = √(2/π) (x + 0.044715 x³), an approximation of x Φ(x).

Derivation   du/dx = √(2/π) (1 + 3 · 0.044715 x²), and by the product and chain rules
             dy/dx = ½ (1 + t) + ½ x (1 − t²) du/dx,   t = tanh u
             It is another function than GELU: they differ by up to 5e-4, and neither's slope is the other's.
             Beyond |x| = 10, t is ±1 exactly: u is computed of x within ±10 there, so that x³ never overflows.
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g · (½ (1 + t) + ½ x (1 − t²) du/dx),   g = ∂E/∂y
Saves        x
Source       Hendrycks & Gimpel 2016, arXiv 1606.08415; torch.nn.GELU(approximate="tanh")
"""

from math import pi, sqrt

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer

CUBIC = 0.044715
BOUND = 10.0


class GELUTanh(Layer):
    """The Gaussian error linear unit, by a hyperbolic tangent; right for any finite x."""

    kind = "gelu_tanh"
    output_range = (-0.1701, float("inf"))  # its minimum is −0.17004…
    elementwise = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = ½ x (1 + tanh u)."""
        y = _tanh(np.clip(x, -BOUND, BOUND), out)
        y += 1.0
        y *= 0.5
        return np.multiply(x, y, out=y)

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g · ½ ((1 + t) + x (1 − t²) du/dx)."""
        near = np.clip(x, -BOUND, BOUND)
        t = _tanh(near)
        slope = np.square(near, out=out)
        slope *= 3 * CUBIC
        slope += 1.0
        slope *= near
        slope *= 1.0 - np.square(t)
        slope *= sqrt(2 / pi)
        slope += t
        slope += 1.0
        slope *= 0.5
        return np.multiply(grad_output, slope, out=slope)


def _tanh(x: Array, out: Array | None = None) -> Array:
    """Tanh u with u = √(2/π) (x + 0.044715 x³)."""
    u = np.square(x, out=out)
    u *= CUBIC
    u += 1.0
    u *= x
    u *= sqrt(2 / pi)
    return np.tanh(u, out=u)
