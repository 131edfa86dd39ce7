"""Kullback–Leibler divergence: e = t (ln t − x), of log-probabilities x; t is a probability, or its logarithm.

Derivation   Σ t ln (t/p) with x = ln p; d/dx t (ln t − x) = −t, for ln t does not depend on x.
             t ln t goes to 0 with t: an impossible outcome costs nothing, 0 ln 0 = 0 (torch's xlogy).
             With log_target the target is ln t, and e = e^t (t − x).
             "batchmean" is the divergence of an example; torch's "mean" divides by the classes too.
Shapes       output, target (N, C) -> elements (N, C)
Slope        ∂e/∂x = −t, with log_target −e^t
Source       torch.nn.KLDivLoss
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.losses.loss import Loss


@dataclass(frozen=True)
class KLDivergence(Loss):
    """How many nats the network's log-probabilities waste against the target distribution."""

    kind = "kl_divergence"

    log_target: bool = False

    def check_target(self, target: Array, output_shape: Shape) -> None:
        """Raises InputError unless `target` is (N, C), and at least 0 where it holds probabilities."""
        super().check_target(target, output_shape)
        if not self.log_target and target.min() < 0:
            raise must_be("target", "at least 0, for it holds probabilities", target.min(), "or set log_target")

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = t (ln t − x)."""
        if self.log_target:
            return np.multiply(np.exp(target), np.subtract(target, output, out=out), out=out)
        log = np.log(target, out=np.zeros_like(target), where=target > 0)
        return np.multiply(target, np.subtract(log, output, out=out), out=out)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂x = −t."""
        share = np.exp(target) if self.log_target else target
        return np.negative(np.broadcast_to(share, output.shape), out=out)
