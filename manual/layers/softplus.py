"""Softplus: y = ln(1 + e^βx) / β, a smooth ReLU; above a threshold of βx it is x itself.

Derivation   dy/dx = β e^βx / (1 + e^βx) / β = 1 / (1 + e^−βx) = σ(βx)                     (chain rule)
             With z = βx, ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|): no exponential exceeds 1.
             Where z > threshold, y = x and the slope is 1: ln(1 + e^−20) = 2e-9 is left out there, as torch does
             (a convention).
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g · σ(βx), or g where βx > threshold,   g = ∂E/∂y
Saves        x
Raises       InputError if β is not finite and above 0, or the threshold is NaN
Source       torch.nn.Softplus
"""

from dataclasses import dataclass
from math import isnan

import numpy as np

from manual.arrays import Array
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class Softplus(Layer):
    """A smooth rectifier; right for any finite x."""

    kind = "softplus"
    output_range = (0.0, float("inf"))
    elementwise = True

    beta: float = 1.0
    threshold: float = 20.0

    def __post_init__(self) -> None:
        if not 0 < self.beta < float("inf") or isnan(self.threshold):
            raise must_be(
                "softplus: beta and threshold", "finite and above 0, and a number", (self.beta, self.threshold)
            )

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = (max(z, 0) + ln(1 + e^−|z|)) / β with z = βx, or x where z > threshold."""
        z = np.multiply(x, self.beta)
        y = np.exp(np.negative(np.abs(z, out=out), out=out), out=out)
        y = np.add(np.log1p(y, out=y), np.maximum(z, 0.0), out=y)
        y = np.divide(y, self.beta, out=y)
        np.copyto(y, x, where=z > self.threshold)
        return y

    @np.errstate(over="ignore")  # e^−z is ∞ below -709 (float32: -88), and 1/∞ = 0 is the answer
    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g / (1 + e^−z) with z = βx, or g where z > threshold."""
        z = np.multiply(x, self.beta)
        e = np.exp(np.negative(z, out=out), out=out)
        grad_input = np.divide(grad_output, np.add(e, 1.0, out=e), out=e)
        np.copyto(grad_input, grad_output, where=z > self.threshold)
        return grad_input
