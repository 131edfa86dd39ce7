"""Concat: y = [f1(x), f2(x), …]: what several chains make of x, side by side. The chains are its block's.

Derivation   Each element of y is one element of one of the inputs: the gradient is cut where they meet, and each input
             gets its own part.
Shapes       x = (x1, x2, …), the same but along `axis` (−1: features, −3: the channels of images) -> y as long there
             as all of them
Backward     the parts of g,   g = ∂E/∂y
Raises       InputError if the inputs differ in another axis
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class Concat(Layer):
    """The joint at the end of a block of chains side by side."""

    kind = "concat"

    axis: int = -1

    def __post_init__(self) -> None:
        if self.axis >= 0:
            raise must_be("concat: axis", "counted from the end, as −1", self.axis)

    def output_shape(self, input_shape: Any) -> Shape:
        """As long along the axis as all inputs."""
        if len(input_shape) < 2 or not isinstance(input_shape[0], tuple) or len(input_shape[0]) < -self.axis:
            raise must_be("concat: x", f"several inputs with at least {-self.axis} axes an example", input_shape)
        others = {(*shape[: self.axis], 0, *shape[len(shape) + self.axis + 1 :]) for shape in input_shape}
        if len(others) != 1:
            raise must_be("concat: its inputs", f"of one shape but along axis {self.axis}", input_shape)
        shape = list(input_shape[0])
        shape[self.axis] = sum(of[self.axis] for of in input_shape)
        return tuple(shape)

    def forward(self, x: tuple[Array, ...], out: Array | None = None) -> Array:
        """Y = [x1, x2, …]."""
        return np.concatenate(x, axis=self.axis, out=out)

    def backward(self, grad_output: Array, x: tuple[Array, ...], out: tuple[Array, ...] | None = None) -> Any:
        """Each input's part of g."""
        ends = list(accumulate(of.shape[self.axis] for of in x))
        parts = np.split(grad_output, ends[:-1], axis=self.axis)
        return tuple(np.positive(part, out=o) for part, o in zip(parts, out or [None] * len(x), strict=True))
