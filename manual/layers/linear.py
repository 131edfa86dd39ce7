"""Linear: z = x Wᵀ + b.

Derivation   z_no = Σᵢ W_oi x_ni + b_o, so ∂z_no/∂W_oi = x_ni, ∂z_no/∂x_ni = W_oi, ∂z_no/∂b_o = 1.
             The chain rule sums over every path from a quantity to E: a weight meets every example, an input
             every neuron, and a bias that all the layer's neurons share (the document's b1, b2) both.
Shapes       x (N, I) · weight (O, I) · bias (O,), (1,) if shared, or none -> z (N, O)
Backward     ∂E/∂x = g W · ∂E/∂W = gᵀ x · ∂E/∂b = Σₙ gₙ, for a shared b = Σₙ Σₒ g_no,   g = ∂E/∂z
Saves        x
Raises       InputError if an example has not I features
Source       the document, sections 1.1 (f(x) = wx + b), 2.1 and 2.2
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from manual.arrays import Array, Shape, read_only
from manual.errors import must_be, unknown
from manual.layers.layer import Layer

BiasKind = Literal["neuron", "shared", "none"]


@dataclass(frozen=True)
class Linear(Layer):
    """A fully connected layer with a bias a neuron, one shared by its neurons, or none."""

    kind = "linear"
    broadcasts_x = True

    in_features: int
    out_features: int
    bias: BiasKind = "neuron"

    def __post_init__(self) -> None:
        if self.in_features < 1 or self.out_features < 1:
            raise must_be("linear: in_features and out_features", "at least 1", (self.in_features, self.out_features))
        if self.bias not in ("neuron", "shared", "none"):
            raise unknown("linear: bias", self.bias, ("neuron", "shared", "none"))

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight (O, I), then bias (O,) or (1,) unless there is none."""
        shapes: dict[str, Shape] = {"weight": (self.out_features, self.in_features)}
        if self.bias != "none":
            shapes["bias"] = (self.out_features if self.bias == "neuron" else 1,)
        return shapes

    def output_shape(self, input_shape: Shape) -> Shape:
        """(I,) -> (O,)."""
        if input_shape != (self.in_features,):
            raise must_be("linear: x", f"of shape (N, {self.in_features})", f"(N, {', '.join(map(str, input_shape))})")
        return (self.out_features,)

    def example_shape(self) -> Shape:
        """(I,)."""
        return (self.in_features,)

    def forward(self, x: Array, weight: Array, bias: Array | None = None, out: Array | None = None) -> Array:
        """Z = x Wᵀ + b."""
        z = np.matmul(x, weight.mT, out=out)
        return z if bias is None else np.add(z, bias[..., None, :], out=out)

    def backward(self, grad_output: Array, weight: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g W."""
        return np.matmul(grad_output, weight, out=out)

    def grad_weight(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂W = gᵀ x."""
        return np.matmul(grad_output.mT, x, out=out)

    def grad_bias(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂b = Σₙ gₙ = 1ᵀ g, summed over the neurons too where they share b."""
        if self.bias == "shared":
            return np.add.reduce(grad_output, axis=(-2, -1), out=None if out is None else out[..., 0])[..., None]
        return np.vecmat(_ones(grad_output.shape[-2], grad_output.dtype), grad_output, out=out)


@cache
def _ones(length: int, dtype: np.dtype[Any]) -> Array:
    """The vector 1; its product 1ᵀ g is the sum of the rows of g, in half the time of np.sum."""
    return read_only(np.ones(length, dtype))
