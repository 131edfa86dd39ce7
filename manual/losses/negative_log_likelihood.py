"""Negative log-likelihood: e = −w_t x_t, of log-probabilities x, with t the class that was the right one.

Derivation   The probability that the network gave to what happened is Π e^x_t; its negative logarithm is Σ −x_t.
             de/dx_c = −w_t for c = t, else 0: the loss is linear in x.
             After log-softmax it is softmax cross-entropy, in two steps. With class weights a mean is over the
             weights of the targets, E = Σ e / Σₙ w_tₙ (torch's rule).
Shapes       output (N, C) · target (N,) class ids -> elements (N,)
Slope        ∂e/∂x = −w_t at the target's place, else 0
Raises       InputError unless the weights are at least 0, one a class
Source       torch.nn.NLLLoss
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.losses.classes import check_ids, check_weight, check_weight_count, one_hot, total_weight
from manual.losses.loss import Loss


@dataclass(frozen=True)
class NegativeLogLikelihood(Loss):
    """The surprise, in nats, of the class that was the right one, given log-probabilities."""

    kind = "negative_log_likelihood"
    reductions = ("sum", "mean")
    element_axes = 1

    weight: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        check_weight(self.kind, self.weight)

    def check_target(self, target: Array, output_shape: Shape) -> None:
        """Raises InputError unless `target` is (N,) ids below C."""
        check_weight_count(self.kind, self.weight, output_shape)
        check_ids(target, output_shape)

    def scale(self, output_shape: Shape, target: Array | None = None) -> float:
        """The factor between the sum of the elements and E; a mean is over the weights of the targets."""
        if self.reduction == "mean" and self.weight and target is not None:
            return 1.0 / total_weight(self.weight, target)
        return super().scale(output_shape)

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = −w_t x_t."""
        return np.negative((self._rows(target, output) * output).sum(axis=-1), out=out)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂x = −w_t at the target's place."""
        return np.negative(np.broadcast_to(self._rows(target, output), output.shape), out=out)

    def _rows(self, target: Array, output: Array) -> Array:
        """W_t at the target's place of each row, else 0."""
        rows = one_hot(target, output)
        return rows * np.array(self.weight, output.dtype) if self.weight else rows
