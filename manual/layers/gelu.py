"""GELU: y = x Φ(x), with Φ the distribution function of the standard normal distribution, Φ(x) = ½ (1 + erf(x/√2)).

Derivation   Φ′ = φ with φ(x) = e^(−x²/2) / √(2π), so by the product rule
             dy/dx = Φ(x) + x φ(x)
             For x < 0 the sum 1 + erf cancels: as in torch, y is then right to the roundoff of x, not of y.
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g · (Φ(x) + x φ(x)),   g = ∂E/∂y
Saves        x
Source       Hendrycks & Gimpel 2016, arXiv 1606.08415; torch.nn.GELU
"""

from math import pi, sqrt

import numpy as np

from manual.arrays import Array
from manual.erf import erf
from manual.layers.layer import Layer


class GELU(Layer):
    """The Gaussian error linear unit, by the error function; right for any finite x."""

    kind = "gelu"
    output_range = (-0.17, float("inf"))  # its minimum is −0.16997…, at x = −0.7518…
    elementwise = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x · ½ (1 + erf(x/√2))."""
        share = _phi(x, out)
        return np.multiply(x, share, out=share)

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g · (Φ(x) + x φ(x))."""
        slope = _phi(x, out)
        density = np.exp(np.multiply(np.square(np.clip(x, -60.0, 60.0)), -0.5))  # 0 long before ±60
        density *= 1 / sqrt(2 * pi)
        density *= x
        slope += density
        return np.multiply(grad_output, slope, out=slope)


def _phi(x: Array, out: Array | None) -> Array:
    """½ (1 + erf(x/√2))."""
    share = erf(np.multiply(x, sqrt(0.5)), out)
    share += 1.0
    share *= 0.5
    return share
