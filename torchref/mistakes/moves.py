"""Moves: one step of each optimiser on one parameter, right or with a twist: a mistake in its formula.

Written out anew in float64, so that a wrong optimiser can be played through many steps: each move gives what is to be
subtracted from the parameter, and what is kept for the next step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from manual.arrays import Array


@dataclass(frozen=True)
class Move:
    """What goes into one step: the rule, parameter and gradient, how many steps were before, and what they left.

    place, count   which of how many parameters it is: some count their steps together
    """

    rule: Any
    w: Array
    g: Array
    step: int
    old: Mapping[str, Array]
    place: int = 0
    count: int = 1

    def decayed(self, twist: str) -> Array:
        """The gradient with coupled weight decay, where the rule or the twist has it."""
        is_coupled = (self.rule.kind != "adamw") != (twist == "decay the other way")
        return self.g + self.rule.weight_decay * self.w * (is_coupled and twist != "decay omitted")

    def beside(self, twist: str) -> Array:
        """What decoupled weight decay takes off the parameter, where the rule or the twist has it."""
        is_decoupled = (self.rule.kind == "adamw") != (twist == "decay the other way")
        rate = 1.0 if twist == "decay without rate" else self.rule.learning_rate
        return rate * self.rule.weight_decay * self.w * (is_decoupled and twist != "decay omitted")


@dataclass(frozen=True)
class Moved:
    """What is subtracted from the parameter, and what is kept."""

    delta: Array
    kept: Mapping[str, Array]


def _sgd(move: Move, twist: str) -> Moved:
    return Moved(move.rule.learning_rate * move.g, {})


def _momentum(move: Move, twist: str) -> Moved:
    r, g = move.rule, move.decayed(twist)
    if not r.momentum:
        return Moved(r.learning_rate * g + move.beside(twist), {})
    gain = {"averaged": 1 - r.momentum, "dampening omitted": 1.0}.get(twist, 1 - r.dampening)
    old = 0.0 if twist == "velocity lost" else r.momentum * move.old["m"]
    is_first = move.step == 0 and twist not in ("averaged", "first step dampened")
    m = g if is_first else old + gain * g
    is_nesterov = r.nesterov != (twist == "nesterov or not")
    step = g + r.momentum * m if is_nesterov else m
    return Moved(r.learning_rate * step + move.beside(twist), {"m": m})


def _over(g: Array, square: Array, eps: float, twist: str) -> Array:
    """G / (√square + ε), or with the twists on root and ε."""
    if twist == "root omitted":
        return np.asarray(g / (square + eps))
    if twist == "eps inside the root":
        return np.asarray(g / np.sqrt(square + eps))
    return np.asarray(g / (np.sqrt(square) + eps))


def _adagrad(move: Move, twist: str) -> Moved:
    r, g = move.rule, move.decayed(twist)
    s = g**2 if twist == "sum lost" else move.old["s"] + (g if twist == "square not taken" else g**2)
    t = {"rate decay omitted": 0, "rate decays one step early": move.step + 1}.get(twist, move.step)
    rate = r.learning_rate / (1 + t * r.lr_decay)
    over = _over(g, move.old["s"] if twist == "what was kept before" else s, r.eps, twist)
    return Moved(rate * over + move.beside(twist), {"s": s})


def _rmsprop(move: Move, twist: str) -> Moved:
    r, g = move.rule, move.decayed(twist)
    a, b = (1 - r.alpha, r.alpha) if twist == "shares swapped" else (r.alpha, 1 - r.alpha)
    b = 1.0 if twist == "share omitted" else b
    v = a * move.old["v"] + b * (g if twist == "square not taken" else g**2)
    kept = {"v": v}
    under = move.old["v"] if twist == "what was kept before" else v
    if r.centered:
        kept["mean"] = a * move.old["mean"] + b * g
        if twist != "not centered":
            under = under - (kept["mean"] if twist == "mean not squared" else kept["mean"] ** 2)
    step = _over(g, under, r.eps, twist)
    if r.momentum:
        step = kept["m"] = (0.0 if twist == "velocity lost" else r.momentum * move.old["m"]) + step
    return Moved(r.learning_rate * step + move.beside(twist), kept)


def _means(move: Move, twist: str) -> tuple[Array, Array]:
    """Adam's running means of g and g²."""
    r, g = move.rule, move.decayed(twist)
    beta1, beta2 = (r.beta2, r.beta1) if twist == "betas swapped" else (r.beta1, r.beta2)
    one, two = (1.0, 1.0) if twist == "share omitted" else (1 - beta1, 1 - beta2)
    m = beta1 * move.old["m"] + one * g
    old_v = m if twist == "one list for both" else move.old["v"]
    v = beta2 * old_v + two * (g if twist == "square not taken" else g**2)
    return (v if twist == "one list for both" else m), v


def _counted(move: Move, twist: str) -> int:
    """t, from 1."""
    counts = {
        "t from 0": move.step,
        "t one ahead": move.step + 2,
        "t counts parameters": move.step * move.count + move.place + 1,
        "t is the parameter's place": move.place + 1,
    }
    return counts.get(twist, move.step + 1)


def _corrections(rule: Any, t: int, twist: str) -> tuple[float, float]:
    """What m and v are divided by."""
    power = 1 if twist == "correction without power" else t
    one, two = 1 - rule.beta1**power, 1 - rule.beta2**power
    uncorrected = {"no correction": (1.0, 1.0), "only m corrected": (one, 1.0), "only v corrected": (1.0, two)}
    return uncorrected.get(twist, (one, two))


def _adam(move: Move, twist: str) -> Moved:
    r = move.rule
    m, v = _means(move, twist)
    kept = {"m": m, "v": v}
    if r.amsgrad:
        kept["v_max"] = np.maximum(move.old["v_max"], v)
    one, two = _corrections(r, _counted(move, twist), twist)
    under = kept["v_max"] if r.amsgrad and twist != "largest forgotten" else v
    under = move.old["v"] if twist == "what was kept before" else under
    up = move.decayed(twist) if twist == "mean not used" else m / one
    if twist == "eps before the correction":
        over = up / ((np.sqrt(under) + r.eps) / np.sqrt(two))
    else:
        over = _over(up, under / two, r.eps, twist)
    return Moved(r.learning_rate * over + move.beside(twist), kept)


MOVES: dict[str, Callable[[Move, str], Moved]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adam,
}


def make(move: Move, twist: str = "") -> Moved:
    """The move, with the twist if one is given."""
    with np.errstate(all="ignore"):
        return MOVES[move.rule.kind](move, twist)
