"""Softmax cross-entropy: e = −Σ_c v_c ln p_c with p = softmax(x), of scores x; v is t, smoothed or weighted.

Derivation   ln p_c = x_c − ln Σₖ e^xₖ, so e = (Σ v) ln Σₖ e^xₖ − Σ_c v_c x_c
             ∂e/∂x_c = (Σ v) e^x_c / Σₖ e^xₖ − v_c = (Σ v) p_c − v_c
             Label smoothing ε gives every class a share: t′ = (1 − ε) t + ε/C, and Σ t′ = 1 still.
             Class weights multiply each class's term: v_c = w_c t′_c. The mean of class ids is then over the weights
             of the targets, E = Σ e / Σₙ w_tₙ (torch's rule; that of rows of probabilities stays 1/N).
             The fused form never takes the logarithm of a rounded probability. The largest x is taken out of the
             sum, ln Σ e^x = max + ln Σ e^(x − max), so no exponential exceeds 1.
Shapes       output (N, C) · target (N,) class ids, or (N, C) rows that sum to 1 -> elements (N,)
Slope        ∂e/∂x = (Σ v) p − v, which without weights is p − t′
Raises       InputError unless 0 ≤ ε ≤ 1 and the weights are at least 0, one a class
Source       the document, section 2.1 (softmax for several classes); torch.nn.CrossEntropyLoss
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.losses.classes import check_ids, check_weight, check_weight_count, one_hot, total_weight
from manual.losses.loss import Loss


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """The surprise, in nats, of the class that was the right one, given scores."""

    kind = "softmax_cross_entropy"
    reductions = ("sum", "mean")
    element_axes = 1

    weight: tuple[float, ...] = ()
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_weight(self.kind, self.weight)
        if not 0 <= self.label_smoothing <= 1:
            raise must_be(f"{self.kind}: label_smoothing", "within [0, 1]", self.label_smoothing)

    def check_target(self, target: Array, output_shape: Shape) -> None:
        """Raises InputError unless `target` is (N,) ids below C, or (N, C) with rows that sum to 1."""
        check_weight_count(self.kind, self.weight, output_shape)
        if np.issubdtype(target.dtype, np.integer):
            check_ids(target, output_shape)
            return
        super().check_target(target, output_shape)
        off = float(np.abs(target.sum(axis=-1) - 1.0).max())
        # A row of C rounded numbers sums to 1 within C roundoffs.
        if not off <= output_shape[-1] * float(np.finfo(target.dtype).eps):
            raise must_be("target", "rows of probabilities that sum to 1", f"a row off by {off:.3g}")

    def scale(self, output_shape: Shape, target: Array | None = None) -> float:
        """The factor between the sum of the elements and E; a mean of class ids is over their weights."""
        if self.reduction == "mean" and self.weight and target is not None and target.dtype.kind != "f":
            return 1.0 / total_weight(self.weight, target)
        return super().scale(output_shape)

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = (Σ v) ln Σ e^(x − max) − Σ v (x − max)."""
        shifted = output - output.max(axis=-1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=-1))
        rows = self._rows(target, output)
        if self.weight:
            log_sum *= rows.sum(axis=-1)
        return np.subtract(log_sum, (rows * shifted).sum(axis=-1), out=out)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂x = (Σ v) p − v."""
        p = np.subtract(output, output.max(axis=-1, keepdims=True), out=out)
        np.exp(p, out=p)
        np.divide(p, p.sum(axis=-1, keepdims=True), out=p)
        rows = self._rows(target, output)
        if self.weight:
            p *= rows.sum(axis=-1, keepdims=True)
        return np.subtract(p, rows, out=p)

    def _rows(self, target: Array, output: Array) -> Array:
        """V: the target as rows, smoothed and weighted."""
        rows = one_hot(target, output)
        if self.label_smoothing:
            rows = rows * (1.0 - self.label_smoothing) + self.label_smoothing / output.shape[-1]
        return rows * np.array(self.weight, output.dtype) if self.weight else rows
