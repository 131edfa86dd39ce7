"""Schedules: how the learning rate changes from step to step, as a factor on its first value.

Derivation   Near a minimum a fixed step keeps jumping over it (the document's figure 12); far from it a small step
             wastes time (figure 11). A decay starts with the one and ends with the other.
Source       the document, section 2.3.2: "it may be fixed, or it may decay"
"""

from dataclasses import dataclass
from math import cos, pi
from typing import Protocol

from manual.errors import must_be


class Schedule(Protocol):
    """A rule for the learning rate: η_t = η_0 · factor(t), t = 0, 1, 2, … counting updates."""

    def factor(self, step: int) -> float:
        """η_t / η_0."""


@dataclass(frozen=True)
class Fixed:
    """η_t = η_0."""

    def factor(self, step: int) -> float:
        """1."""
        return 1.0


@dataclass(frozen=True)
class StepDecay:
    """η_t = η_0 · gamma^⌊t / step_size⌋: a cut every `step_size` updates (torch's StepLR)."""

    step_size: int
    gamma: float = 0.1

    def __post_init__(self) -> None:
        _positive("step_size", self.step_size)
        _positive("gamma", self.gamma)

    def factor(self, step: int) -> float:
        """gamma^⌊t / step_size⌋."""
        return float(self.gamma ** (step // self.step_size))


@dataclass(frozen=True)
class ExponentialDecay:
    """η_t = η_0 · gamma^t (torch's ExponentialLR)."""

    gamma: float

    def __post_init__(self) -> None:
        _positive("gamma", self.gamma)

    def factor(self, step: int) -> float:
        """gamma^t."""
        return float(self.gamma**step)


@dataclass(frozen=True)
class InverseTimeDecay:
    """η_t = η_0 / (1 + decay · t), "1/t decay": the sum of all steps has no bound, so no minimum is out of reach."""

    decay: float

    def __post_init__(self) -> None:
        _positive("decay", self.decay)

    def factor(self, step: int) -> float:
        """1 / (1 + decay · t)."""
        return 1.0 / (1.0 + self.decay * step)


@dataclass(frozen=True)
class CosineDecay:
    """η_t = η_0 · (1 + cos(π t / steps)) / 2, from η_0 to 0 in `steps` updates (torch's CosineAnnealingLR)."""

    steps: int

    def __post_init__(self) -> None:
        _positive("steps", self.steps)

    def factor(self, step: int) -> float:
        """(1 + cos(π t / steps)) / 2, and 0 from there on."""
        return 0.5 * (1.0 + cos(pi * min(step, self.steps) / self.steps))


def _positive(name: str, value: float) -> None:
    if not 0 < value < float("inf"):
        raise must_be(f"schedule: {name}", "finite and above 0", value)
