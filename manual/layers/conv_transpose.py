"""Transposed convolution: each input puts a copy of the kernel into the output, and what overlaps adds up.

Derivation   A convolution sends x̄ at place ps + kd to y at p with weight W_ock. Its transpose goes the other way:
             y_nc(ps + kd) += W_ock x_nop, from o in to c out, and the padding is cut off at the end; then b_c is added.
             It is linear, and the transpose of a transpose is the convolution itself:
             ∂E/∂x_nop  = Σ_ck W_ock ḡ_nc(ps + kd)            the convolution of g, with zeros around it
             ∂E/∂W_ock  = Σ_np x_nop ḡ_nc(ps + kd)
             ∂E/∂b_c    = Σ_nq g_ncq
             The output has (P − 1) s − 2 · padding + d (k − 1) + 1 places an axis, and `output_padding` more, which
             no input reaches: a stride s makes s different sizes shrink to the same P.
Shapes       x (N, C, *size) · weight (C, O / groups, *kernel) · bias (O,) or none -> y (N, O, *places)
Backward     as above,   g = ∂E/∂y
Saves        x
Raises       InputError if an example has not C channels or nothing is left of the output
Source       torch.nn.ConvTranspose1d, ConvTranspose2d; Dumoulin & Visin, arXiv 1603.07285, chapter 4
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer
from manual.windows import Sizes, Windows, sizes


@dataclass(frozen=True)
class ConvTranspose(Layer):
    """A transposed convolution; settings as those of a convolution."""

    kind = "conv_transpose"
    broadcasts_x = True

    in_channels: int
    out_channels: int
    kernel: Sizes
    stride: int | Sizes = 1
    padding: int | Sizes = 0
    output_padding: int | Sizes = 0
    dilation: int | Sizes = 1
    groups: int = 1
    bias: bool = True

    def __post_init__(self) -> None:
        if self.groups < 1 or self.in_channels % self.groups or self.out_channels % self.groups:
            channels = (self.in_channels, self.out_channels)
            raise must_be(f"{self.kind}: groups", f"a divisor of the channels {channels}", self.groups)
        for name, least in (("kernel", 1), ("stride", 1), ("padding", 0), ("output_padding", 0), ("dilation", 1)):
            given = sizes(f"{self.kind}: {name}", getattr(self, name), len(self.kernel), least)
            object.__setattr__(self, name, given)
        more, least_step = self._each(self.output_padding), np.maximum(self.windows.stride, self.windows.dilation)
        if (np.array(more) >= least_step).any():
            raise must_be(f"{self.kind}: output_padding", "below the stride or the dilation", more)

    def _each(self, given: int | Sizes) -> Sizes:
        return sizes("", given, len(self.kernel), 0)

    @property
    def windows(self) -> Windows:
        """How the kernel moves over the output."""
        stride, padding, dilation = (self._each(s) for s in (self.stride, self.padding, self.dilation))
        return Windows(self.kernel, stride, padding, dilation)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight (C, O / groups, *kernel), then bias (O,) if there is one."""
        weight = (self.in_channels, self.out_channels // self.groups, *self.kernel)
        return {"weight": weight} | ({"bias": (self.out_channels,)} if self.bias else {})

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) -> (O, *places)."""
        axes = len(self.kernel)
        if len(input_shape) != axes + 1 or input_shape[0] != self.in_channels:
            wanted = f"of shape (N, {self.in_channels}, {', '.join('HW' if axes == 2 else 'L' * axes)})"
            raise must_be(f"{self.kind}: x", wanted, f"(N, {', '.join(map(str, input_shape))})")
        return (self.out_channels, *self._grown(input_shape[1:]))

    def _grown(self, size: Shape) -> Shape:
        w = self.windows
        each = zip(size, w.kernel, w.stride, w.padding, w.dilation, self._each(self.output_padding), strict=True)
        grown = tuple((n - 1) * s - 2 * p + d * (k - 1) + more + 1 for n, k, s, p, d, more in each)
        if min(grown) < 1:
            raise must_be(f"{self.kind}: its output", "of at least one place an axis", grown)
        return grown

    def example_shape(self) -> Shape:
        """The channels, and sizes that differ."""
        return (self.in_channels, *(4 + 2 * p + axis for axis, p in enumerate(self.windows.padding)))

    def scratch_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """The output's columns, and the windows of its gradient as columns."""
        shape = (input_shape[0], self.out_channels, prod(self.kernel), *input_shape[2:])
        return {"grad_columns": shape}

    def forward(
        self,
        x: Array,
        weight: Array,
        bias: Array | None = None,
        grad_columns: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """Y: the columns Wᵀ x, added where they overlap, plus b."""
        axes = len(self.kernel)
        into = None if grad_columns is None else self._joined(grad_columns)
        columns = np.matmul(self._matrix(weight).mT, self._rows(x), out=into)
        shape = (*columns.shape[:-3], self.out_channels, prod(self.kernel), *x.shape[-axes:])
        y = self.windows.add_columns(columns.reshape(shape), self._grown(x.shape[-axes:]), out)
        return y if bias is None else np.add(y, bias.reshape(*bias.shape[:-1], 1, -1, *(1,) * axes), out=y)

    def backward_inner(self, grad_output: Array, x: Array, grad_columns: Array) -> None:
        """Leaves the windows of g in `grad_columns`, for all that comes back."""
        self.windows.columns(grad_output, x.shape[-len(self.kernel) :], grad_columns)

    def backward(
        self,
        grad_output: Array,
        x: Array,
        weight: Array,
        grad_columns: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """∂E/∂x = W G, a convolution of g."""
        axes = len(self.kernel)
        product = np.matmul(self._matrix(weight), self._columns(grad_output, x, grad_columns))
        product = product.reshape(*product.shape[:-3], self.in_channels, *x.shape[-axes:])
        return product if out is None else np.positive(product, out=out)

    def grad_weight(
        self, grad_output: Array, x: Array, grad_columns: Array | None = None, out: Array | None = None
    ) -> Array:
        """∂E/∂W = Σₙ x Gᵀ."""
        products = np.matmul(self._rows(x), self._columns(grad_output, x, grad_columns).mT)
        shape = (*products.shape[:-4], *self.parameter_shapes()["weight"])
        total = np.add.reduce(products, axis=-4).reshape(shape)
        return total if out is None else np.positive(total, out=out)

    def grad_bias(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂b = Σ g over examples and places."""
        axes = len(self.kernel)
        return np.asarray(grad_output.sum(axis=(-axes - 2, *range(-axes, 0)), out=out))

    def _columns(self, grad_output: Array, x: Array, grad_columns: Array | None) -> Array:
        """The windows of the gradient as columns, those that `backward_inner` has left or new ones."""
        if grad_columns is None:
            grad_columns = self.windows.columns(grad_output, x.shape[-len(self.kernel) :])
        return self._joined(grad_columns)

    def _joined(self, columns: Array) -> Array:
        """Columns as a matrix an example and group, (…, N, O, K, *places) -> (…, N, groups, O / groups · K, P)."""
        axes = len(self.kernel)
        return columns.reshape(*columns.shape[: -axes - 2], self.groups, -1, prod(columns.shape[-axes:]), copy=False)

    def _matrix(self, weight: Array) -> Array:
        """The weight as a matrix for each group, (…, 1, groups, C / groups, O / groups · K)."""
        lead = weight.shape[: -len(self.kernel) - 2]
        return weight.reshape(*lead, 1, self.groups, self.in_channels // self.groups, -1)

    def _rows(self, x: Array) -> Array:
        """The input as a matrix for each example and group, (…, N, groups, C / groups, P)."""
        lead = x.shape[: -len(self.kernel) - 1]
        return x.reshape(*lead, self.groups, self.in_channels // self.groups, -1)
