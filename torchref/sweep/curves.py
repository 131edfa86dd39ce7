"""Curves: what a sweep saw of each learning rate, whatever it trained."""

from dataclasses import dataclass, field

import numpy as np

from manual.arrays import Array


@dataclass(frozen=True)
class Curves:
    """R rates over T steps, step 0 being before the first.

    rates           (R,), ascending
    loss            (R, T + 1), from manual; `twin_loss` the same from torch
    gradient_norm   (R, T + 1)
    turned          (R, T), whether the step ended with the gradient pointing against the one it began with
    least           the least value that the loss can take
    kept            (S,) the steps at which further values were kept
    values          further curves by tag, (R, S) each
    samples         sets of numbers by tag, (R, S, …) each, of which a histogram tells more than a curve
    """

    rates: list[float]
    loss: Array
    twin_loss: Array
    gradient_norm: Array
    turned: Array
    least: float = 0.0
    kept: Array = field(default_factory=lambda: np.empty(0, int))
    values: dict[str, Array] = field(default_factory=dict)
    samples: dict[str, Array] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """T."""
        return int(self.loss.shape[1] - 1)

    @property
    def floor(self) -> float:
        """What rounding leaves of the first loss: errors shrink to ε of what they were, their squares to ε²."""
        return float(np.finfo(self.loss.dtype).eps ** 2 * (self.loss[0, 0] - self.least))

    @property
    def excess(self) -> Array:
        """Loss above the least that it can be, (R, T + 1), never below `floor`."""
        return np.maximum(self.loss - self.least, self.floor)
