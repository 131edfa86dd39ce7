"""Average pooling: each window over one axis or two gives the mean of its numbers.

Derivation   y_p = (1/m_p) Σ_k x̄(ps + kd), with zeros around the input; m_p is the size of the window, or with
             count_include_pad=False the number of the input's own numbers in it. Each of these has ∂y_p/∂x_q = 1/m_p,
             and a number that several windows cover gets a share of each one's g.
Shapes       x (N, C, *size) -> y (N, C, *places)
Backward     ∂E/∂x_q = Σ g_p / m_p over the windows p that cover x_q,   g = ∂E/∂y
Saves        nothing
Raises       InputError if the padded input is smaller than the window, or the padding above half of it
Source       torch.nn.AvgPool1d, AvgPool2d
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.layers.pool import Pool


@dataclass(frozen=True)
class AvgPool(Pool):
    """Means of windows; the stride is the window's size if it is not given."""

    kind = "avg_pool"

    count_include_pad: bool = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = (1/m) Σ x over each window."""
        size = x.shape[-len(self.kernel) :]
        places = self.windows.places(self.kind, size)
        out = self._sums(self.windows.padded(x), places, out)
        return np.multiply(out, self._shares(size, places, x.dtype), out=out)

    def backward(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂x = Σ g / m over the windows that cover it."""
        axes = len(self.kernel)
        size, places = x.shape[-axes:], grad_output.shape[-axes:]
        share = grad_output * self._shares(size, places, grad_output.dtype)
        wide_size = [n + 2 * p for n, p in zip(size, self.windows.padding, strict=True)]
        wide = np.zeros((*grad_output.shape[:-axes], *wide_size), grad_output.dtype)
        for where in self.windows.slices(places):
            wide[where] += share
        return np.positive(self.windows.inside(wide), out=out)

    def _sums(self, wide: Array, places: Shape, out: Array | None = None) -> Array:
        seen = (wide[where] for where in self.windows.slices(places))
        out = np.positive(next(seen), out=out)
        for numbers in seen:
            np.add(out, numbers, out=out)
        return out

    def _shares(self, size: Shape, places: Shape, dtype: np.dtype[np.floating]) -> Array:
        """1/m, one number or one for each place."""
        if self.count_include_pad:
            return np.asarray(1 / prod(self.kernel), dtype)
        return np.reciprocal(self._sums(self.windows.padded(np.ones(size, dtype)), places))
