"""Identity: y = x, the "no activation" of an output layer.

Derivation   dy/dx = 1
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g,   g = ∂E/∂y
Source       the document, section 1.1 (the linear part of a neuron alone)
"""

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer


class Identity(Layer):
    """What comes in goes out."""

    kind = "identity"
    elementwise = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x."""
        return np.positive(x, out=out)

    def backward(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g."""
        return np.positive(grad_output, out=out)
