"""Half squared error: e = ½ (o − t)².

Derivation   de/do = 2 · ½ (o − t) = o − t: the ½ is there to cancel the 2.
Shapes       output, target (N, O) -> elements (N, O); for the document's example e is E_o1, E_o2
Slope        ∂e/∂o = o − t
Source       the document, sections 2.1 (E_o1 = ½ (target − out_o1)², E_total = E_o1 + E_o2) and 2.2
"""

import numpy as np

from manual.arrays import Array
from manual.losses.loss import Loss


class HalfSquaredError(Loss):
    """Half the squared distance between output and target, the loss of the document's example."""

    kind = "half_squared_error"

    def elements(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """E = ½ (o − t)²."""
        square = np.square(np.subtract(output, target, out=out), out=out)
        return np.multiply(square, 0.5, out=out)

    def slope(self, output: Array, target: Array, out: Array | None = None) -> Array:
        """∂e/∂o = o − t."""
        return np.subtract(output, target, out=out)
