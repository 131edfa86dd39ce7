"""Batch normalisation: y = γ x̂ + β, each channel normalised over the batch and its places.

Derivation   x̂ and the way back through it: manual/layers/normalisation.py, with a set for each channel: m = N times
             the number of places. y is linear in γ, x̂ and β: ∂E/∂x̂ = γ g, ∂E/∂γ = Σ g x̂, ∂E/∂β = Σ g over the set.
             In training μ and σ² are the batch's own, and the running ones follow them, r⁺ = (1 − ρ) r + ρ μ with the
             momentum ρ; the running variance follows the unbiased σ² m / (m − 1). In evaluation the running ones are
             used in their place, and are constants: ∂E/∂x = γ g / √(σ² + ε).
Shapes       x (N, C, *size), with `axes` sizes · weight γ, bias β, running_mean, running_var, mean, var (C,) -> y as x
Backward     as above,   g = ∂E/∂y
Saves        x, x̂, μ, σ²
Raises       InputError if an example has not C channels, or in training there is one value a channel: its variance
             is 0, and torch refuses it too
Source       Ioffe & Szegedy, arXiv 1502.03167; torch.nn.BatchNorm1d (axes 0 or 1), BatchNorm2d (axes 2)
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.normalisation import Normalisation


@dataclass(frozen=True)
class BatchNorm(Normalisation):
    """Batch-norm with γ and β, over N and the last `axes` axes."""

    kind = "batch_norm"

    channels: int
    axes: int = 2
    eps: float = 1e-5
    momentum: float = 0.1
    training: bool = True

    @property
    def set_axes(self) -> tuple[int, ...]:
        """N, and the places."""
        return (-self.axes - 2, *range(-self.axes, 0))

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight γ (C,), bias β (C,)."""
        return {"weight": (self.channels,), "bias": (self.channels,)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) as it is."""
        if len(input_shape) != self.axes + 1 or input_shape[0] != self.channels:
            wanted = f"of shape (N, {self.channels}) and {self.axes} more"
            raise must_be(f"{self.kind}: x", wanted, ("N", *input_shape))
        return input_shape

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Running mean and variance (C,)."""
        if self.training and input_shape[0] * prod(input_shape[2:]) == 1:
            raise must_be(f"{self.kind}: x", "of more than one value a channel in training", input_shape)
        return {"running_mean": (self.channels,), "running_var": (self.channels,)}

    @property
    def next_states(self) -> tuple[str, ...]:
        """Both follow in training."""
        return ("running_mean", "running_var") if self.training else ()

    def inner_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """μ, σ² and x̂; in evaluation x̂ alone."""
        statistics = {"mean": (self.channels,), "var": (self.channels,)} if self.training else {}
        return statistics | {"normalised": input_shape}

    @property
    def inner_gradients(self) -> tuple[str, ...]:
        """∂E/∂μ, ∂E/∂σ² and ∂E/∂x̂."""
        return ("mean", "var", "normalised") if self.training else ("normalised",)

    def example_shape(self) -> Shape:
        """Sizes that differ."""
        return (self.channels, *range(4, 4 + self.axes))

    def forward_normalised(
        self,
        x: Array,
        running_mean: Array,
        running_var: Array,
        mean: Array | None = None,
        var: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """X̂ = (x − μ) / √(σ² + ε), by the batch's statistics or the running ones."""
        if mean is None or var is None:
            mean, var = running_mean, running_var
        return self.normalise(x, mean, var, out)

    def forward(self, normalised: Array, weight: Array, bias: Array, out: Array | None = None) -> Array:
        """Y = γ x̂ + β."""
        return np.add(np.multiply(normalised, self.wide(weight), out=out), self.wide(bias), out=out)

    def next_running_mean(self, running_mean: Array, mean: Array, out: Array | None = None) -> Array:
        """r⁺ = (1 − ρ) r + ρ μ."""
        return np.add((1 - self.momentum) * running_mean, self.momentum * mean, out=out)

    def next_running_var(self, running_var: Array, var: Array, x: Array, out: Array | None = None) -> Array:
        """r⁺ = (1 − ρ) r + ρ σ² m / (m − 1)."""
        m = self.count(x)
        return np.add((1 - self.momentum) * running_var, self.momentum * m / (m - 1) * var, out=out)

    def backward_normalised(self, grad_output: Array, weight: Array, out: Array | None = None) -> Array:
        """∂E/∂x̂ = γ g."""
        return np.multiply(grad_output, self.wide(weight), out=out)

    def backward(
        self,
        grad_normalised: Array,
        x: Array,
        running_var: Array,
        grad_var: Array | None = None,
        grad_mean: Array | None = None,
        mean: Array | None = None,
        var: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """∂E/∂x through x̂, σ² and μ; in evaluation through x̂ alone."""
        if grad_var is None or grad_mean is None or mean is None or var is None:
            return np.multiply(grad_normalised, self.wide(1 / np.sqrt(running_var + self.eps)), out=out)
        return self.through_statistics(grad_normalised, grad_var, grad_mean, x, mean, var, out)

    def grad_weight(self, grad_output: Array, normalised: Array, out: Array | None = None) -> Array:
        """∂E/∂γ = Σ g x̂."""
        return np.asarray((grad_output * normalised).sum(axis=self.set_axes, out=out))

    def grad_bias(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂β = Σ g."""
        return np.asarray(grad_output.sum(axis=self.set_axes, out=out))
