"""Inner product: e = t o, a loss whose slope is the target itself.

Derivation   d(t o)/do = t: whatever gradient is to come from above is given as the target. A single layer can so be
             asked for its derivatives without any other layer or loss.
Shapes       output, target (N, O) -> elements (N, O)
Slope        ∂e/∂o = t
Source       the chain rule; the "vector" of torch's vector-Jacobian product
"""

import numpy as np

from manual.arrays import Array
from manual.losses.loss import Loss


class InnerProduct(Loss):
    """The output against a given gradient."""

    kind = "inner_product"
    reductions = ("sum",)

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = t o."""
        return np.multiply(output, target, out=out)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = t."""
        return np.multiply(np.ones_like(output), target, out=out)
