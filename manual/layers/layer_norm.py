"""Layer normalisation: y = γ x̂ + β, each example normalised over its last axes.

Derivation   x̂ and the way back through it: manual/layers/normalisation.py, with a set for each example (and for each
             place before the last axes); m is the number of features. Examples do not meet, and there is nothing to
             remember: training and evaluation are the same. ∂E/∂x̂ = γ g; γ and β are shared by all examples and
             places, so ∂E/∂γ = Σ g x̂ and ∂E/∂β = Σ g over them.
Shapes       x (N, …, *shape) · weight γ, bias β (*shape) · mean, var (N, …) -> y as x
Backward     as above,   g = ∂E/∂y
Saves        x, x̂, μ, σ²
Raises       InputError if an example does not end with `shape`
Source       Ba, Kiros & Hinton, Layer Normalization, arXiv 1607.06450; torch.nn.LayerNorm
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.normalisation import ExampleNorm


@dataclass(frozen=True)
class LayerNorm(ExampleNorm):
    """Layer-norm with γ and β over the last axes, which have `shape`."""

    kind = "layer_norm"

    shape: Shape
    eps: float = 1e-5

    def rows(self, x: Array) -> Array:
        """The last axes as one."""
        return x.reshape(*x.shape[: -len(self.shape)], prod(self.shape))

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight γ and bias β, of `shape`."""
        return {"weight": self.shape, "bias": self.shape}

    def output_shape(self, input_shape: Shape) -> Shape:
        """As it is."""
        if input_shape[-len(self.shape) :] != self.shape:
            raise must_be(f"{self.kind}: x", f"of a shape that ends with {self.shape}", ("N", *input_shape))
        return input_shape

    def inner_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """μ, σ² and x̂."""
        before = input_shape[: -len(self.shape)]
        return {"mean": before, "var": before, "normalised": input_shape}

    def example_shape(self) -> Shape:
        """The features, after one more axis where they have but one."""
        return self.shape

    def forward(self, normalised: Array, weight: Array, bias: Array, out: Array | None = None) -> Array:
        """Y = γ x̂ + β."""
        weight, bias = (self._beside(p, normalised) for p in (weight, bias))
        return np.add(np.multiply(normalised, weight, out=out), bias, out=out)

    def backward_normalised(self, grad_output: Array, weight: Array, out: Array | None = None) -> Array:
        """∂E/∂x̂ = γ g."""
        return np.multiply(grad_output, self._beside(weight, grad_output), out=out)

    def grad_weight(self, grad_output: Array, normalised: Array, weight: Array, out: Array | None = None) -> Array:
        """∂E/∂γ = Σ g x̂ over examples and places."""
        return self._total(grad_output * normalised, weight, out)

    def grad_bias(self, grad_output: Array, bias: Array, out: Array | None = None) -> Array:
        """∂E/∂β = Σ g over examples and places."""
        return self._total(grad_output, bias, out)

    def _beside(self, parameter: Array, x: Array) -> Array:
        """The parameter, with an axis for each that x has before its last ones."""
        lead = parameter.shape[: -len(self.shape)]
        return parameter.reshape(*lead, *(1,) * (x.ndim - parameter.ndim), *self.shape)

    def _total(self, of: Array, parameter: Array, out: Array | None) -> Array:
        lead = parameter.ndim - len(self.shape)
        return np.asarray(of.sum(axis=tuple(range(lead, of.ndim - len(self.shape))), out=out))
