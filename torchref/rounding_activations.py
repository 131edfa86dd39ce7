"""Rounding of activations whose slope is a function of the input, or that have settings: sizes as the usual formulas
compute them, of the values that went in.

Where a usual formula cancels, the size is that of what cancels: 1 + erf(x) is off by a roundoff of 1, however small it
is, and x times that is off by a roundoff of x.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log, pi, sqrt
from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.allowance import ELEMENTARY, Rounding
from torchref.rounding import Local


@dataclass(frozen=True)
class Curve:
    """A function of each element: `size(layer, x, y)` of its value, `slope(layer, x)` of its derivative."""

    size: Callable[[Any, Array, Array], Array]
    slope: Callable[[Any, Array], Array]

    def forward(self, own: Local) -> Rounding:
        """size(x, y)."""
        return Rounding(ELEMENTARY, self.size(own.layer, own.x, own.output), np.maximum(np.abs(own.x), 1.0))

    def backward(self, own: Local) -> Rounding:
        """|g| slope(x)."""
        g = np.abs(own.grad_output)
        factor = np.maximum(g, 1.0) * np.maximum(np.abs(own.x), 1.0)  # x may multiply an exponential that underflows
        return Rounding(ELEMENTARY, g * self.slope(own.layer, own.x), factor)

    def gradient(self, own: Local, parameter: str) -> Rounding:
        """An activation has no parameters."""
        raise NotImplementedError(parameter)


class LogSoftmax:
    """Scores less the logarithm of a sum: off by roundoffs of the largest score and of the logarithm."""

    def forward(self, own: Local) -> Rounding:
        """|x| + max|x| + ln C + 1."""
        size = np.abs(own.x)
        magnitude = size + size.max(axis=-1, keepdims=True) + log(own.x.shape[-1]) + 1
        return Rounding(ELEMENTARY + own.x.shape[-1], magnitude)

    def backward(self, own: Local) -> Rounding:
        """|g| + p Σ|g| (1 + |y|): an error of u |y| in the exponent of p = e^y is one of that share in p."""
        g, p = np.abs(own.grad_output), np.exp(np.minimum(own.output, 0.0))
        spread = 1 + np.abs(own.x).max(axis=-1, keepdims=True) + np.abs(own.output)
        magnitude = g + p * g.sum(axis=-1, keepdims=True) * spread
        return Rounding(ELEMENTARY + own.x.shape[-1], magnitude, np.maximum(g.max(axis=-1, keepdims=True), 1.0))

    def gradient(self, own: Local, parameter: str) -> Rounding:
        """Log-softmax has no parameters."""
        raise NotImplementedError(parameter)


def _sigma(x: Array) -> Array:
    """1 / (1 + e⁻ˣ) as a size."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x.astype(np.float64), -700, 700))))


def _leaky_slope(layer: Any, x: Array) -> Array:
    return np.where(x > 0, 1.0, abs(layer.slope))


LEAKY_RELU = Curve(lambda _, x, y: np.abs(y), _leaky_slope)
HARDTANH = Curve(lambda _, x, y: np.abs(y), lambda _, x: np.ones_like(x))
# α (eˣ − 1) and y + α, which cancel numbers of the size of α.
ELU = Curve(
    lambda layer, x, y: np.where(x > 0, np.abs(y), layer.alpha), lambda layer, x: np.where(x > 0, 1.0, layer.alpha)
)
# λ = 1.0507 and λ α = 1.7581.
SELU = Curve(lambda _, x, y: np.where(x > 0, np.abs(y), 1.76), lambda _, x: np.where(x > 0, 1.06, 1.76))
# ln(1 + eᶻ) / β: 1 + eᶻ is rounded, z is, and so is the exponential of it.
SOFTPLUS = Curve(
    lambda layer, x, y: np.abs(y) + (1 + np.abs(x * layer.beta) * _sigma(x * layer.beta)) / layer.beta,
    lambda layer, x: _sigma(x * layer.beta) * (1 + np.abs(x * layer.beta)),
)
# σ (1 + x (1 − σ)): 1 − σ is off by a roundoff of 1.
SILU = Curve(lambda _, x, y: np.abs(y), lambda _, x: _sigma(x) * (1 + np.abs(x)))
# ½ x (1 + erf(x/√2)), and Φ + x φ with an exponent of x²/2.
GELU = Curve(lambda _, x, y: np.abs(x), lambda _, x: 1 + _normal_part(x))


def _normal_part(x: Array) -> Array:
    """|x| φ(x) (1 + x²)."""
    near = np.minimum(np.abs(x.astype(np.float64)), 40.0)
    return near * np.exp(-0.5 * near**2) * (1 + near**2) / sqrt(2 * pi)


def _tanh_part(_: Any, x: Array) -> Array:
    """1 + |x| du/dx, where tanh u is not yet ±1: 1 − tanh² is off by a roundoff of 1, and multiplied by that."""
    near = np.minimum(np.abs(x), 8.0)
    return 1 + near * sqrt(2 / pi) * (1 + 3 * 0.044715 * near**2)


GELU_TANH = Curve(lambda _, x, y: np.abs(x), _tanh_part)
