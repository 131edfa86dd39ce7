"""SELU: y = λ x where x > 0, else λ α (eˣ − 1), with one λ and one α for all networks.

Derivation   y = λ · ELU(x), so dy/dx = λ where x > 0 and λ α eˣ where x < 0.
             At x = 0 the slopes are λ and λ α: λ α is taken, as torch takes it (a convention, not a result).
             λ and α are those for which inputs of mean 0 and variance 1 give outputs of mean 0 and variance 1.
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = λ g where x > 0, else λ g · α eˣ,   g = ∂E/∂y
Saves        x
Source       Klambauer et al. 2017, arXiv 1706.02515, where α and λ are derived; torch.nn.SELU
"""

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer

ALPHA = 1.6732632423543772848170429916717
SCALE = 1.0507009873554804934193349852946


class SELU(Layer):
    """The self-normalising exponential linear unit; right for any finite x."""

    kind = "selu"
    output_range = (-ALPHA * SCALE, float("inf"))
    elementwise = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = λ · (x where x > 0, else α (eˣ − 1))."""
        y = np.expm1(np.minimum(x, 0.0, out=out), out=out)
        y = np.multiply(y, ALPHA, out=y)
        np.copyto(y, x, where=x > 0)
        return np.multiply(y, SCALE, out=y)

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = λ g · (1 where x > 0, else α eˣ)."""
        grad_input = np.exp(np.minimum(x, 0.0, out=out), out=out)
        np.multiply(grad_input, ALPHA, out=grad_input)
        np.multiply(grad_input, grad_output, out=grad_input)
        np.copyto(grad_input, grad_output, where=x > 0)
        return np.multiply(grad_input, SCALE, out=grad_input)
