"""Formulas: the values and slopes of the smooth rectifiers and their kin, as functions of their input, for mistakes."""

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.activations import sigmoid

CUBIC = 0.044715
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def normal(x: Array) -> Array:
    """Φ(x), the distribution function of the normal distribution."""
    import torch

    return np.asarray(0.5 * (1 + torch.special.erf(torch.from_numpy(np.ascontiguousarray(x) * sqrt(0.5))).numpy()))


def density(x: Array) -> Array:
    """φ(x), its density."""
    return np.asarray(np.exp(-0.5 * x**2) / sqrt(2 * pi))


def tanh_argument(x: Array) -> Array:
    """√(2/π) (x + 0.044715 x³), what the tanh form of GELU takes tanh of."""
    return np.asarray(sqrt(2 / pi) * (x + CUBIC * x**3))


def gelu_tanh_slope(x: Array, cubic_factor: float = 3.0) -> Array:
    """½ (1 + t) + ½ x (1 − t²) du/dx, with another factor than 3 in du/dx if one is given."""
    t = np.tanh(tanh_argument(x))
    inner = sqrt(2 / pi) * (1 + cubic_factor * CUBIC * x**2)
    return np.asarray(0.5 * (1 + t) + 0.5 * x * (1 - t**2) * inner)


def value(kind: str, layer: Any, x: Array) -> Array:
    """The output of an activation at an input."""
    below = np.expm1(np.minimum(x, 0))
    formulas: dict[str, Callable[[], Any]] = {
        "leaky_relu": lambda: np.where(x > 0, x, layer.slope * x),
        "elu": lambda: np.where(x > 0, x, layer.alpha * below),
        "selu": lambda: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * below),
        "softplus": lambda: np.logaddexp(0, layer.beta * x) / layer.beta,
        "silu": lambda: x * sigmoid(x),
        "gelu": lambda: x * normal(x),
        "gelu_tanh": lambda: 0.5 * x * (1 + np.tanh(tanh_argument(x))),
        "hardtanh": lambda: np.clip(x, layer.low, layer.high),
    }
    return np.asarray(formulas[kind]())


def slope(kind: str, layer: Any, x: Array) -> Array:
    """The slope of an activation at an input."""
    below = np.exp(np.minimum(x, 0))
    formulas: dict[str, Callable[[], Any]] = {
        "leaky_relu": lambda: np.where(x > 0, 1.0, layer.slope),
        "elu": lambda: np.where(x > 0, 1.0, layer.alpha * below),
        "selu": lambda: SELU_SCALE * np.where(x > 0, 1.0, SELU_ALPHA * below),
        "softplus": lambda: sigmoid(layer.beta * x),
        "silu": lambda: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
        "gelu": lambda: normal(x) + x * density(x),
        "gelu_tanh": lambda: gelu_tanh_slope(x),
        "hardtanh": lambda: np.asarray((x > layer.low) & (x < layer.high), float),
    }
    return np.asarray(formulas[kind]())
