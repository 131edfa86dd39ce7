"""Hinge: e = max(0, margin − t o), with targets t of −1 or 1: nothing to pay beyond the margin on the right side.

Derivation   de/do = −t where t o < margin, and 0 where t o > margin.
             At t o = margin there is no derivative: 0 is taken, as torch's relu takes it (a convention).
Shapes       output, target (N, O) -> elements (N, O)
Slope        ∂e/∂o = −t · [margin − t o > 0]
Raises       InputError if the margin is not finite and above 0
Source       Cortes & Vapnik 1995
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.losses.loss import Loss


@dataclass(frozen=True)
class Hinge(Loss):
    """How far an output is from the margin on its target's side of 0."""

    kind = "hinge"

    margin: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.margin < float("inf"):
            raise must_be("hinge: margin", "finite and above 0", self.margin)

    def check_target(self, target: Array, output_shape: Shape) -> None:
        """Raises InputError unless `target` is (N, O), of −1 and 1."""
        super().check_target(target, output_shape)
        if not (np.abs(target) == 1).all():
            raise must_be("target", "−1 or 1 for hinge", f"{target.min()} to {target.max()}")

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = max(0, margin − t o)."""
        short = np.subtract(self.margin, np.multiply(target, output, out=out), out=out)
        return np.maximum(short, 0.0, out=short)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = −t · [margin − t o > 0]."""
        is_short = np.subtract(self.margin, np.multiply(target, output, out=out), out=out) > 0
        return np.multiply(-target, is_short, out=out)
