"""Optimiser: what every optimiser is: a rule that makes new parameters of old ones and their gradients."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from manual.errors import must_be

OPTIMISERS: dict[str, type["Optimiser"]] = {}


@dataclass(frozen=True)
class Optimiser:
    """An update rule and its learning rate. It works on each element alone, so parameters may lie in one vector.

    A subclass in a file of this folder is found by itself. It gives `kind` and
    `update(parameter, gradient, learning_rate, scratch, out)`; `out` may be `parameter` and `scratch` may be
    `gradient`, which is then lost.
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
