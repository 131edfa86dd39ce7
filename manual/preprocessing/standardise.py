"""Standardise: z = (x − μ) / σ, column by column.

Derivation   mean of z = (mean of x − μ) / σ = 0, and standard deviation of z = σ / σ = 1
Shapes       x (N, D) -> z (N, D)
Constant     a column with one value has σ = 0: an error, or with constant="zero" z = x − μ, which is 0 on the
             fitted set
Source       the document, section 2.3.4; σ divides by N, as the spread of the set that is there
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from manual.arrays import Array
from manual.preprocessing.columns import Constant, check_constant, data_set


@dataclass(frozen=True)
class Standardise:
    """The mean and the standard deviation of each column of a set, (D,) each."""

    mean: Array
    std: Array

    @classmethod
    def fit(cls, x: ArrayLike, constant: Constant = "error") -> "Standardise":
        """Takes μ and σ of each column; raises InputError for a constant one unless constant="zero"."""
        x = data_set(x)
        is_constant = check_constant(x, constant)
        mean = np.where(is_constant, x[0], x.mean(axis=0))
        return cls(mean, np.where(is_constant, 1.0, x.std(axis=0)).astype(x.dtype))

    def apply(self, x: ArrayLike) -> Array:
        """Z = (x − μ) / σ."""
        return np.asarray((data_set(x, self.mean.size) - self.mean) / self.std)
