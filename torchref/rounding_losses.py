"""Rounding of losses: the sizes of their elements and of their slopes, as the usual formulas compute them.

Each is a function of the loss (for its settings), the output and the target.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.allowance import unit_roundoff

Size = Callable[[Any, Array, Array], Array]

# Roundoffs of its terms by which a number may miss 0 and so be taken for one on the other side of a kink.
NEAR = 4.0


@dataclass(frozen=True)
class LossRule:
    """The sizes of a loss's elements and of their slopes."""

    elements: Size
    slope: Size


def _spread(x: Array) -> Array:
    return x.max(axis=-1, keepdims=True) - x


def _log(x: Array) -> Array:
    """|ln x| as the losses bound it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(np.abs(np.log(x)), 100.0)


def _rows(loss: Any, output: Array, target: Array) -> Array:
    """The target as rows, smoothed and weighted where the loss says so."""
    rows = target if target.dtype.kind == "f" else np.eye(output.shape[-1])[target]
    smoothing = getattr(loss, "label_smoothing", 0.0)
    rows = rows * (1 - smoothing) + smoothing / output.shape[-1]
    return rows * np.array(loss.weight) if loss.weight else rows


def _jump(z: Array, size: Array, height: Array | float) -> Array:
    """What is to be allowed where z is 0 but for rounding: there a slope may jump by `height` either way."""
    unit = unit_roundoff(z.dtype)
    return np.where(np.abs(z) <= NEAR * unit * size, height / unit, 0.0)


def _one(_: Any, output: Array, target: Array) -> Array:
    return np.ones_like(output)


def _distance(_: Any, output: Array, target: Array) -> Array:
    """|o − t|: a difference of two numbers that are given is off by u of itself."""
    return np.abs(output - target)


def _square(_: Any, output: Array, target: Array) -> Array:
    return np.square(output - target)


def _binary(_: Any, output: Array, target: Array) -> Array:
    """T |ln o| + (1 − t)(|ln(1 − o)| + 1): where 1 − o is rounded before its logarithm, that is off by u."""
    return target * _log(output) + (1 - target) * (_log(1 - output) + 1)


def _binary_slope(_: Any, output: Array, target: Array) -> Array:
    """(|o| + |t|) / (o (1 − o)), which covers t/o and (1 − t)/(1 − o) as well."""
    return (output + target) / np.maximum(output * (1 - output), 1e-12)


def _softmax(loss: Any, output: Array, target: Array) -> Array:
    """Σv (max|x| + ln C) + Σ v|x|."""
    size = np.abs(output).max(axis=-1)
    return np.asarray(_rows(loss, output, target).sum(axis=-1) * (size * 2 + log(output.shape[-1])))


def _softmax_slope(loss: Any, output: Array, target: Array) -> Array:
    """Σv P (1 + |x − max|) + v, the first for all classes of a row together."""
    spread = 1 + _spread(output)
    p = np.exp(-_spread(output))
    p = p / p.sum(axis=-1, keepdims=True)
    rows = _rows(loss, output, target)
    return p * (spread + (p * spread).sum(axis=-1, keepdims=True)) * rows.sum(axis=-1, keepdims=True) + rows


def _likelihood(loss: Any, output: Array, target: Array) -> Array:
    return np.asarray((_rows(loss, output, target) * np.abs(output)).sum(axis=-1))


def _huber(loss: Any, output: Array, target: Array) -> Array:
    """C (|u| + δ) with c = min(|u|, δ), where δ (|u| − ½ δ) cancels no more than that."""
    distance = np.abs(output - target)
    return np.minimum(distance, loss.delta) * (distance + np.minimum(distance, loss.delta))


def _smooth_l1(loss: Any, output: Array, target: Array) -> Array:
    distance = np.abs(output - target)
    near = np.minimum(distance, loss.beta)
    return near / loss.beta * (distance + near)


def _divergence(loss: Any, output: Array, target: Array) -> Array:
    """T (|ln t| + |x|)."""
    if loss.log_target:
        return np.exp(target) * (np.abs(target) + np.abs(output))
    return target * (_log(np.maximum(target, 1e-300)) + np.abs(output))


def _hinge_slope(loss: Any, output: Array, target: Array) -> Array:
    """|t|, and its jump where the margin is met."""
    z = loss.margin - target * output
    return 1.0 + _jump(z.astype(output.dtype), loss.margin + np.abs(output), 1.0)


def _lead(loss: Any, output: Array, target: Array) -> tuple[Array, Array]:
    """z_c = margin − o_t + o_c, 1 everywhere at the target's own place, and the size of what went into it."""
    own = np.take_along_axis(output, target[..., None], axis=-1)
    z = np.where(np.eye(output.shape[-1])[target] > 0, 1.0, loss.margin - own + output)
    return z.astype(output.dtype), loss.margin + np.abs(own) + np.abs(output)


def _multi_margin_slope(loss: Any, output: Array, target: Array) -> Array:
    """1/C and, at the target, as many of them as there are others; with the jump of any of them."""
    z, size = _lead(loss, output, target)
    jumps = _jump(z, size, 1.0 / output.shape[-1])
    own = np.eye(output.shape[-1])[target]
    return 1.0 / output.shape[-1] + jumps + own * (1.0 + jumps.sum(axis=-1, keepdims=True))


ABSOLUTE_ERROR = LossRule(_distance, _one)
SQUARED_ERROR = LossRule(_square, _distance)
BINARY_CROSS_ENTROPY = LossRule(_binary, _binary_slope)
INNER_PRODUCT = LossRule(lambda _, o, t: np.abs(o * t), lambda _, o, t: np.abs(t) * np.ones_like(o))
SOFTMAX_CROSS_ENTROPY = LossRule(_softmax, _softmax_slope)
NEGATIVE_LOG_LIKELIHOOD = LossRule(_likelihood, _rows)
HUBER = LossRule(_huber, lambda loss, o, t: np.minimum(np.abs(o - t), loss.delta))
SMOOTH_L1 = LossRule(_smooth_l1, lambda loss, o, t: np.minimum(np.abs(o - t) / loss.beta, 1.0))
KL_DIVERGENCE = LossRule(_divergence, lambda loss, o, t: np.exp(t) if loss.log_target else t)
HINGE = LossRule(lambda loss, o, t: loss.margin + np.abs(o), _hinge_slope)
MULTI_MARGIN = LossRule(lambda loss, o, t: _lead(loss, o, t)[1].max(axis=-1), _multi_margin_slope)
