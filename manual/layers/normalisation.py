"""Normalisation: what batch-norm, layer-norm and group-norm share: x̂ = (x − μ) / √(σ² + ε) over some set of m numbers.

Derivation   With μ = (1/m) Σ x, σ² = (1/m) Σ (x − μ)² and s = √(σ² + ε), and ĝ = ∂E/∂x̂:
             ∂E/∂σ² = Σ ĝ (x − μ) · (−½) s⁻³                     σ² is in every x̂ of the set
             ∂E/∂μ  = −Σ ĝ / s + ∂E/∂σ² · (−2/m) Σ (x − μ)       μ is in every x̂, and in σ²; that last sum is 0
             ∂E/∂x  = ĝ / s + ∂E/∂σ² · 2 (x − μ) / m + ∂E/∂μ / m  x is in its own x̂, in σ² and in μ
             The mean and the variance are no constants: leave their two paths out, and ∂E/∂x no longer adds up to 0.
Source       Ioffe & Szegedy, Batch Normalization, arXiv 1502.03167, section 3
"""

from math import prod

import numpy as np

from manual.arrays import Array
from manual.layers.layer import Layer


class Normalisation(Layer):
    """The shared part; a subclass says which numbers make one set, by a view of x and the axes of that view."""

    eps: float

    def rows(self, x: Array) -> Array:
        """A view of x in which the numbers of a set lie along `set_axes`."""
        return x

    @property
    def set_axes(self) -> tuple[int, ...]:
        """The axes of `rows`, counted from the end, along which a set lies."""
        return (-1,)

    def wide(self, statistic: Array) -> Array:
        """A statistic of each set, in a shape that broadcasts over `rows`."""
        return np.expand_dims(statistic, self.set_axes)

    def count(self, x: Array) -> int:
        """M, how many numbers are in a set."""
        shape = self.rows(x).shape
        return prod(shape[axis] for axis in self.set_axes)

    def forward_mean(self, x: Array, out: Array | None = None) -> Array:
        """μ = (1/m) Σ x."""
        return np.asarray(self.rows(x).mean(axis=self.set_axes, out=out))

    def forward_var(self, x: Array, mean: Array, out: Array | None = None) -> Array:
        """σ² = (1/m) Σ (x − μ)²."""
        centred = np.subtract(self.rows(x), self.wide(mean))
        return np.asarray(np.square(centred, out=centred).mean(axis=self.set_axes, out=out))

    def normalise(self, x: Array, mean: Array, var: Array, out: Array | None) -> Array:
        """X̂ = (x − μ) / √(σ² + ε)."""
        view = None if out is None else self.rows(out)
        centred = np.subtract(self.rows(x), self.wide(mean), out=view)
        made = np.multiply(centred, self.wide(1 / np.sqrt(var + self.eps)), out=centred)
        return made.reshape(x.shape) if out is None else out

    def backward_var(
        self, grad_normalised: Array, x: Array, mean: Array, var: Array, out: Array | None = None
    ) -> Array:
        """∂E/∂σ² = Σ ĝ (x − μ) · (−½) (σ² + ε)^(−3/2)."""
        centred = np.subtract(self.rows(x), self.wide(mean))
        total = np.multiply(self.rows(grad_normalised), centred, out=centred).sum(axis=self.set_axes)
        return np.multiply(total, -0.5 * (var + self.eps) ** -1.5, out=out)

    def backward_mean(
        self,
        grad_normalised: Array,
        grad_var: Array,
        x: Array,
        mean: Array,
        var: Array,
        out: Array | None = None,
    ) -> Array:
        """∂E/∂μ = −Σ ĝ / √(σ² + ε) − ∂E/∂σ² · (2/m) Σ (x − μ)."""
        direct = self.rows(grad_normalised).sum(axis=self.set_axes) / np.sqrt(var + self.eps)
        centred = np.subtract(self.rows(x), self.wide(mean)).mean(axis=self.set_axes)
        return np.subtract(-2 * grad_var * centred, direct, out=out)

    def through_statistics(
        self,
        grad_normalised: Array,
        grad_var: Array,
        grad_mean: Array,
        x: Array,
        mean: Array,
        var: Array,
        out: Array | None,
    ) -> Array:
        """∂E/∂x = ĝ / √(σ² + ε) + ∂E/∂σ² · 2 (x − μ) / m + ∂E/∂μ / m."""
        m = self.count(x)
        view = None if out is None else self.rows(out)
        total = np.subtract(self.rows(x), self.wide(mean), out=view)
        np.multiply(total, self.wide(2 / m * grad_var), out=total)
        total += self.wide(grad_mean / m)
        total += self.rows(grad_normalised) * self.wide(1 / np.sqrt(var + self.eps))
        return total.reshape(x.shape) if out is None else out


class ExampleNorm(Normalisation):
    """Normalisation within an example, so that training and evaluation are the same and nothing is remembered."""

    @property
    def inner_gradients(self) -> tuple[str, ...]:
        """∂E/∂μ, ∂E/∂σ² and ∂E/∂x̂."""
        return ("mean", "var", "normalised")

    def forward_normalised(self, x: Array, mean: Array, var: Array, out: Array | None = None) -> Array:
        """X̂ = (x − μ) / √(σ² + ε)."""
        return self.normalise(x, mean, var, out)

    def backward(
        self,
        grad_normalised: Array,
        grad_var: Array,
        grad_mean: Array,
        x: Array,
        mean: Array,
        var: Array,
        out: Array | None = None,
    ) -> Array:
        """∂E/∂x through x̂, σ² and μ."""
        return self.through_statistics(grad_normalised, grad_var, grad_mean, x, mean, var, out)
