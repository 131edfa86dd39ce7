"""Global average pooling: each channel gives the mean of all its numbers.

Derivation   y_nc = (1/m) Σ_q x_ncq over the m places of the channel, so ∂y_nc/∂x_ncq = 1/m at each of them.
Shapes       x (N, C, *size) -> y (N, C)
Backward     ∂E/∂x_ncq = g_nc / m,   g = ∂E/∂y
Saves        nothing
Raises       InputError if an example has not as many axes as it should
Source       torch.nn.AdaptiveAvgPool1d(1), AdaptiveAvgPool2d(1), with the axes of length 1 dropped
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class GlobalAvgPool(Layer):
    """Means over the last axes: one of a signal, two of an image."""

    kind = "global_avg_pool"

    axes: int = 2

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) -> (C,)."""
        if len(input_shape) != self.axes + 1:
            raise must_be(f"{self.kind}: x", f"of shape (N, C) and {self.axes} more", ("N", *input_shape))
        return input_shape[:1]

    def example_shape(self) -> Shape:
        """Sizes that differ."""
        return (3, *range(4, 4 + self.axes))

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = (1/m) Σ x."""
        return np.asarray(x.mean(axis=tuple(range(-self.axes, 0)), out=out))

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g / m."""
        size = x.shape[-self.axes :]
        share = (grad_output / prod(size)).reshape(*grad_output.shape, *(1,) * self.axes)
        return np.positive(np.broadcast_to(share, (*grad_output.shape, *size)), out=out)
