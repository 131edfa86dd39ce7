"""Dropout: y = x · mask / (1 − p): in training some numbers are set to 0, and the others grow to make up for them.

Derivation   The mask is drawn once a step, 1 with probability 1 − p, and belongs to the case: nothing is drawn here.
             Given it, y is linear in x, ∂y/∂x = mask / (1 − p): the same mask and the same factor on the way back. With
             the factor the expected y is x, so that evaluation, which drops nothing, needs none. With p = 1 nothing is
             left, and the factor is taken as 0, as torch takes it.
Shapes       x (N, …) · mask as x, boolean -> y as x
Backward     ∂E/∂x = g · mask / (1 − p),   g = ∂E/∂y
Saves        the mask
Raises       InputError if p is not within [0, 1]
Source       Srivastava et al., Dropout, JMLR 15 (2014); torch.nn.Dropout
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout with probability p, by a mask that the case holds; in evaluation y = x."""

    kind = "dropout"

    p: float = 0.5
    training: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise must_be("dropout: p", "within [0, 1]", self.p)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """In training the mask, of the shape of x."""
        return {"mask": input_shape} if self.training else {}

    @property
    def scale(self) -> float:
        """1 / (1 − p), or 0 where nothing is left."""
        return 1 / (1 - self.p) if self.p < 1 else 0.0

    def forward(self, x: Array, mask: Array | None = None, out: Array | None = None) -> Array:
        """Y = x · mask / (1 − p)."""
        if mask is None:
            return np.positive(x, out=out)
        return np.multiply(np.multiply(x, mask, out=out), self.scale, out=out)

    def backward(self, grad_output: Array, mask: Array | None = None, out: Array | None = None) -> Array:
        """∂E/∂x = g · mask / (1 − p)."""
        return self.forward(grad_output, mask, out)
