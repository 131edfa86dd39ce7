"""Multi-class margin: e = 1/C Σ_{c≠t} max(0, margin − o_t + o_c): the right class must lead each other by the margin.

Derivation   with z_c = margin − o_t + o_c and a_c = [z_c > 0] for c ≠ t, a_t = 0
             ∂e/∂o_c = a_c / C for c ≠ t, and ∂e/∂o_t = −Σ_c a_c / C
             At z_c = 0 there is no derivative: 0 is taken, as torch takes it (a convention, not a result).
Shapes       output (N, C) · target (N,) class ids -> elements (N,)
Slope        ∂e/∂o = (a − t Σ a) / C, with t the target as rows
Raises       InputError if the margin is not finite and above 0
Source       Crammer & Singer 2001; torch.nn.MultiMarginLoss with p = 1
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.losses.classes import check_ids, one_hot
from manual.losses.loss import Loss


@dataclass(frozen=True)
class MultiMargin(Loss):
    """By how much the right class fails to lead the others, averaged over the classes."""

    kind = "multi_margin"
    reductions = ("sum", "mean")
    element_axes = 1

    margin: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.margin < float("inf"):
            raise must_be("multi_margin: margin", "finite and above 0", self.margin)

    def check_target(self, target: Array, output_shape: Shape) -> None:
        """Raises InputError unless `target` is (N,) ids below C."""
        check_ids(target, output_shape)

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = 1/C Σ_{c≠t} max(0, z_c)."""
        short = np.maximum(self._short(output, target), 0.0)
        return np.divide(short.sum(axis=-1), output.shape[-1], out=out)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = (a − t Σ a) / C."""
        active = (self._short(output, target) > 0).astype(output.dtype)
        own = one_hot(target, output) * active.sum(axis=-1, keepdims=True)
        return np.divide(np.subtract(active, own, out=out), output.shape[-1], out=out)

    def _short(self, output: Array, target: Array) -> Array:
        """z_c = margin − o_t + o_c, and 0 at c = t."""
        rows = one_hot(target, output)
        own = (rows * output).sum(axis=-1, keepdims=True)
        return ((self.margin - own) + output) * (1.0 - rows)
