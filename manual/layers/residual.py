"""Residual: y = f(x) + x: what a chain of layers makes of x, and x itself. Here the sum; the chain is its block's.

Derivation   y is linear in both, with slope 1: the gradient of y goes to f(x) as it is, and to x as it is. x also gets
             what comes back through f: ∂E/∂x = g + (∂f/∂x)ᵀ g. The g that goes past f keeps gradients alive in a deep
             network, whatever f does.
Shapes       x = (f(x), x), of one shape -> y the same
Backward     (g, g),   g = ∂E/∂y
Raises       InputError if f changes the shape
Source       He et al., arXiv 1512.03385
"""

from typing import Any

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer


class Residual(Layer):
    """The sum at the end of a residual block."""

    kind = "residual"

    def output_shape(self, input_shape: Any) -> Shape:
        """Both as they are."""
        if len(input_shape) != 2 or input_shape[0] != input_shape[1]:
            raise must_be("residual: what its chain gives", "of the shape of x", input_shape)
        shape: Shape = input_shape[0]
        return shape

    def forward(self, x: tuple[Array, Array], out: Array | None = None) -> Array:
        """Y = f(x) + x."""
        return np.add(*x, out=out)

    def backward(self, grad_output: Array, out: tuple[Array, Array] | None = None) -> tuple[Array, Array]:
        """G to f(x), and g to x."""
        to_chain, to_x = out or (None, None)
        return np.positive(grad_output, out=to_chain), np.positive(grad_output, out=to_x)
