"""Optimiser: what every optimiser is: a rule that makes new parameters of old ones and their gradients."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from manual.arrays import Array
from manual.errors import must_be

OPTIMISERS: dict[str, type["Optimiser"]] = {}

Settings = dict[str, float]


@dataclass
class State:
    """What an optimiser knows of earlier steps: how many there were, and arrays like the parameter, by name."""

    step: int = 0
    buffers: dict[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Optimiser:
    """An update rule and its learning rate. It works on each element alone, so parameters may lie in one vector.

    A subclass in a file of this folder is found by itself. It gives `kind` and

        update(parameter, gradient, learning_rate, scratch, out, state)

    `out` may be `parameter` and `scratch` may be `gradient`, which is then lost. Nothing is remembered inside: a rule
    with `buffers` reads them from `state` and writes the new ones over them, and counts its step.
    """

    kind: ClassVar[str]
    update: ClassVar[Callable[..., Any]]

    learning_rate: float = 1.0

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            OPTIMISERS[cls.kind] = cls

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate < float("inf"):
            raise must_be("learning_rate", "finite and above 0", self.learning_rate)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The names of the arrays that it keeps for each parameter from step to step."""
        return ()

    def init_state(self, parameter: Array) -> State:
        """The state before the first step on a parameter."""
        return State(0, {name: np.zeros_like(parameter) for name in self.buffers})


def check_settings(kind: str, at_least_0: Settings, below_1: Settings, above_0: Settings) -> None:
    """Raises InputError unless the settings lie in [0, ∞), [0, 1) and (0, ∞)."""
    for name, value in at_least_0.items():
        if not 0 <= value < float("inf"):
            raise must_be(f"{kind}: {name}", "finite and at least 0", value)
    for name, value in below_1.items():
        if not 0 <= value < 1:
            raise must_be(f"{kind}: {name}", "at least 0 and below 1", value)
    for name, value in above_0.items():
        if not 0 < value < float("inf"):
            raise must_be(f"{kind}: {name}", "finite and above 0", value)


def decayed(gradient: Array, parameter: Array, weight_decay: float, scratch: Array | None) -> Array:
    """∂E/∂w + λ w, the gradient of E + ½ λ w²: weight decay that is coupled to the rule; `scratch` may be written."""
    if not weight_decay:
        return gradient
    return np.add(gradient, weight_decay * parameter, out=scratch)
