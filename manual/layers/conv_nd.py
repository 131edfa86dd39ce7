"""Convolutions over any number of axes: what a convolution and its transpose share: groups, and arrays as matrices.

Derivation   Both are matrix products between channels, with the places of windows as columns (manual/windows.py). A
             bias belongs to a channel and meets every example and every place, so ∂E/∂b = Σ g over them.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.sliding import Sliding
from manual.windows import Sizes


@dataclass(frozen=True)
class ConvNd(Sliding):
    """From `in_channels` to `out_channels`, each of `groups` by itself."""

    broadcasts_x = True

    in_channels: int
    out_channels: int
    kernel: Sizes
    stride: int | Sizes = 1
    padding: int | Sizes = 0
    dilation: int | Sizes = 1
    groups: int = 1
    bias: bool = True

    def __post_init__(self) -> None:
        if self.groups < 1 or self.in_channels % self.groups or self.out_channels % self.groups:
            channels = (self.in_channels, self.out_channels)
            raise must_be(f"{self.kind}: groups", f"a divisor of the channels {channels}", self.groups)
        super().__post_init__()

    def weight_and_bias(self, rows: int, columns: int) -> dict[str, Shape]:
        """Weight (rows, columns / groups, *kernel), then bias (O,) if there is one."""
        weight = {"weight": (rows, columns // self.groups, *self.kernel)}
        return weight | ({"bias": (self.out_channels,)} if self.bias else {})

    def size_of(self, input_shape: Shape) -> Shape:
        """The sizes of an example, without its channels; raises InputError if it cannot enter."""
        axes = len(self.kernel)
        if len(input_shape) != axes + 1 or input_shape[0] != self.in_channels:
            wanted = f"of shape (N, {self.in_channels}, {', '.join('HW' if axes == 2 else 'L' * axes)})"
            raise must_be(f"{self.kind}: x", wanted, f"(N, {', '.join(map(str, input_shape))})")
        return input_shape[1:]

    def grad_bias(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂b = Σ g over examples and places."""
        axes = len(self.kernel)
        return np.asarray(grad_output.sum(axis=(-axes - 2, *range(-axes, 0)), out=out))

    def with_bias(self, y: Array, bias: Array | None) -> Array:
        """Y + b, in place."""
        return y if bias is None else np.add(y, bias.reshape(*bias.shape[:-1], 1, -1, *(1,) * len(self.kernel)), out=y)

    def over_examples(self, products: Array, out: Array | None) -> Array:
        """Σₙ of a product for each example and group, in the shape of the weight."""
        shape = (*products.shape[:-4], *self.parameter_shapes()["weight"])
        total = np.add.reduce(products, axis=-4).reshape(shape)
        return total if out is None else np.positive(total, out=out)

    def joined(self, columns: Array) -> Array:
        """Columns as a matrix an example and group, (…, N, C, K, *places) -> (…, N, groups, C / groups · K, P)."""
        axes = len(self.kernel)
        return columns.reshape(*columns.shape[: -axes - 2], self.groups, -1, prod(columns.shape[-axes:]), copy=False)

    def matrix(self, weight: Array) -> Array:
        """The weight as a matrix for each group, (…, 1, groups, its rows / groups, all else)."""
        lead, rows = weight.shape[: -len(self.kernel) - 2], weight.shape[-len(self.kernel) - 2]
        return weight.reshape(*lead, 1, self.groups, rows // self.groups, -1)

    def rows(self, x: Array) -> Array:
        """An array of channels as a matrix for each example and group, (…, N, groups, C / groups, P)."""
        lead, channels = x.shape[: -len(self.kernel) - 1], x.shape[-len(self.kernel) - 1]
        return x.reshape(*lead, self.groups, channels // self.groups, -1)
