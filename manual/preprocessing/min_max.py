"""Min-max: z = (x − min) / (max − min), column by column.

Derivation   x = min gives 0 and x = max gives 1; the map is linear, so every x between lies within [0, 1]
Shapes       x (N, D) -> z (N, D); another set than the fitted one may leave [0, 1]
Constant     a column with one value has max = min: an error, or with constant="zero" z = x − min, which is 0 on
             the fitted set
Source       the document, section 2.3.4
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from manual.arrays import Array
from manual.preprocessing.columns import Constant, check_constant, data_set


@dataclass(frozen=True)
class MinMax:
    """The least value and the range of each column of a set, (D,) each."""

    least: Array
    range: Array

    @classmethod
    def fit(cls, x: ArrayLike, constant: Constant = "error") -> "MinMax":
        """Takes min and max of each column; raises InputError for a constant one unless constant="zero"."""
        x = data_set(x)
        is_constant = check_constant(x, constant)
        return cls(x.min(axis=0), np.where(is_constant, 1.0, np.ptp(x, axis=0)).astype(x.dtype))

    def apply(self, x: ArrayLike) -> Array:
        """Z = (x − min) / (max − min)."""
        return np.asarray((data_set(x, self.least.size) - self.least) / self.range)
