"""Softmax cross-entropy: e = −Σ_c t_c ln p_c with p = softmax(x), of scores x.

Derivation   ln p_c = x_c − ln Σₖ e^xₖ, and Σ t = 1, so e = ln Σₖ e^xₖ − Σ_c t_c x_c
             ∂e/∂x_c = e^x_c / Σₖ e^xₖ − t_c = p_c − t_c
             The fused form never takes the logarithm of a rounded probability. The largest x is taken out of the
             sum, ln Σ e^x = max + ln Σ e^(x − max), so no exponential exceeds 1.
Shapes       output (N, C) · target (N,) class ids, or (N, C) rows that sum to 1 -> elements (N,)
Slope        ∂e/∂x = (Σ t) p − t, which is p − t
Source       the document, section 2.1 (softmax for several classes)
"""

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.losses.loss import Loss


class SoftmaxCrossEntropy(Loss):
    """The surprise, in nats, of the class that was the right one, given scores."""

    kind = "softmax_cross_entropy"
    reductions = ("sum", "mean")
    element_axes = 1

    def check_target(self, target: Array, output_shape: Shape) -> None:
        """Raises InputError unless `target` is (N,) ids below C, or (N, C) with rows that sum to 1."""
        classes = output_shape[-1]
        if np.issubdtype(target.dtype, np.integer):
            if target.shape != output_shape[:-1]:
                raise must_be("target", f"of shape {output_shape[:-1]}, one class id an example", target.shape)
            if target.min() < 0 or target.max() >= classes:
                raise must_be("target", f"class ids from 0 to {classes - 1}", f"{target.min()} to {target.max()}")
            return
        super().check_target(target, output_shape)
        off = float(np.abs(target.sum(axis=-1) - 1.0).max())
        # A row of C rounded numbers sums to 1 within C roundoffs.
        if not off <= classes * float(np.finfo(target.dtype).eps):
            raise must_be("target", "rows of probabilities that sum to 1", f"a row off by {off:.3g}")

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = max + ln Σ e^(x − max) − Σ t x."""
        top = output.max(axis=-1, keepdims=True)
        shifted = output - top
        log_sum = np.log(np.exp(shifted).sum(axis=-1))
        return np.subtract(log_sum, (_one_hot(target, output) * shifted).sum(axis=-1), out=out)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂x = p − t."""
        p = np.subtract(output, output.max(axis=-1, keepdims=True), out=out)
        np.exp(p, out=p)
        np.divide(p, p.sum(axis=-1, keepdims=True), out=p)
        return np.subtract(p, _one_hot(target, output), out=p)


def _one_hot(target: Array, output: Array) -> Array:
    """Rows of probabilities (N, C): the target itself, or 1 at each class id."""
    if not np.issubdtype(target.dtype, np.integer):
        return target
    return np.eye(output.shape[-1], dtype=output.dtype)[target]
