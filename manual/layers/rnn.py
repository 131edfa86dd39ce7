"""RNN: h_t = tanh(a_t) or ReLU(a_t), with a_t = x_t W_ihᵀ + b_ih + h_(t−1) W_hhᵀ + b_hh.

Derivation   From the last time back: h_t goes out, and into a_(t+1), so
             ∂E/∂h_t = g_t + ∂E/∂a_(t+1) W_hh,   g_t the gradient of the output at t
             ∂E/∂a_t = ∂E/∂h_t (1 − h_t²) for tanh, ∂E/∂h_t [a_t > 0] for ReLU
             and before the first time ∂E/∂h0 = ∂E/∂a_0 W_hh. The rest: manual/layers/recurrent.py.
Shapes       x (N, T, D) · h0 (N, H) · weight_ih (H, D) · weight_hh (H, H) · bias_ih, bias_hh (H,) -> y (N, T, H) or
             (N, H)
Saves        a, h
Raises       InputError if x is not (N, T, D)
Source       Elman 1990; Werbos 1990 for the way back through time
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import unknown
from manual.layers.recurrent import OneSum, at, times, together
from manual.layers.relu import ReLU
from manual.layers.tanh import Tanh
from manual.rows import project

TANH, RELU = Tanh(), ReLU()


@dataclass(frozen=True)
class RNN(OneSum):
    """The plain recurrent layer."""

    kind = "rnn"
    gates = 1

    nonlinearity: Literal["tanh", "relu"] = "tanh"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nonlinearity not in ("tanh", "relu"):
            raise unknown("rnn: nonlinearity", self.nonlinearity, ("tanh", "relu"))

    def inner_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """What enters the activation, and h, over time."""
        one = (*input_shape[:2], self.hidden_size)
        return {"a": one, "h": one}

    def forward(
        self,
        x: Array,
        h0: Array,
        weight_ih: Array,
        weight_hh: Array,
        a: Array,
        h: Array,
        bias_ih: Array | None = None,
        bias_hh: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """H, time by time; fills a and h."""
        project(x, weight_ih, together(bias_ih, bias_hh), a)
        h_before = h0
        for t in range(times(x)):
            a_t, h_t = at(a, t), at(h, t)
            a_t += np.matmul(h_before, weight_hh.mT)
            (TANH if self.nonlinearity == "tanh" else RELU).forward(a_t, h_t)
            h_before = h_t
        return self.outcome(h, out)

    def backward_inner(
        self, grad_output: Array, weight_hh: Array, a: Array, h: Array, grad_a: Array, grad_h: Array
    ) -> None:
        """The gradients of a and h, from the last time back."""
        dh_next: Array | float = 0.0
        last = times(h) - 1
        for t in range(last, -1, -1):
            dh = np.add(self.upstream(grad_output, t, last + 1), dh_next, out=at(grad_h, t))
            if self.nonlinearity == "tanh":
                da = TANH.backward(dh, at(h, t), at(grad_a, t))
            else:
                da = RELU.backward(dh, at(a, t), at(grad_a, t))
            dh_next = 0.0 if self.is_cut(t) else np.matmul(da, weight_hh)
