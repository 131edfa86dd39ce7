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
from manual.layers.conv_nd import ConvNd


@dataclass(frozen=True)
class Conv(ConvNd):
    """A convolution; `kernel` says over how many axes. Stride, padding and dilation are an integer an axis, or one."""

    kind = "conv"

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight (O, C / groups, *kernel), then bias (O,) if there is one."""
        return self.weight_and_bias(self.out_channels, self.in_channels)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) -> (O, *places)."""
        return (self.out_channels, *self.windows.places(self.kind, self.size_of(input_shape)))

    def example_shape(self) -> Shape:
        """The channels, and such sizes."""
        return (self.in_channels, *self.example_size())

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
        matrix, windows = self.matrix(weight), self.joined(self.windows.columns(x, places, columns))
        shape = np.broadcast_shapes(windows.shape[:-2], matrix.shape[:-2])
        if out is None:
            out = np.empty((*shape[:-1], self.out_channels, *places), x.dtype)
        np.matmul(matrix, windows, out=out.reshape(*shape, -1, prod(places), copy=False))
        return self.with_bias(out, bias)

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
        into = None if grad_columns is None else self.joined(grad_columns)
        columns = np.matmul(self.matrix(weight).mT, self.rows(grad_output), out=into)
        shape = (*columns.shape[:-3], self.in_channels, prod(self.kernel), *places)
        return self.windows.add_columns(columns.reshape(shape), x.shape[-len(self.kernel) :], out)

    def grad_weight(
        self, grad_output: Array, x: Array, columns: Array | None = None, out: Array | None = None
    ) -> Array:
        """∂E/∂W = Σₙ g Xᵀ, with the X that going forward has left in `columns`."""
        if columns is None:
            columns = self.windows.columns(x, grad_output.shape[-len(self.kernel) :])
        products = np.matmul(self.rows(grad_output), self.joined(columns).mT)
        return self.over_examples(products, out)
