"""Smooth L1: e = ½ u²/β where |u| < β, else |u| − ½ β, with u = o − t: Huber's loss with δ = β, divided by β.

Derivation   de/do = u/β where |u| < β, and sign(u) beyond; at |u| = β both values and both slopes meet: no kink.
             As β goes to 0 it becomes the absolute error, as Huber's loss becomes 0.
Shapes       output, target (N, O) -> elements (N, O)
Slope        ∂e/∂o = min(max(u/β, −1), 1)
Raises       InputError if β is not finite and above 0
Source       Girshick 2015, arXiv 1504.08083; torch.nn.SmoothL1Loss
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.errors import must_be
from manual.losses.loss import Loss


@dataclass(frozen=True)
class SmoothL1(Loss):
    """The distance, rounded off to a parabola near the target."""

    kind = "smooth_l1"

    beta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.beta < float("inf"):
            raise must_be("smooth_l1: beta", "finite and above 0", self.beta, "for 0 take absolute_error")

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = c/β (|u| − ½ c) with c = min(|u|, β): ½ u²/β where c is |u|."""
        distance = np.abs(np.subtract(output, target, out=out), out=out)
        near = np.minimum(distance, self.beta)
        np.subtract(distance, 0.5 * near, out=distance)
        return np.multiply(near / self.beta, distance, out=distance)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = min(max(u/β, −1), 1)."""
        difference = np.subtract(output, target, out=out)
        np.divide(difference, self.beta, out=difference)
        return np.clip(difference, -1.0, 1.0, out=difference)
