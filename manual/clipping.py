"""Clipping: gradients that are not let grow beyond a bound before the update, by their norm or one by one.

Derivation   by norm    all gradients together are one vector g of length |g|; c g with c = min(1, bound / (|g| + 1e-6))
                        has a length of at most the bound, and the same direction. One norm for all parameters.
             by value   each number is cut off at ±bound; the direction changes.
Shapes       gradients (…, P), all of a network's trainable parameters side by side -> the same
Raises       InputError unless the bound is finite and above 0
Source       Pascanu, Mikolov & Bengio 2013; torch.nn.utils.clip_grad_norm_ (with its 1e-6), clip_grad_value_
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from manual.arrays import Array
from manual.errors import must_be, unknown

# What torch adds to the norm, so that it never divides by 0.
LEAST_NORM = 1e-6


@dataclass(frozen=True)
class Clipping:
    """A bound on the gradients, by "norm" or by "value"."""

    by: Literal["norm", "value"]
    bound: float

    def __post_init__(self) -> None:
        if self.by not in ("norm", "value"):
            raise unknown("clipping: by", self.by, ("norm", "value"))
        if not 0 < self.bound < float("inf"):
            raise must_be("clipping: bound", "finite and above 0", self.bound)

    def clip(self, gradients: Array, out: Array | None = None) -> Array:
        """C g, or g cut off at ±bound."""
        if self.by == "value":
            return np.clip(gradients, -self.bound, self.bound, out=out)
        factor = np.minimum(1.0, self.bound / (_norm(gradients) + LEAST_NORM))
        return np.multiply(gradients, factor.astype(gradients.dtype), out=out)


def _norm(gradients: Array) -> Array:
    """|g|, also where the square of a number is beyond the largest one that there is: of g / max |g| none is."""
    with np.errstate(over="ignore", invalid="ignore"):
        norm = np.sqrt(np.vecdot(gradients, gradients))[..., None]
        if np.isfinite(norm).all():
            return norm
        largest = np.abs(gradients).max(axis=-1, keepdims=True)
        scaled = gradients / largest
        is_too_large = np.isinf(norm) & np.isfinite(largest)
        return np.where(is_too_large, largest * np.sqrt(np.vecdot(scaled, scaled))[..., None], norm)
