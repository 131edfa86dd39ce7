"""Rows: a fully connected layer over all places at once: what the layers of sequences have in common.

Derivation   y_nt = W x_nt + b at every place t of every example n is a fully connected layer with N·T rows, so its
             derivatives are those of manual/layers/linear.py, summed over examples and places:
             ∂E/∂x_nt = g_nt W · ∂E/∂W = Σₙ Σₜ g_ntᵀ x_nt · ∂E/∂b = Σₙ Σₜ g_nt
Shapes       x (…, N, T, I) · W (…, O, I) · b (…, O) -> y (…, N, T, O); axes in front (learning rates) broadcast
"""

import numpy as np

from manual.arrays import Array


def rows(array: Array) -> Array:
    """All places of all examples as rows: (…, N, T, I) -> (…, N·T, I), a view of a contiguous array."""
    return array.reshape(*array.shape[:-3], -1, array.shape[-1])


def project(x: Array, weight: Array, bias: Array | None = None, out: Array | None = None) -> Array:
    """X Wᵀ + b, in one product; `out` is contiguous."""
    y = np.matmul(rows(x), weight.mT, out=None if out is None else rows(out))
    if bias is not None:
        np.add(y, bias[..., None, :], out=y)
    return y.reshape(*y.shape[:-2], *x.shape[-3:-1], -1)


def grad_x(grad: Array, weight: Array, out: Array | None = None) -> Array:
    """G W, in one product."""
    return project(grad, weight.mT, None, out)


def grad_weight(grad: Array, x: Array, out: Array | None = None) -> Array:
    """Σ gᵀ x, in one product."""
    return np.matmul(rows(grad).mT, rows(x), out=out)


def grad_bias(grad: Array, out: Array | None = None) -> Array:
    """Σ g."""
    return np.asarray(np.sum(rows(grad), axis=-2, out=out))
