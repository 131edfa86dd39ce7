"""LSTM: a memory c that is kept, added to and shown through gates.

    a_t = x_t W_ihᵀ + b_ih + h_(t−1) W_hhᵀ + b_hh           (N, 4H), its quarters a_i, a_f, a_g, a_o
    i_t = σ(a_i) · f_t = σ(a_f) · g_t = tanh(a_g) · o_t = σ(a_o)
    c_t = f_t c_(t−1) + i_t g_t
    h_t = o_t tanh(c_t)

Derivation   From the last time back. h_t goes out, and into a_(t+1); c_t goes into h_t, and into c_(t+1):
             ∂E/∂h_t = g_t + ∂E/∂a_(t+1) W_hh,   g_t the gradient of the output at t
             ∂E/∂c_t = ∂E/∂h_t o_t (1 − tanh²c_t) + ∂E/∂c_(t+1) f_(t+1)
             Each gate stands once, so
             ∂E/∂o_t = ∂E/∂h_t tanh(c_t) · ∂E/∂f_t = ∂E/∂c_t c_(t−1) · ∂E/∂i_t = ∂E/∂c_t g_t · ∂E/∂g_t = ∂E/∂c_t i_t
             and ∂E/∂a_t is each of them times its slope: y (1 − y) of a sigmoid, 1 − y² of the tanh.
             Before the first time: ∂E/∂h0 = ∂E/∂a_0 W_hh, ∂E/∂c0 = ∂E/∂c_0 f_0. The rest: manual/layers/recurrent.py.
Shapes       x (N, T, D) · h0, c0 (N, H) · weight_ih (4H, D) · weight_hh (4H, H) · bias_ih, bias_hh (4H,)
             -> y (N, T, H) or (N, H)
Saves        i, f, g, o, c, h
Raises       InputError if x is not (N, T, D)
Source       Hochreiter & Schmidhuber 1997, Gers et al. 2000; the order of the gates is torch's
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.layers.recurrent import OneSum, at, times, together
from manual.layers.sigmoid import Sigmoid
from manual.layers.tanh import Tanh
from manual.rows import project

SIGMOID, TANH = Sigmoid(), Tanh()


@dataclass(frozen=True)
class LSTM(OneSum):
    """Long short-term memory."""

    kind = "lstm"
    gates = 4

    @property
    def state_gradients(self) -> tuple[str, ...]:
        """h0 and c0."""
        return ("h0", "c0")

    def inner_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """The gates before and after their functions, the memory, and h, all over time."""
        one = (*input_shape[:2], self.hidden_size)
        return {"a": (*one[:2], 4 * self.hidden_size), "i": one, "f": one, "g": one, "o": one, "c": one, "h": one}

    def forward(
        self,
        x: Array,
        h0: Array,
        c0: Array,
        weight_ih: Array,
        weight_hh: Array,
        a: Array,
        i: Array,
        f: Array,
        g: Array,
        o: Array,
        c: Array,
        h: Array,
        bias_ih: Array | None = None,
        bias_hh: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """H, time by time; fills a, i, f, g, o, c and h."""
        project(x, weight_ih, together(bias_ih, bias_hh), a)
        h_before, c_before = h0, c0
        for t in range(times(x)):
            a_t, i_t, f_t, g_t, o_t, c_t, h_t = (at(array, t) for array in (a, i, f, g, o, c, h))
            a_t += np.matmul(h_before, weight_hh.mT)
            for gate, slope, a_gate in zip((i_t, f_t, g_t, o_t), FUNCTIONS, quarters(a_t), strict=True):
                slope.forward(a_gate, gate)
            np.multiply(f_t, c_before, out=c_t)
            c_t += i_t * g_t
            np.multiply(o_t, np.tanh(c_t), out=h_t)
            h_before, c_before = h_t, c_t
        return self.outcome(h, out)

    def backward_inner(
        self,
        grad_output: Array,
        c0: Array,
        weight_hh: Array,
        i: Array,
        f: Array,
        g: Array,
        o: Array,
        c: Array,
        grad_a: Array,
        grad_i: Array,
        grad_f: Array,
        grad_g: Array,
        grad_o: Array,
        grad_c: Array,
        grad_h: Array,
    ) -> None:
        """The gradients of all that is inside, from the last time back."""
        dh_next: Array | float = 0.0
        dc_next: Array | float = 0.0
        tanh_c = np.tanh(c)
        slope_c = o * (1.0 - tanh_c * tanh_c)
        last = times(c) - 1
        for t in range(last, -1, -1):
            i_t, f_t, g_t, o_t = (at(array, t) for array in (i, f, g, o))
            di, df, dg, do = gradients = [at(array, t) for array in (grad_i, grad_f, grad_g, grad_o)]
            dh = np.add(self.upstream(grad_output, t, last + 1), dh_next, out=at(grad_h, t))
            dc = np.multiply(dh, at(slope_c, t), out=at(grad_c, t))
            dc += dc_next
            np.multiply(dh, at(tanh_c, t), out=do)
            np.multiply(dc, at(c, t - 1) if t else c0, out=df)
            np.multiply(dc, g_t, out=di)
            np.multiply(dc, i_t, out=dg)
            da = at(grad_a, t)
            for gradient, gate, slope, da_gate in zip(
                gradients, (i_t, f_t, g_t, o_t), FUNCTIONS, quarters(da), strict=True
            ):
                slope.backward(gradient, gate, da_gate)
            is_cut = self.is_cut(t)
            dh_next, dc_next = (0.0, 0.0) if is_cut else (np.matmul(da, weight_hh), dc * f_t)

    def grad_c0(self, grad_c: Array, f: Array, out: Array | None = None) -> Array:
        """∂E/∂c0 = ∂E/∂c_0 f_0."""
        return np.multiply(at(grad_c, 0), at(f, 0), out=out)


# The gates' functions, in torch's order: input, forget, candidate, output.
FUNCTIONS: tuple[Sigmoid | Tanh, ...] = (SIGMOID, SIGMOID, TANH, SIGMOID)


def quarters(a: Array) -> list[Array]:
    """a_i, a_f, a_g, a_o, as views."""
    return np.split(a, 4, axis=-1)
