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
from manual.layers.conv_nd import ConvNd
from manual.windows import Sizes, sizes


@dataclass(frozen=True)
class ConvTranspose(ConvNd):
    """A transposed convolution; settings as those of a convolution."""

    kind = "conv_transpose"

    output_padding: int | Sizes = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        steps = zip(self._more, self.windows.stride, self.windows.dilation, strict=True)
        if any(more >= max(stride, dilation) for more, stride, dilation in steps):
            raise must_be(f"{self.kind}: output_padding", "below the stride or the dilation", self._more)

    @property
    def _more(self) -> Sizes:
        return sizes("", self.output_padding, len(self.kernel), 0)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight (C, O / groups, *kernel), then bias (O,) if there is one."""
        return self.weight_and_bias(self.in_channels, self.out_channels)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) -> (O, *places)."""
        return (self.out_channels, *self._grown(self.size_of(input_shape)))

    def _grown(self, size: Shape) -> Shape:
        w = self.windows
        each = zip(size, w.kernel, w.stride, w.padding, w.dilation, self._more, strict=True)
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
        into = None if grad_columns is None else self.joined(grad_columns)
        columns = np.matmul(self.matrix(weight).mT, self.rows(x), out=into)
        shape = (*columns.shape[:-3], self.out_channels, prod(self.kernel), *x.shape[-axes:])
        y = self.windows.add_columns(columns.reshape(shape), self._grown(x.shape[-axes:]), out)
        return self.with_bias(y, bias)

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
        product = np.matmul(self.matrix(weight), self._columns(grad_output, x, grad_columns))
        product = product.reshape(*product.shape[:-3], self.in_channels, *x.shape[-axes:])
        return product if out is None else np.positive(product, out=out)

    def grad_weight(
        self, grad_output: Array, x: Array, grad_columns: Array | None = None, out: Array | None = None
    ) -> Array:
        """∂E/∂W = Σₙ x Gᵀ."""
        products = np.matmul(self.rows(x), self._columns(grad_output, x, grad_columns).mT)
        return self.over_examples(products, out)

    def _columns(self, grad_output: Array, x: Array, grad_columns: Array | None) -> Array:
        """The windows of the gradient as columns, those that `backward_inner` has left or new ones."""
        if grad_columns is None:
            grad_columns = self.windows.columns(grad_output, x.shape[-len(self.kernel) :])
        return self.joined(grad_columns)
