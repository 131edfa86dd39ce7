"""Softmax: yᵢ = e^xᵢ / Σₖ e^xₖ, over the features of each example.

Derivation   with s = Σₖ e^xₖ, by the quotient rule
             ∂yᵢ/∂xⱼ = (δᵢⱼ e^xᵢ s − e^xᵢ e^xⱼ) / s² = yᵢ (δᵢⱼ − yⱼ)
             ∂E/∂xⱼ  = Σᵢ gᵢ yᵢ (δᵢⱼ − yⱼ) = yⱼ (gⱼ − Σᵢ gᵢ yᵢ)
             Taking the largest xₖ from every xᵢ divides numerator and denominator by the same e^max: the value
             stays, and no exponential exceeds 1.
Shapes       x (…, C) -> y (…, C), each row of y sums to 1
Backward     ∂E/∂x = y (g − Σ g y),   g = ∂E/∂y, the sum over each row
Saves        y
Source       the document, section 2.1 (softmax named for several classes)
"""

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer


class Softmax(Layer):
    """Probabilities from scores, row by row; right for any finite x, 1e4 included."""

    kind = "softmax"
    output_range = (0.0, 1.0)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = e^(x − max) / Σ e^(x − max)."""
        out = np.subtract(x, x.max(axis=-1, keepdims=True), out=out)
        np.exp(out, out=out)
        return np.divide(out, out.sum(axis=-1, keepdims=True), out=out)

    def backward(self, grad_output: Array, output: Array, out: Array | None = None) -> Array:
        """∂E/∂x = y (g − Σ g y)."""
        mean = np.multiply(grad_output, output, out=out).sum(axis=-1, keepdims=True)
        return np.multiply(output, np.subtract(grad_output, mean, out=out), out=out)
