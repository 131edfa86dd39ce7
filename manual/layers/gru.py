"""GRU: h is in part kept and in part replaced by a candidate n.

    ax_t = x_t W_ihᵀ + b_ih · ah_t = h_(t−1) W_hhᵀ + b_hh     (N, 3H) each, their thirds of r, z, n
    r_t = σ(ax_r + ah_r) · z_t = σ(ax_z + ah_z)
    n_t = tanh(ax_n + r_t ah_n)                              (torch's: the reset is inside, behind W_hh and b_hh)
    h_t = (1 − z_t) n_t + z_t h_(t−1)

Derivation   From the last time back. h_t goes out, into ah_(t+1), and into h_(t+1) itself:
             ∂E/∂h_t = g_t + ∂E/∂ah_(t+1) W_hh + ∂E/∂h_(t+1) z_(t+1),   g_t the gradient of the output at t
             ∂E/∂n_t = ∂E/∂h_t (1 − z_t) · ∂E/∂z_t = ∂E/∂h_t (h_(t−1) − n_t)
             With s = ∂E/∂n_t (1 − n_t²), the gradient of what enters the tanh:
             ∂E/∂r_t = s ah_n
             ∂E/∂ax_t = [∂E/∂r_t r_t (1 − r_t), ∂E/∂z_t z_t (1 − z_t), s];   ∂E/∂ah_t is the same but for s r_t in its
             last third. Before the first time: ∂E/∂h0 = ∂E/∂ah_0 W_hh + ∂E/∂h_0 z_0.
             The rest, with ax where x and ah where h is: manual/layers/recurrent.py.
Shapes       x (N, T, D) · h0 (N, H) · weight_ih (3H, D) · weight_hh (3H, H) · bias_ih, bias_hh (3H,) -> y (N, T, H)
             or (N, H)
Saves        ah, r, z, n, h
Raises       InputError if x is not (N, T, D)
Source       Cho et al. 2014, in torch's form
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.layers.recurrent import Recurrent, at, before, times
from manual.layers.sigmoid import Sigmoid
from manual.layers.tanh import Tanh
from manual.rows import grad_bias, grad_weight, grad_x, project

SIGMOID, TANH = Sigmoid(), Tanh()


@dataclass(frozen=True)
class GRU(Recurrent):
    """The gated recurrent unit."""

    kind = "gru"
    gates = 3

    def inner_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """What comes of x and of h, the gates, the candidate, and h, all over time."""
        one = (*input_shape[:2], self.hidden_size)
        three = (*one[:2], 3 * self.hidden_size)
        return {"ax": three, "ah": three, "r": one, "z": one, "n": one, "h": one}

    def forward(
        self,
        x: Array,
        h0: Array,
        weight_ih: Array,
        weight_hh: Array,
        ax: Array,
        ah: Array,
        r: Array,
        z: Array,
        n: Array,
        h: Array,
        bias_ih: Array | None = None,
        bias_hh: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """H, time by time; fills ax, ah, r, z, n and h."""
        project(x, weight_ih, bias_ih, ax)
        h_before = h0
        for t in range(times(x)):
            ah_t, r_t, z_t, n_t, h_t = (at(array, t) for array in (ah, r, z, n, h))
            np.matmul(h_before, weight_hh.mT, out=ah_t)
            if bias_hh is not None:
                ah_t += bias_hh[..., None, :]
            (xr, xz, xn), (hr, hz, hn) = thirds(at(ax, t)), thirds(ah_t)
            SIGMOID.forward(xr + hr, r_t)
            SIGMOID.forward(xz + hz, z_t)
            np.tanh(xn + r_t * hn, out=n_t)
            np.subtract(h_before, n_t, out=h_t)  # (1 − z) n + z h = n + z (h − n)
            h_t *= z_t
            h_t += n_t
            h_before = h_t
        return self.outcome(h, out)

    def backward_inner(
        self,
        grad_output: Array,
        h0: Array,
        weight_hh: Array,
        ah: Array,
        r: Array,
        z: Array,
        n: Array,
        h: Array,
        grad_ax: Array,
        grad_ah: Array,
        grad_r: Array,
        grad_z: Array,
        grad_n: Array,
        grad_h: Array,
    ) -> None:
        """The gradients of all that is inside, from the last time back."""
        dh_next: Array | float = 0.0
        last = times(h) - 1
        for t in range(last, -1, -1):
            r_t, z_t, n_t = (at(array, t) for array in (r, z, n))
            (xr, xz, xn), (hr, hz, hn) = thirds(at(grad_ax, t)), thirds(at(grad_ah, t))
            dh = np.add(self.upstream(grad_output, t, last + 1), dh_next, out=at(grad_h, t))
            dn = np.multiply(dh, 1.0 - z_t, out=at(grad_n, t))
            dz = np.multiply(dh, (at(h, t - 1) if t else h0) - n_t, out=at(grad_z, t))
            TANH.backward(dn, n_t, xn)
            dr = np.multiply(xn, thirds(at(ah, t))[2], out=at(grad_r, t))
            SIGMOID.backward(dr, r_t, xr)
            SIGMOID.backward(dz, z_t, xz)
            hr[...], hz[...] = xr, xz
            np.multiply(xn, r_t, out=hn)
            dh_next = 0.0 if self.is_cut(t) else np.matmul(at(grad_ah, t), weight_hh) + dh * z_t

    def backward(self, grad_ax: Array, weight_ih: Array, out: Array | None = None) -> Array:
        """∂E/∂x_t = ∂E/∂ax_t W_ih."""
        return grad_x(grad_ax, weight_ih, out)

    def grad_weight_ih(self, grad_ax: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂W_ih = Σₜ (∂E/∂ax_t)ᵀ x_t."""
        return grad_weight(grad_ax, x, out)

    def grad_weight_hh(self, grad_ah: Array, h: Array, h0: Array, out: Array | None = None) -> Array:
        """∂E/∂W_hh = Σₜ (∂E/∂ah_t)ᵀ h_(t−1)."""
        return grad_weight(grad_ah, before(h, h0), out)

    def grad_bias_ih(self, grad_ax: Array, out: Array | None = None) -> Array:
        """∂E/∂b_ih = Σₙ Σₜ ∂E/∂ax_t."""
        return grad_bias(grad_ax, out)

    def grad_bias_hh(self, grad_ah: Array, out: Array | None = None) -> Array:
        """∂E/∂b_hh = Σₙ Σₜ ∂E/∂ah_t."""
        return grad_bias(grad_ah, out)

    def grad_h0(self, grad_ah: Array, grad_h: Array, z: Array, weight_hh: Array, out: Array | None = None) -> Array:
        """∂E/∂h0 = ∂E/∂ah_0 W_hh + ∂E/∂h_0 z_0."""
        grad = np.matmul(at(grad_ah, 0), weight_hh, out=out)
        return np.add(grad, at(grad_h, 0) * at(z, 0), out=grad)


def thirds(a: Array) -> list[Array]:
    """The parts of r, z and n, as views."""
    return np.split(a, 3, axis=-1)
