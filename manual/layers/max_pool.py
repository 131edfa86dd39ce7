"""Max pooling: each window over one axis or two gives its largest number.

Derivation   y_p = max over k of x̄(ps + kd), with −∞ around the input, so that no padding is ever the largest. Where one
             number is the largest, y_p = x_q there, so ∂y_p/∂x_q = 1, and 0 for all others. Where several are equally
             large there is no derivative: the first of them in the window is taken, as torch takes it (a convention,
             not a result). Windows that overlap may share their largest number, which then gets the sum of their g.
Shapes       x (N, C, *size) -> y (N, C, *places)
Backward     ∂E/∂x_q = Σ g_p over the windows p whose first largest number is x_q,   g = ∂E/∂y
Saves        x, y
Raises       InputError if the padded input is smaller than the window, or the padding above half of it
Source       torch.nn.MaxPool1d, MaxPool2d
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.layers.pool import Pool
from manual.windows import Sizes


@dataclass(frozen=True)
class MaxPool(Pool):
    """Largest numbers of windows; the stride is the window's size if it is not given."""

    kind = "max_pool"

    dilation: int | Sizes = 1

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = the largest of each window."""
        axes = len(self.kernel)
        places = self.windows.places(self.kind, x.shape[-axes:])
        wide = self.windows.padded(x, -np.inf)
        seen = (wide[where] for where in self.windows.slices(places))
        out = np.positive(next(seen), out=out)
        for numbers in seen:
            np.maximum(out, numbers, out=out)
        return out

    def backward(self, grad_output: Array, x: Array, output: Array, out: Array | None = None) -> Array:
        """∂E/∂x: each window's g, at the first of its numbers that is its output."""
        wide = self.windows.padded(x, -np.inf)
        grad = np.zeros(wide.shape, grad_output.dtype)
        is_open = np.ones(output.shape, bool)
        for where in self.windows.slices(output.shape[-len(self.kernel) :]):
            is_here = (wide[where] == output) & is_open
            is_open ^= is_here
            grad[where] += grad_output * is_here
        return np.positive(self.windows.inside(grad), out=out)
