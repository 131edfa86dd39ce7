"""Rounding of updates: how far a new parameter, and what an optimiser keeps, may be off, of what went into the step.

A running mean adds numbers of both signs, so it is off by roundoffs of what it adds, which may be far more than its
value; a mean of squares is not. A step m/√v is off by as much as m is, and by half as much as v is, as shares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from manual.arrays import Array
from torchref.allowance import ELEMENTARY, Rounding, unit_roundoff


@dataclass(frozen=True)
class Update:
    """One parameter's update: the rule, what it read, and what torch made of it in float64.

    steps   over how many steps the roundings of `old` have added up, where it was not handed over
    """

    rule: Any
    parameter: Array
    gradient: Array
    old: Mapping[str, Array]
    step: int
    new: Mapping[str, Array]
    updated: Array
    dtype: DTypeLike
    steps: int = 1

    @property
    def size(self) -> Array:
        """|g|, with what coupled weight decay adds."""
        decay = getattr(self.rule, "weight_decay", 0.0) if self.rule.kind != "adamw" else 0.0
        return np.abs(self.gradient) + decay * np.abs(self.parameter)


def roundings(update: Update) -> dict[str, Rounding]:
    """By name of the buffer, and "" for the parameter."""
    if update.rule.kind == "sgd":
        # The learning rate, its product with the gradient, and the difference are each rounded.
        return {"": Rounding(1, 3 * np.abs(update.updated - update.parameter) + np.abs(update.updated))}
    with np.errstate(all="ignore"):
        step, sizes = SIZES[update.rule.kind](update)
        n = ELEMENTARY * update.steps
        found = {name: Rounding(n, size) for name, size in sizes.items()}
        rate = update.rule.learning_rate
        # 1 − η λ is rounded, and so is w times that.
        decayed = 2 * np.abs(update.parameter) if update.rule.kind == "adamw" else 0.0
        # What goes into the step may be off by n roundoffs; the difference itself is rounded once.
        magnitude = (np.abs(update.updated) + decayed) / n + rate * step
    return {"": Rounding(n, magnitude, np.maximum(1.0, rate / getattr(update.rule, "eps", 1.0))), **found}


Sizes = tuple[Array, dict[str, Array]]


def _share(square: Array, value: Array) -> Array:
    """By how much a sum of squares is off, as a share of it; 1 where it is 0."""
    return np.divide(square, value, out=np.ones_like(square), where=value > 0)


def _momentum(u: Update) -> Sizes:
    if not u.rule.momentum:
        return u.size, {}
    kept = u.rule.momentum * np.abs(u.old["m"]) + (1 + u.rule.dampening) * u.size if u.step else u.size
    return (u.size + u.rule.momentum * kept if u.rule.nesterov else kept), {"m": kept}


def _adagrad(u: Update) -> Sizes:
    square = u.old["s"] + np.square(u.size)
    step = u.size / (np.sqrt(u.new["s"]) + u.rule.eps) / (1 + u.step * u.rule.lr_decay)
    return step * (1 + _share(square, u.new["s"])), {"s": square}


def _rmsprop(u: Update) -> Sizes:
    alpha, sizes = u.rule.alpha, {}
    sizes["v"] = alpha * u.old["v"] + (1 - alpha) * np.square(u.size)
    under, error = u.new["v"], sizes["v"]
    if u.rule.centered:
        sizes["mean"] = alpha * np.abs(u.old["mean"]) + (1 - alpha) * u.size
        under = np.maximum(under - np.square(u.new["mean"]), 0.0)
        error = error + np.square(sizes["mean"])
    # √(a + δ) is off from √a by δ/√a, and by √δ at most.
    unit = unit_roundoff(u.dtype)
    root = np.sqrt(np.maximum(under, ELEMENTARY * unit * error * u.rule.centered))
    step = u.size / (np.sqrt(under) + u.rule.eps) * (1 + error / (root + u.rule.eps) ** 2)
    if u.rule.momentum:
        step = sizes["m"] = u.rule.momentum * np.abs(u.old["m"]) + step
    return step, sizes


def _adam(u: Update) -> Sizes:
    beta1, beta2, t = u.rule.beta1, u.rule.beta2, u.step + 1
    mean = beta1 * np.abs(u.old["m"]) + (1 - beta1) * u.size
    square = beta2 * u.old["v"] + (1 - beta2) * np.square(u.size)
    sizes, v = {"m": mean, "v": square}, u.new["v"]
    share = _share(square, v)
    if u.rule.amsgrad:
        v = u.new["v_max"]
        sizes["v_max"] = np.maximum(square, np.abs(u.old["v_max"]))
    one, two = 1 - beta1**t, 1 - beta2**t
    # 1 − βᵗ cancels: in float64, where it is computed, whatever the arrays are.
    cancelled = (beta1**t / one + beta2**t / two) * unit_roundoff(np.float64) / unit_roundoff(u.dtype)
    return mean / one / (np.sqrt(v / two) + u.rule.eps) * (1 + share + cancelled), sizes


SIZES = {
    "momentum": _momentum,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adam,
}
