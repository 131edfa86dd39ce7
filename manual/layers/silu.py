"""SiLU: y = x σ(x) with σ(x) = 1 / (1 + e⁻ˣ), also called swish.

Derivation   by the product rule, with σ′ = σ (1 − σ)
             dy/dx = σ + x σ (1 − σ) = σ (1 + x (1 − σ)), and 1 − σ(x) = σ(−x) = e⁻ˣ / (1 + e⁻ˣ)
             For large x the form 1 − σ would cancel; σ(−x) keeps its digits.
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g · σ(x) (1 + x σ(−x)),   g = ∂E/∂y
Saves        x
Source       Elfwing, Uchibe & Doya 2017, arXiv 1702.03118; torch.nn.SiLU
"""

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer


class SiLU(Layer):
    """The sigmoid-weighted linear unit; right for any finite x."""

    kind = "silu"
    output_range = (-0.2784645427610738, float("inf"))  # its minimum, at x = −1.278…
    elementwise = True

    @np.errstate(over="ignore")  # e⁻ˣ is ∞ below -709 (float32: -88), and x/∞ = 0 is the answer
    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x / (1 + e⁻ˣ)."""
        e = np.exp(np.negative(x, out=out), out=out)
        return np.divide(x, np.add(e, 1.0, out=e), out=e)

    @np.errstate(over="ignore")
    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g · σ(x) (1 + x σ(−x))."""
        # Of x and −x the positive one has an exponential that may be ∞, and then the other's share is 0.
        slope = np.divide(x, np.exp(x) + 1.0, out=out)
        slope = np.add(slope, 1.0, out=slope)
        slope = np.divide(slope, np.exp(-x) + 1.0, out=slope)
        return np.multiply(grad_output, slope, out=slope)
