"""Rounding: the rounding analysis of each kind of step, as the twin's table names it.

A rule looks at the values that went into one layer's step and says, for each quantity that comes out, how many
rounded operations lead to an element and how large the numbers were that went into it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from manual.arrays import Array
from manual.layers import Layer
from torchref.allowance import ELEMENTARY, Rounding


@dataclass(frozen=True)
class Local:
    """The values of one layer's step: what came in, went out and came back, the parameters, and the twin's module."""

    layer: Layer
    x: Array
    output: Array
    parameters: Mapping[str, Array]
    grad_output: Array
    module: nn.Module
    kept: dict[str, Any] = field(default_factory=dict)


class Rule(Protocol):
    """The rounding analysis of one kind of layer."""

    def forward(self, own: Local) -> Rounding:
        """Of the layer's output."""

    def backward(self, own: Local) -> Rounding:
        """Of the gradient with respect to its input."""

    def gradient(self, own: Local, parameter: str) -> Rounding:
        """Of the gradient with respect to one of its parameters."""


def _product(a: Array, b: Array) -> Array:
    """A @ B by torch, as the reference's own products are: NumPy's threads and torch's get in each other's way."""
    dtype = np.result_type(a, b)
    left, right = (torch.from_numpy(array.astype(dtype, copy=False)) for array in (a, b))
    return np.asarray((left @ right).numpy())


class SumsOfProducts:
    """A fully connected layer: each element is a sum of products, so the magnitudes are those of |x|, |W|, |b|, |g|."""

    def forward(self, own: Local) -> Rounding:
        """Σᵢ |x||W| + |b|: one operation a product that is added, one for the bias."""
        weight = np.abs(own.parameters["weight"])
        magnitude = _product(np.abs(own.x), weight.T)
        if "bias" in own.parameters:
            magnitude = magnitude + np.abs(own.parameters["bias"])
        return Rounding(weight.shape[1] + 1, magnitude)

    def backward(self, own: Local) -> Rounding:
        """Σₒ |g||W|."""
        weight = np.abs(own.parameters["weight"])
        return Rounding(weight.shape[0], _product(np.abs(own.grad_output), weight))

    def gradient(self, own: Local, parameter: str) -> Rounding:
        """Σₙ |g||x| for the weight, Σₙ |g| for a bias, over the neurons too where they share it."""
        g = np.abs(own.grad_output)
        if parameter == "weight":
            return Rounding(g.shape[0], _product(g.T, np.abs(own.x)))
        if own.parameters[parameter].shape == (1,):
            return Rounding(g.size, g.sum(keepdims=True)[0])
        return Rounding(g.shape[0], g.sum(axis=0))


class Multilinear:
    """A layer that is linear in its input and in each parameter, such as a convolution.

    Run on absolute values it gives Σ|products|, and run on ones the number of the products.
    """

    # A sum of magnitudes is no smaller than the sum.
    surely = 1.0

    def forward(self, own: Local) -> Rounding:
        """Σ |x||W| + |b|."""
        return Rounding(self._count(own, "output") + 1, self._run(own, np.abs)[0])

    def backward(self, own: Local) -> Rounding:
        """Σ |g||W|."""
        return Rounding(self._count(own, "x"), self._run(own, np.abs)[1]["x"])

    def gradient(self, own: Local, parameter: str) -> Rounding:
        """Σ |g||x| of the weight, Σ |g| of a bias."""
        return Rounding(self._count(own, parameter), self._run(own, np.abs)[1][parameter])

    def _count(self, own: Local, of: str) -> int:
        output, gradients = self._run(own, np.ones_like)
        return int((output if of == "output" else gradients[of]).max())

    def _run(self, own: Local, of: Callable[[Array], Array]) -> tuple[Array, dict[str, Array]]:
        """The output, and each gradient, with `of` of every number in its place; kept, for each rule asks for it."""
        if of.__name__ not in own.kept:
            own.kept[of.__name__] = self._passed(own, of)
        found: tuple[Array, dict[str, Array]] = own.kept[of.__name__]
        return found

    def _passed(self, own: Local, of: Callable[[Array], Array]) -> tuple[Array, dict[str, Array]]:
        values = {"x": own.x, **own.parameters}
        leaves = {n: torch.tensor(of(v.astype(np.float64))).requires_grad_() for n, v in values.items()}
        parameters = {name: leaves[name] for name in own.parameters}
        output: Tensor = functional_call(own.module, parameters, (leaves["x"],))
        gradients: dict[str, Array] = {}
        if own.grad_output.size:
            upstream = torch.tensor(of(own.grad_output.astype(np.float64)))
            grads = torch.autograd.grad(output, list(leaves.values()), upstream)
            gradients = {name: grad.numpy() for name, grad in zip(leaves, grads, strict=True)}
        return output.detach().numpy(), gradients


@dataclass(frozen=True)
class Elementwise:
    """A function of each element: `size` is the size of its value and `slope` that of its derivative, as computed.

    Both are functions of the output y. Where the usual formula cancels they are the size of what cancels: 1 − y with
    a rounded y near 1 is off by u, however small it is.
    """

    size: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def forward(self, own: Local) -> Rounding:
        """size(y)."""
        return Rounding(ELEMENTARY, self.size(own.output))

    def backward(self, own: Local) -> Rounding:
        """|g| slope(y)."""
        g = np.abs(own.grad_output)
        return Rounding(ELEMENTARY, g * self.slope(own.output), np.maximum(g, 1.0))

    def gradient(self, own: Local, parameter: str) -> Rounding:
        """An activation has no parameters."""
        raise NotImplementedError(parameter)


class Softmax:
    """Probabilities: an error of u |x − max| in an exponent is one of that share in the exponential."""

    def forward(self, own: Local) -> Rounding:
        """Y (1 + |x − max|)."""
        return Rounding(ELEMENTARY + own.x.shape[-1], own.output * (1 + _spread(own.x)))

    def backward(self, own: Local) -> Rounding:
        """Y (|g| + Σ|g|y) (1 + |x − max|), with the largest spread of the row, for every y of it takes part."""
        g, y = np.abs(own.grad_output), own.output
        spread = 1 + _spread(own.x).max(axis=-1, keepdims=True)
        magnitude = y * (g + (g * y).sum(axis=-1, keepdims=True)) * spread
        return Rounding(ELEMENTARY + y.shape[-1], magnitude, np.maximum(g.max(axis=-1, keepdims=True), 1.0))

    def gradient(self, own: Local, parameter: str) -> Rounding:
        """Softmax has no parameters."""
        raise NotImplementedError(parameter)


def _spread(x: Array) -> Array:
    return x.max(axis=-1, keepdims=True) - x
