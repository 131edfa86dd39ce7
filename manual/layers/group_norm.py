"""Group normalisation: y = γ x̂ + β, each example's channels normalised in groups, over the group and its places.

Derivation   x̂ and the way back through it: manual/layers/normalisation.py, with a set for each example and group; m is
             the number of channels in a group times the number of places. γ and β belong to the channels, not to the
             groups: ∂E/∂x̂ = γ g, and ∂E/∂γ = Σ g x̂, ∂E/∂β = Σ g over examples and places.
Shapes       x (N, C, *size), with `axes` sizes · weight γ, bias β (C,) · mean, var (N, groups) -> y as x
Backward     as above,   g = ∂E/∂y
Saves        x, x̂, μ, σ²
Raises       InputError if an example has not C channels, or the groups do not divide them
Source       Wu & He, Group Normalization, arXiv 1803.08494; torch.nn.GroupNorm
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.normalisation import ExampleNorm


@dataclass(frozen=True)
class GroupNorm(ExampleNorm):
    """Group-norm with γ and β; one group is instance-wide, as many groups as channels is instance-norm."""

    kind = "group_norm"

    groups: int
    channels: int
    axes: int = 2
    eps: float = 1e-5

    def __post_init__(self) -> None:
        if self.groups < 1 or self.channels % self.groups:
            raise must_be(f"{self.kind}: groups", f"a divisor of the {self.channels} channels", self.groups)

    def rows(self, x: Array) -> Array:
        """The numbers of each group in a row."""
        return x.reshape(*x.shape[: -self.axes - 1], self.groups, -1)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight γ (C,), bias β (C,)."""
        return {"weight": (self.channels,), "bias": (self.channels,)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) as it is."""
        if len(input_shape) != self.axes + 1 or input_shape[0] != self.channels:
            wanted = f"of shape (N, {self.channels}) and {self.axes} more"
            raise must_be(f"{self.kind}: x", wanted, ("N", *input_shape))
        return input_shape

    def inner_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """μ, σ² and x̂."""
        sets = (input_shape[0], self.groups)
        return {"mean": sets, "var": sets, "normalised": input_shape}

    def example_shape(self) -> Shape:
        """Sizes that differ."""
        return (self.channels, *range(4, 4 + self.axes))

    def forward(self, normalised: Array, weight: Array, bias: Array, out: Array | None = None) -> Array:
        """Y = γ x̂ + β."""
        return np.add(np.multiply(normalised, self._channel(weight), out=out), self._channel(bias), out=out)

    def backward_normalised(self, grad_output: Array, weight: Array, out: Array | None = None) -> Array:
        """∂E/∂x̂ = γ g."""
        return np.multiply(grad_output, self._channel(weight), out=out)

    def grad_weight(self, grad_output: Array, normalised: Array, out: Array | None = None) -> Array:
        """∂E/∂γ = Σ g x̂ over examples and places."""
        return np.asarray((grad_output * normalised).sum(axis=(-self.axes - 2, *range(-self.axes, 0)), out=out))

    def grad_bias(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂β = Σ g over examples and places."""
        return np.asarray(grad_output.sum(axis=(-self.axes - 2, *range(-self.axes, 0)), out=out))

    def _channel(self, parameter: Array) -> Array:
        return parameter.reshape(*parameter.shape[:-1], 1, -1, *(1,) * self.axes)
