"""Convolution: y = W ∗ x + b over one axis (signals) or two (images), as neural networks mean it: no kernel is flipped.

Derivation   y_nop = Σ_ck W_ock x̄_nc(ps + kd) + b_o, with x̄ the input with zeros around it, p the place of the window,
             k the place in the kernel, s the stride and d the dilation; o runs over the output channels, and c over the
             input channels of o's group. So y is linear in each of x, W and b, and the chain rule sums over every path:
             ∂E/∂W_ock    = Σ_np g_nop x̄_nc(ps + kd)       a weight meets every example and every place
             ∂E/∂b_o      = Σ_np g_nop
             ∂E/∂x̄_ncq    = Σ_ok Σ_(p: ps + kd = q) W_ock g_nop   an input meets every window that covers it; the
                            zeros around have a gradient too, which nobody asks for
             With the windows laid side by side as columns X (C·K, P) these are three matrix products: y = W X,
             ∂E/∂W = g Xᵀ, ∂E/∂X = Wᵀ g, and ∂E/∂x adds the columns of ∂E/∂X back where they came from.
Shapes       x (N, C, *size) · weight (O, C / groups, *kernel) · bias (O,) or none -> y (N, O, *places)
Backward     as above,   g = ∂E/∂y
Saves        x
Raises       InputError if an example has not C channels or the padded input is smaller than the kernel
Source       torch.nn.Conv1d, Conv2d; Dumoulin & Visin, A guide to convolution arithmetic, arXiv 1603.07285
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer
from manual.windows import Sizes, Windows, sizes


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution; `kernel` says over how many axes. Stride, padding and dilation are an integer an axis, or one."""

    kind = "conv"
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
        for name, least in (("kernel", 1), ("stride", 1), ("padding", 0), ("dilation", 1)):
            given = sizes(f"{self.kind}: {name}", getattr(self, name), len(self.kernel), least)
            object.__setattr__(self, name, given)

    @property
    def windows(self) -> Windows:
        """How the kernel moves."""
        axes = len(self.kernel)
        stride, padding, dilation = (sizes("", s, axes, 0) for s in (self.stride, self.padding, self.dilation))
        return Windows(self.kernel, stride, padding, dilation)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight (O, C / groups, *kernel), then bias (O,) if there is one."""
        weight = (self.out_channels, self.in_channels // self.groups, *self.kernel)
        return {"weight": weight} | ({"bias": (self.out_channels,)} if self.bias else {})

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) -> (O, *places)."""
        return (self.out_channels, *self.windows.places(self.kind, self._size(input_shape)))

    def _size(self, input_shape: Shape) -> Shape:
        axes = len(self.kernel)
        if len(input_shape) != axes + 1 or input_shape[0] != self.in_channels:
            wanted = f"of shape (N, {self.in_channels}, {', '.join('HW' if axes == 2 else 'L' * axes)})"
            raise must_be(f"{self.kind}: x", wanted, f"(N, {', '.join(map(str, input_shape))})")
        return input_shape[1:]

    def example_shape(self) -> Shape:
        """The channels, and sizes that differ and leave a rest."""
        windows = self.windows
        reach = [d * (k - 1) + 1 for k, d in zip(windows.kernel, windows.dilation, strict=True)]
        found = (r + 3 * s + 1 + a for a, (r, s) in enumerate(zip(reach, windows.stride, strict=True)))
        return (self.in_channels, *found)

    def scratch_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """The windows of x as columns, and the columns' gradient."""
        places = self.windows.places(self.kind, input_shape[2:])
        shape = (*input_shape[:2], prod(self.kernel), *places)
        return {"columns": shape, "grad_columns": shape}

    def forward(
        self,
        x: Array,
        weight: Array,
        bias: Array | None = None,
        columns: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """Y = W X + b; X is left in `columns`."""
        places = self.windows.places(self.kind, x.shape[-len(self.kernel) :])
        matrix, windows = self._matrix(weight), self._joined(self.windows.columns(x, places, columns))
        shape = np.broadcast_shapes(windows.shape[:-2], matrix.shape[:-2])
        if out is None:
            out = np.empty((*shape[:-1], self.out_channels, *places), x.dtype)
        np.matmul(matrix, windows, out=out.reshape(*shape, -1, prod(places), copy=False))
        return out if bias is None else np.add(out, self._wide(bias), out=out)

    def backward(
        self,
        grad_output: Array,
        x: Array,
        weight: Array,
        grad_columns: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """∂E/∂x: the columns Wᵀ g, added back where they came from."""
        places = grad_output.shape[-len(self.kernel) :]
        into = None if grad_columns is None else self._joined(grad_columns)
        columns = np.matmul(self._matrix(weight).mT, self._rows(grad_output), out=into)
        shape = (*columns.shape[:-3], self.in_channels, prod(self.kernel), *places)
        return self.windows.add_columns(columns.reshape(shape), x.shape[-len(self.kernel) :], out)

    def grad_weight(
        self, grad_output: Array, x: Array, columns: Array | None = None, out: Array | None = None
    ) -> Array:
        """∂E/∂W = Σₙ g Xᵀ, with the X that going forward has left in `columns`."""
        if columns is None:
            columns = self.windows.columns(x, grad_output.shape[-len(self.kernel) :])
        products = np.matmul(self._rows(grad_output), self._joined(columns).mT)
        shape = (*products.shape[:-4], *self.parameter_shapes()["weight"])
        total = np.add.reduce(products, axis=-4).reshape(shape)
        return total if out is None else np.positive(total, out=out)

    def grad_bias(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂b = Σ g over examples and places."""
        axes = len(self.kernel)
        return np.asarray(grad_output.sum(axis=(-axes - 2, *range(-axes, 0)), out=out))

    def _joined(self, columns: Array) -> Array:
        """Columns as a matrix an example and group, (…, N, C, K, *places) -> (…, N, groups, C / groups · K, P)."""
        axes = len(self.kernel)
        return columns.reshape(*columns.shape[: -axes - 2], self.groups, -1, prod(columns.shape[-axes:]), copy=False)

    def _matrix(self, weight: Array) -> Array:
        """The weight as a matrix for each group, (…, 1, groups, O / groups, C / groups · K)."""
        lead = weight.shape[: -len(self.kernel) - 2]
        return weight.reshape(*lead, 1, self.groups, self.out_channels // self.groups, -1)

    def _rows(self, grad_output: Array) -> Array:
        """The gradient as a matrix for each example and group, (…, N, groups, O / groups, P)."""
        axes = len(self.kernel)
        lead = grad_output.shape[: -axes - 1]
        return grad_output.reshape(*lead, self.groups, self.out_channels // self.groups, -1)

    def _wide(self, bias: Array) -> Array:
        return bias.reshape(*bias.shape[:-1], 1, -1, *(1,) * len(self.kernel))
