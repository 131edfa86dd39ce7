"""Recurrent: what the layers over time share: their shapes and states, and what is done for all times at once.

Derivation   A layer over time is one function, applied T times: h_t = F(x_t, h_(t−1)), with the same parameters each
             time. Written out, it is a chain of T layers, so
             · ∂E/∂h_t is a sum over all that use h_t: the layer's output at t, and the step at t + 1. What comes from
               there is carried back, from the last time to the first.
             · a parameter is used T times, so its gradient is the sum of what it gets at each time.
             Every F here begins with a = x_t W_ihᵀ + b_ih + h_(t−1) W_hhᵀ + b_hh. With d_t = ∂E/∂a_t:
             ∂E/∂W_ih = Σₜ d_tᵀ x_t · ∂E/∂W_hh = Σₜ d_tᵀ h_(t−1) · ∂E/∂b = Σₙ Σₜ d_t · ∂E/∂x_t = d_t W_ih,
             and d_t W_hh is what goes back to h_(t−1).
Shapes       x (N, T, D) · h0 (N, H) · weight_ih (G·H, D) · weight_hh (G·H, H) · bias_ih, bias_hh (G·H,), with G gates
             -> y (N, T, H), every h_t; or (N, H), the last one, where sequences is False
Truncated    with truncate = k no gradient goes back from time k to k − 1, from 2k to 2k − 1, …: the parameters still
             get theirs at every time, but of a dependence over a cut nothing is learned
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer
from manual.rows import grad_bias, grad_weight, grad_x


@dataclass(frozen=True)
class Recurrent(Layer):
    """A layer over time; one layer, for several are several of these in a chain.

    sequences   whether it gives h at every time (many to many), or the last one (many to one)
    truncate    after how many steps the gradient is cut; 0 for never
    biases      2 as torch has them, 1 for b_ih alone, or 0
    """

    broadcasts_x = True
    gates: ClassVar[int]

    input_size: int
    hidden_size: int
    sequences: bool = True
    truncate: int = 0
    biases: Literal[0, 1, 2] = 2

    def __post_init__(self) -> None:
        if min(self.input_size, self.hidden_size) < 1 or self.truncate < 0:
            got = (self.input_size, self.hidden_size, self.truncate)
            raise must_be(f"{self.kind}: input_size, hidden_size and truncate", "at least 1, 1 and 0", got)
        if self.biases not in (0, 1, 2):
            raise must_be(f"{self.kind}: biases", "0, 1 or 2", self.biases)

    def parameter_shapes(self) -> dict[str, Shape]:
        """The weights of x and of h, then their biases; the gates are stacked as in torch."""
        rows, h = self.gates * self.hidden_size, self.hidden_size
        biases: dict[str, Shape] = dict.fromkeys(("bias_ih", "bias_hh")[: self.biases], (rows,))
        return {"weight_ih": (rows, self.input_size), "weight_hh": (rows, h), **biases}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T, D) -> (T, H) or (H,)."""
        if len(input_shape) != 2 or input_shape[1] != self.input_size:
            got = f"(N, {', '.join(map(str, input_shape))})"
            raise must_be(f"{self.kind}: x", f"of shape (N, T, {self.input_size})", got)
        return (input_shape[0], self.hidden_size) if self.sequences else (self.hidden_size,)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """The state before the first time, h0 (N, H)."""
        return dict.fromkeys(self.state_gradients, (input_shape[0], self.hidden_size))

    @property
    def state_gradients(self) -> tuple[str, ...]:
        """The first states are differentiated."""
        return ("h0",)

    @property
    def inner_gradients(self) -> tuple[str, ...]:
        """All that is named inside."""
        return tuple(self.inner_shapes((1, 1, self.input_size)))

    def example_shape(self) -> Shape:
        """Enough times that what is off by one, or carried too far, shows."""
        return (7, self.input_size)

    def is_cut(self, t: int) -> bool:
        """Whether no gradient goes back from time t to the one before."""
        return self.truncate > 0 and t > 0 and t % self.truncate == 0

    def outcome(self, h: Array, out: Array | None) -> Array:
        """The layer's output: h at every time, or at the last."""
        return np.positive(h if self.sequences else h[..., -1, :], out=out)

    def upstream(self, grad_output: Array, t: int, times: int) -> Array | float:
        """What the layer's output sends back to h_t."""
        if self.sequences:
            return at(grad_output, t)
        return grad_output if t == times - 1 else 0.0


class OneSum(Recurrent):
    """A layer over time in which all that x and h do, they do in the one sum a."""

    def backward(self, grad_a: Array, weight_ih: Array, out: Array | None = None) -> Array:
        """∂E/∂x_t = ∂E/∂a_t W_ih."""
        return grad_x(grad_a, weight_ih, out)

    def grad_weight_ih(self, grad_a: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂W_ih = Σₜ (∂E/∂a_t)ᵀ x_t."""
        return grad_weight(grad_a, x, out)

    def grad_weight_hh(self, grad_a: Array, h: Array, h0: Array, out: Array | None = None) -> Array:
        """∂E/∂W_hh = Σₜ (∂E/∂a_t)ᵀ h_(t−1)."""
        return grad_weight(grad_a, before(h, h0), out)

    def grad_bias_ih(self, grad_a: Array, out: Array | None = None) -> Array:
        """∂E/∂b_ih = Σₙ Σₜ ∂E/∂a_t."""
        return grad_bias(grad_a, out)

    def grad_bias_hh(self, grad_a: Array, out: Array | None = None) -> Array:
        """∂E/∂b_hh, the same."""
        return grad_bias(grad_a, out)

    def grad_h0(self, grad_a: Array, weight_hh: Array, out: Array | None = None) -> Array:
        """∂E/∂h0 = ∂E/∂a_0 W_hh."""
        return np.matmul(at(grad_a, 0), weight_hh, out=out)


def together(bias_ih: Array | None, bias_hh: Array | None) -> Array | None:
    """The sum of the biases that there are."""
    return bias_ih if bias_ih is None or bias_hh is None else bias_ih + bias_hh


def at(array: Array, t: int) -> Array:
    """An array's part at time t: (…, N, T, H) -> (…, N, H)."""
    return array[..., t, :]


def times(array: Array) -> int:
    """T of (…, N, T, D)."""
    return int(array.shape[-2])


def before(h: Array, h0: Array) -> Array:
    """h_(t−1) for every t: h0, then h without its last time."""
    first = np.broadcast_to(h0[..., None, :], (*h.shape[:-2], 1, h.shape[-1]))
    return np.concatenate((first, h[..., :-1, :]), axis=-2)
