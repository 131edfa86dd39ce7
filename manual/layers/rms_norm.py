"""RMS normalisation: y = γ x̂ with x̂ = x / √(q + ε) and q the mean square of each example's last axes.

Derivation   q = (1/m) Σ x², r = √(q + ε), ĝ = ∂E/∂x̂ = γ g:
             ∂E/∂q = Σ ĝ x · (−½) r⁻³                  q is in every x̂ of the set
             ∂E/∂x = ĝ / r + ∂E/∂q · 2 x / m           x is in its own x̂, and in q
             ∂E/∂γ = Σ g x̂ over examples and places
             No mean is taken out, so unlike layer-norm's this ∂E/∂x does not add up to 0.
Shapes       x (N, …, *shape) · weight γ (*shape) · mean_square (N, …) -> y as x
Backward     as above,   g = ∂E/∂y
Saves        x, x̂, q
Raises       InputError if an example does not end with `shape`
Source       Zhang & Sennrich, Root Mean Square Layer Normalization, arXiv 1910.07467; torch.nn.RMSNorm
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class RMSNorm(Layer):
    """RMS-norm with γ over the last axes, which have `shape`."""

    kind = "rms_norm"

    shape: Shape
    eps: float = 1e-6

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight γ, of `shape`."""
        return {"weight": self.shape}

    def output_shape(self, input_shape: Shape) -> Shape:
        """As it is."""
        if input_shape[-len(self.shape) :] != self.shape:
            raise must_be(f"{self.kind}: x", f"of a shape that ends with {self.shape}", ("N", *input_shape))
        return input_shape

    def inner_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """The mean square q, and x̂."""
        return {"mean_square": input_shape[: -len(self.shape)], "normalised": input_shape}

    @property
    def inner_gradients(self) -> tuple[str, ...]:
        """∂E/∂q and ∂E/∂x̂."""
        return ("mean_square", "normalised")

    def example_shape(self) -> Shape:
        """The features."""
        return self.shape

    def forward_mean_square(self, x: Array, out: Array | None = None) -> Array:
        """The mean square q = (1/m) Σ x²."""
        return np.asarray(np.square(self._rows(x)).mean(axis=-1, out=out))

    def forward_normalised(self, x: Array, mean_square: Array, out: Array | None = None) -> Array:
        """X̂ = x / √(q + ε)."""
        return np.multiply(x, self._wide(1 / np.sqrt(mean_square + self.eps)), out=out)

    def forward(self, normalised: Array, weight: Array, out: Array | None = None) -> Array:
        """Y = γ x̂."""
        return np.multiply(normalised, self._beside(weight, normalised), out=out)

    def backward_normalised(self, grad_output: Array, weight: Array, out: Array | None = None) -> Array:
        """∂E/∂x̂ = γ g."""
        return np.multiply(grad_output, self._beside(weight, grad_output), out=out)

    def backward_mean_square(
        self, grad_normalised: Array, x: Array, mean_square: Array, out: Array | None = None
    ) -> Array:
        """∂E/∂q = Σ ĝ x · (−½) (q + ε)^(−3/2)."""
        total = self._rows(grad_normalised * x).sum(axis=-1)
        return np.multiply(total, -0.5 * (mean_square + self.eps) ** -1.5, out=out)

    def backward(
        self, grad_normalised: Array, grad_mean_square: Array, x: Array, mean_square: Array, out: Array | None = None
    ) -> Array:
        """∂E/∂x = ĝ / √(q + ε) + ∂E/∂q · 2 x / m."""
        total = np.multiply(x, self._wide(2 / prod(self.shape) * grad_mean_square), out=out)
        total += grad_normalised * self._wide(1 / np.sqrt(mean_square + self.eps))
        return total

    def grad_weight(self, grad_output: Array, normalised: Array, weight: Array, out: Array | None = None) -> Array:
        """∂E/∂γ = Σ g x̂ over examples and places."""
        lead, product = weight.ndim - len(self.shape), grad_output * normalised
        return np.asarray(product.sum(axis=tuple(range(lead, product.ndim - len(self.shape))), out=out))

    def _rows(self, x: Array) -> Array:
        return x.reshape(*x.shape[: -len(self.shape)], prod(self.shape))

    def _wide(self, statistic: Array) -> Array:
        return statistic.reshape(*statistic.shape, *(1,) * len(self.shape))

    def _beside(self, parameter: Array, x: Array) -> Array:
        """The parameter, with an axis for each that x has before its last ones."""
        lead = parameter.shape[: -len(self.shape)]
        return parameter.reshape(*lead, *(1,) * (x.ndim - parameter.ndim), *self.shape)
