"""Flatten: y is x, with the last axes of each example laid in one row.

Derivation   Every number of y is one number of x, so ∂y/∂x is 1 there; only the shape goes back.
Shapes       x (N, …, A, B, C) -> y (N, …, A·B·C), the last axis the fastest
Backward     ∂E/∂x = g in the shape of x,   g = ∂E/∂y
Saves        the shape of x
Raises       InputError if an example has fewer axes
Source       torch.nn.Flatten
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class Flatten(Layer):
    """The last axes in one row: three of an image (C, H, W), two of a signal (C, L)."""

    kind = "flatten"

    axes: int = 3

    def output_shape(self, input_shape: Shape) -> Shape:
        """(A, B, C) -> (A·B·C,)."""
        if len(input_shape) < self.axes or self.axes < 1:
            raise must_be(f"{self.kind}: x", f"of at least {self.axes} axes after N", ("N", *input_shape))
        return (*input_shape[: -self.axes], prod(input_shape[-self.axes :]))

    def example_shape(self) -> Shape:
        """Sizes that differ."""
        return tuple(range(2, 2 + self.axes))

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x in one row."""
        return np.positive(x.reshape(*x.shape[: -self.axes], -1), out=out)

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g in the shape of x."""
        return np.positive(grad_output.reshape(*grad_output.shape[:-1], *x.shape[-self.axes :]), out=out)
