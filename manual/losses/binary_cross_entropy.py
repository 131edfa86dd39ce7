"""Binary cross-entropy: e = −(t ln o + (1 − t) ln(1 − o)), of probabilities o.

Derivation   de/do = −t/o + (1 − t)/(1 − o) = (o − t) / (o (1 − o))
             A probability that rounds to 0 or 1 has no finite logarithm. As torch does, ln is taken to be at
             least −100, and o (1 − o) at least 1e-12: conventions, which the values then follow.
Shapes       output, target (N, O), both within [0, 1] -> elements (N, O)
Slope        ∂e/∂o = (o − t) / max(o (1 − o), 1e-12)
Source       the document, section 2.3.3 (a loss is non-negative and measures the mismatch);
             torch.nn.BCELoss for the two bounds
"""

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.losses.loss import Loss

LEAST_LOG = -100.0
LEAST_VARIANCE = float(np.float32(1e-12))  # torch keeps it in float32, in float64 networks too


class BinaryCrossEntropy(Loss):
    """The surprise, in nats, of a yes or no that was given the probability o."""

    kind = "binary_cross_entropy"
    domain = (0.0, 1.0)

    def check_target(self, target: Array, output_shape: Shape) -> None:
        """Raises InputError unless `target` is (N, O) and within [0, 1]."""
        super().check_target(target, output_shape)
        if not (target.min() >= 0 and target.max() <= 1):
            raise must_be("target", "within [0, 1] for binary cross-entropy", f"{target.min()} to {target.max()}")

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = (t − 1) max(ln(1 − o), −100) − t max(ln o, −100)."""
        with np.errstate(divide="ignore"):  # ln 0 = −∞, which the bound then replaces
            log_no = np.maximum(np.log1p(-output), LEAST_LOG)
            log_yes = np.maximum(np.log(output), LEAST_LOG)
        return np.subtract(np.multiply(target - 1.0, log_no, out=out), target * log_yes, out=out)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = (o − t) / max(o (1 − o), 1e-12)."""
        variance = np.maximum(output * (1.0 - output), LEAST_VARIANCE)
        return np.divide(np.subtract(output, target, out=out), variance, out=out)
