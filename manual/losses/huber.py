"""Huber: e = ½ u² where |u| < δ, else δ (|u| − ½ δ), with u = o − t: squares near the target, distances far off.

Derivation   de/do = u where |u| < δ, and δ sign(u) beyond; at |u| = δ both values and both slopes meet: no kink.
             Together, the slope is u cut off at ±δ.
Shapes       output, target (N, O) -> elements (N, O)
Slope        ∂e/∂o = min(max(u, −δ), δ)
Raises       InputError if δ is not finite and above 0
Source       Huber 1964; torch.nn.HuberLoss
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.errors import must_be
from manual.losses.loss import Loss


@dataclass(frozen=True)
class Huber(Loss):
    """Half the squared distance up to δ, and δ times the distance beyond, so that outliers pull no harder."""

    kind = "huber"

    delta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.delta < float("inf"):
            raise must_be("huber: delta", "finite and above 0", self.delta)

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = c (|u| − ½ c) with c = min(|u|, δ): ½ u² where c is |u|."""
        distance = np.abs(np.subtract(output, target, out=out), out=out)
        near = np.minimum(distance, self.delta)
        return np.multiply(near, np.subtract(distance, 0.5 * near, out=distance), out=distance)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = min(max(u, −δ), δ)."""
        difference = np.subtract(output, target, out=out)
        return np.clip(difference, -self.delta, self.delta, out=difference)
