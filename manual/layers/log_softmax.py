"""Log-softmax: yᵢ = xᵢ − ln Σₖ e^xₖ, over the features of each example: the logarithms of softmax's probabilities.

Derivation   ∂yᵢ/∂xⱼ = δᵢⱼ − e^xⱼ / Σₖ e^xₖ = δᵢⱼ − pⱼ, with pⱼ = e^yⱼ
             ∂E/∂xⱼ  = Σᵢ gᵢ (δᵢⱼ − pⱼ) = gⱼ − pⱼ Σᵢ gᵢ
             The largest x is taken out of the sum, ln Σ e^x = max + ln Σ e^(x − max), so no exponential exceeds 1;
             the logarithm of a probability that rounds to 0 is never taken.
Shapes       x (…, C) -> y (…, C), each row of e^y sums to 1
Backward     ∂E/∂x = g − e^y Σ g,   g = ∂E/∂y, the sum over each row
Saves        y
Source       torch.nn.LogSoftmax
"""

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer


class LogSoftmax(Layer):
    """Log-probabilities from scores, row by row; right for any finite x, 1e4 included."""

    kind = "log_softmax"
    output_range = (-float("inf"), 0.0)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = (x − max) − ln Σ e^(x − max)."""
        y = np.subtract(x, x.max(axis=-1, keepdims=True), out=out)
        log_sum = np.log(np.exp(y).sum(axis=-1, keepdims=True))
        return np.subtract(y, log_sum, out=y)

    def backward(self, grad_output: Array, output: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g − e^y Σ g."""
        p = np.exp(output, out=out)
        np.multiply(p, grad_output.sum(axis=-1, keepdims=True), out=p)
        return np.subtract(grad_output, p, out=p)
