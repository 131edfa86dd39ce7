"""Positionwise linear: the same fully connected layer at every place of a sequence, z_nt = W x_nt + b.

Derivation   manual/rows.py: a fully connected layer whose rows are all places of all examples. Every place uses
             the same W and b, so their gradients are sums over places too.
Shapes       x (N, T, I) · weight (O, I) · bias (O,) or none -> z (N, T, O)
Backward     ∂E/∂x = g W · ∂E/∂W = Σₙ Σₜ gᵀ x · ∂E/∂b = Σₙ Σₜ g,   g = ∂E/∂z
Saves        x
Raises       InputError if an example is not (T, I)
"""

from dataclasses import dataclass

from manual import rows
from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class PositionwiseLinear(Layer):
    """A fully connected layer for sequences."""

    kind = "positionwise_linear"
    broadcasts_x = True

    in_features: int
    out_features: int
    bias: bool = True

    def __post_init__(self) -> None:
        if min(self.in_features, self.out_features) < 1:
            sizes = (self.in_features, self.out_features)
            raise must_be(f"{self.kind}: in_features and out_features", "at least 1", sizes)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight (O, I), then bias (O,) if there is one."""
        bias: dict[str, Shape] = {"bias": (self.out_features,)} if self.bias else {}
        return {"weight": (self.out_features, self.in_features), **bias}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T, I) -> (T, O)."""
        if len(input_shape) != 2 or input_shape[1] != self.in_features:
            raise must_be(f"{self.kind}: x", f"of shape (N, T, {self.in_features})", ("N", *input_shape))
        return (input_shape[0], self.out_features)

    def example_shape(self) -> Shape:
        """Five places."""
        return (5, self.in_features)

    def forward(self, x: Array, weight: Array, bias: Array | None = None, out: Array | None = None) -> Array:
        """Z = x Wᵀ + b."""
        return rows.project(x, weight, bias, out)

    def backward(self, grad_output: Array, weight: Array, out: Array | None = None) -> Array:
        """∂E/∂x = g W."""
        return rows.grad_x(grad_output, weight, out)

    def grad_weight(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂W = Σ gᵀ x."""
        return rows.grad_weight(grad_output, x, out)

    def grad_bias(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂b = Σ g."""
        return rows.grad_bias(grad_output, out)
