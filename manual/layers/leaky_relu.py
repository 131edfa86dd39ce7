"""Leaky ReLU: y = x where x > 0, else slope · x.

Derivation   y = x where x > 0, so dy/dx = 1; y = slope · x where x < 0, so dy/dx = slope.
             At x = 0 there is no derivative: slope is taken, as torch takes it (a convention, not a result).
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g where x > 0, else slope · g,   g = ∂E/∂y
Saves        x
Raises       InputError if the slope is not finite
Source       Maas, Hannun & Ng 2013; torch.nn.LeakyReLU
"""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from manual.arrays import Array
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class LeakyReLU(Layer):
    """A rectifier that lets a share of the negative side through, so that no neuron dies."""

    kind = "leaky_relu"
    elementwise = True

    slope: float = 0.01

    def __post_init__(self) -> None:
        if not isfinite(self.slope):
            raise must_be("leaky_relu: slope", "finite", self.slope)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x where x > 0, else slope · x."""
        y = np.multiply(x, self.slope, out=out)
        np.copyto(y, x, where=x > 0)
        return y

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g · (1 where x > 0, else slope)."""
        grad_input = np.multiply(grad_output, self.slope, out=out)
        np.copyto(grad_input, grad_output, where=x > 0)
        return grad_input
