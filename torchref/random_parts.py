"""Random parts: activations, losses with their targets, and optimisers, drawn with settings that discriminate.

Settings are multiples of 1/16, which float32 holds exactly: bounds and margins then lie at the same place in float32
and float64, and no value can fall between the two.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.random import Generator

from manual.arrays import Array, Shape
from manual.clipping import Clipping
from manual.layers import LAYERS, Layer
from manual.losses import LOSSES, Loss
from manual.optimisers import OPTIMISERS, Optimiser
from torchref import twin

T = TypeVar("T")


def activations() -> tuple[str, ...]:
    """The kinds that examples of any shape can enter, which need no draw; those in SETTINGS have settings."""
    return tuple(kind for kind, row in twin.LAYERS.items() if row.draw is None)


def pick(rng: Generator, choices: Sequence[T]) -> T:
    """One of the choices, each as likely."""
    return choices[int(rng.integers(len(choices)))]


def setting(rng: Generator, low: float, high: float) -> float:
    """A multiple of 1/16 from low to high, but not 1, where a missing factor would not show."""
    while True:
        drawn = round(rng.uniform(low, high) * 16) / 16
        if drawn != 1:
            return drawn


SETTINGS: dict[str, Callable[[Generator], dict[str, Any]]] = {
    "leaky_relu": lambda rng: {"slope": setting(rng, 0.06, 0.5)},
    "elu": lambda rng: {"alpha": setting(rng, 0.3, 2)},
    "softplus": lambda rng: {"beta": setting(rng, 0.3, 3)},
    "hardtanh": lambda rng: {"low": -setting(rng, 0.3, 2), "high": setting(rng, 0.3, 2)},
    "huber": lambda rng: {"delta": setting(rng, 0.3, 2)},
    "smooth_l1": lambda rng: {"beta": setting(rng, 0.3, 2)},
    "kl_divergence": lambda rng: {"log_target": bool(rng.random() < 0.5)},
    "hinge": lambda rng: {"margin": setting(rng, 0.3, 2)},
    "multi_margin": lambda rng: {"margin": setting(rng, 0.3, 2)},
}


def _settings(rng: Generator, kind: str) -> dict[str, Any]:
    return SETTINGS[kind](rng) if kind in SETTINGS else {}


def random_activation(rng: Generator, kind: str) -> Layer:
    """An activation of a kind."""
    make: Callable[..., Layer] = LAYERS[kind]
    return make(**_settings(rng, kind))


def random_loss(rng: Generator, classes: int, kinds: Sequence[str] = ()) -> Loss:
    """A loss of any kind, or of one of `kinds`, for outputs with so many classes; in half the cases with weights."""
    kind = pick(rng, tuple(kinds) or tuple(LOSSES))
    make: Callable[..., Loss] = LOSSES[kind]
    settings = _settings(rng, kind)
    if kind in ("softmax_cross_entropy", "negative_log_likelihood") and rng.random() < 0.5:
        settings["weight"] = tuple(setting(rng, 0.3, 3) for _ in range(classes))
    if kind == "softmax_cross_entropy" and rng.random() < 0.5:
        settings["label_smoothing"] = setting(rng, 0.06, 0.5)
    return make(pick(rng, LOSSES[kind].reductions), **settings)


def random_target(rng: Generator, loss: Loss, shape: Shape) -> Array:
    """Targets that a loss accepts for outputs of `shape`: class ids, distributions, signs, or any numbers."""
    if loss.kind in ("negative_log_likelihood", "multi_margin"):
        return rng.integers(shape[-1], size=shape[:-1])
    if loss.kind == "softmax_cross_entropy":
        ids = rng.integers(shape[-1], size=shape[:-1])
        return ids if rng.random() < 0.5 else np.eye(shape[-1])[ids]
    if loss.kind == "hinge":
        return rng.choice([-1.0, 1.0], shape)
    if loss.kind == "kl_divergence":
        share = rng.dirichlet(np.ones(shape[-1]), shape[:-1])
        return np.log(share + 1e-3) if getattr(loss, "log_target", False) else share
    return rng.random(shape) if loss.domain == (0.0, 1.0) else rng.standard_normal(shape)


def random_optimiser(rng: Generator, family: str) -> Optimiser:
    """An optimiser: half the time plain gradient descent; where gradients may be huge, none that squares them."""
    rate = float(10 ** rng.uniform(-3, 0))
    kinds = ("momentum",) if family in ("saturated", "cancelling", "mixed") else tuple(OPTIMISERS)
    kind = pick(rng, kinds) if rng.random() < 0.5 else "sgd"
    make: Callable[..., Optimiser] = OPTIMISERS[kind]
    return make(rate, **OPTIMISER_SETTINGS[kind](rng))


def _maybe(rng: Generator, value: float) -> float:
    return value if rng.random() < 0.5 else 0.0


def _momentum(rng: Generator) -> dict[str, Any]:
    momentum, nesterov = setting(rng, 0.3, 0.95), bool(rng.random() < 0.3)
    dampening = 0.0 if nesterov else _maybe(rng, setting(rng, 0.1, 0.5))
    return {"momentum": momentum, "dampening": dampening, "nesterov": nesterov, "weight_decay": _decay(rng)}


def _decay(rng: Generator) -> float:
    return _maybe(rng, setting(rng, 0.06, 0.5))


def _eps(rng: Generator) -> float:
    return float(10 ** rng.uniform(-8, -2))


def _adam(rng: Generator) -> dict[str, Any]:
    betas = {"beta1": setting(rng, 0.3, 0.95), "beta2": pick(rng, (0.999, 0.99, setting(rng, 0.5, 0.95)))}
    return {**betas, "eps": _eps(rng), "weight_decay": _decay(rng), "amsgrad": bool(rng.random() < 0.3)}


OPTIMISER_SETTINGS: dict[str, Callable[[Generator], dict[str, Any]]] = {
    "sgd": lambda _: {},
    "momentum": _momentum,
    "adagrad": lambda rng: {
        "lr_decay": _maybe(rng, setting(rng, 0.06, 0.5)),
        "eps": _eps(rng),
        "weight_decay": _decay(rng),
    },
    "rmsprop": lambda rng: {
        "alpha": setting(rng, 0.3, 0.95),
        "eps": _eps(rng),
        "momentum": _maybe(rng, setting(rng, 0.3, 0.95)),
        "centered": bool(rng.random() < 0.5),
        "weight_decay": _decay(rng),
    },
    "adam": _adam,
    "adamw": _adam,
}


def random_optimiser_state(
    rng: Generator, optimiser: Optimiser, shapes: Mapping[str, Shape]
) -> tuple[int, dict[str, Array]]:
    """How many steps the optimiser has made, in a third of the cases none, and what it keeps of them."""
    if not optimiser.buffers or rng.random() < 1 / 3:
        return 0, {}
    state: dict[str, Array] = {}
    for name, shape in shapes.items():
        mean, spread = 0.1 * rng.standard_normal(shape), 0.1 * rng.random(shape)
        # A mean square is at least the square of the mean.
        squares = {"v": mean**2 + spread, "s": mean**2 + spread, "v_max": mean**2 + 2 * spread, "mean": mean}
        state |= {f"{name}.{b}": squares.get(b, 0.1 * rng.standard_normal(shape)) for b in optimiser.buffers}
    return int(rng.integers(1, 30)), state


def random_clipping(rng: Generator) -> Clipping | None:
    """In a quarter of the cases a bound of order one."""
    if rng.random() < 0.75:
        return None
    return Clipping("norm" if rng.random() < 0.5 else "value", float(10 ** rng.uniform(-3, 1)))
