"""ELU: y = x where x > 0, else α (eˣ − 1).

Derivation   y = x where x > 0, so dy/dx = 1; y = α (eˣ − 1) where x < 0, so dy/dx = α eˣ = y + α.
             At x = 0 both sides are 0 but the slopes are 1 and α; α is taken, as torch takes it (for α = 1 they
             meet, and there is no kink). The last of the three forms cancels for small slopes: α eˣ is computed.
             The exponential is taken of min(x, 0), so it never overflows; expm1 keeps the digits of a small x.
Shapes       x (…) -> y (…)
Backward     ∂E/∂x = g where x > 0, else g · α eˣ,   g = ∂E/∂y
Saves        x
Raises       InputError if α is not finite and above 0
Source       Clevert, Unterthiner & Hochreiter 2015, arXiv 1511.07289; torch.nn.ELU
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class ELU(Layer):
    """The exponential linear unit; right for any finite x."""

    kind = "elu"
    elementwise = True

    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.alpha < float("inf"):
            raise must_be("elu: alpha", "finite and above 0", self.alpha)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x where x > 0, else α (eˣ − 1)."""
        y = np.expm1(np.minimum(x, 0.0, out=out), out=out)
        y = np.multiply(y, self.alpha, out=y)
        np.copyto(y, x, where=x > 0)
        return y

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g · (1 where x > 0, else α eˣ)."""
        grad_input = np.exp(np.minimum(x, 0.0, out=out), out=out)
        np.multiply(grad_input, self.alpha, out=grad_input)
        np.multiply(grad_input, grad_output, out=grad_input)
        np.copyto(grad_input, grad_output, where=x > 0)
        return grad_input
