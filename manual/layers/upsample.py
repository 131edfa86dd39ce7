"""Upsampling by the nearest neighbour: each number is repeated along every axis.

Derivation   y_p = x_⌊p/r⌋ with r the scale of the axis. x_q is at r places of each axis, so ∂E/∂x_q is the sum of g
             over them.
Shapes       x (N, C, *size) -> y (N, C, *(scale · size))
Backward     ∂E/∂x_q = Σ g_p over the places p that repeat x_q,   g = ∂E/∂y
Saves        nothing
Raises       InputError if an example has not an axis for each scale
Source       torch.nn.Upsample(mode="nearest")
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer
from manual.windows import Sizes, sizes


@dataclass(frozen=True)
class Upsample(Layer):
    """Repeats along the last axes, by an integer each."""

    kind = "upsample"

    scale: Sizes

    def __post_init__(self) -> None:
        sizes(f"{self.kind}: scale", self.scale, len(self.scale), 1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) -> (C, *(scale · size))."""
        if len(input_shape) != len(self.scale) + 1:
            raise must_be(f"{self.kind}: x", f"of shape (N, C) and {len(self.scale)} more", ("N", *input_shape))
        return (input_shape[0], *(n * r for n, r in zip(input_shape[1:], self.scale, strict=True)))

    def example_shape(self) -> Shape:
        """Sizes that differ."""
        return (3, *range(4, 4 + len(self.scale)))

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x, each number repeated."""
        for axis, times in enumerate(self.scale, -len(self.scale)):
            x = np.repeat(x, times, axis=axis)
        return np.positive(x, out=out)

    def backward(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂x = Σ g over the places that repeat it."""
        axes = len(self.scale)
        size = grad_output.shape[-axes:]
        parts = [part for n, r in zip(size, self.scale, strict=True) for part in (n // r, r)]
        blocks = grad_output.reshape(*grad_output.shape[:-axes], *parts)
        return np.asarray(blocks.sum(axis=tuple(range(1 - 2 * axes, 0, 2)), out=out))
