"""Whiten: z = (x − μ) W with W chosen so that the columns of z are uncorrelated and have variance 1.

Derivation   Let X be the centred set, X = U S Vᵀ its singular value decomposition. Its covariance is
             C = XᵀX / N = V (S²/N) Vᵀ, so the variances along the columns of V are λ = S²/N.
             PCA   W = V λ^(−½):     WᵀCW = λ^(−½) VᵀV λ VᵀV λ^(−½) = I
             ZCA   W = V λ^(−½) Vᵀ:  the same, turned back by V; of all whitenings the one nearest to x itself
             With epsilon, λ + ε stands for λ in W: directions of little variance (noise) are not blown up.
Shapes       x (N, D) -> z (N, D)
Rank         a direction with no variance (a constant column, one that others add up to, fewer than D + 1
             examples) has λ = 0: an error, unless epsilon > 0, which makes it 0 on the fitted set
Signs        the columns of V are known up to their sign: the largest element of each is made positive
Source       the document, section 2.3.4: low correlation, equal variance
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from manual.arrays import Array
from manual.errors import must_be, unknown
from manual.preprocessing.columns import data_set


@dataclass(frozen=True)
class Whiten:
    """The mean (D,) and the matrix W (D, D) of a set."""

    mean: Array
    matrix: Array

    @classmethod
    def fit(cls, x: ArrayLike, kind: Literal["pca", "zca"] = "pca", epsilon: float = 0.0) -> "Whiten":
        """Takes μ and W; raises InputError for a set of deficient rank unless epsilon > 0."""
        if kind not in ("pca", "zca"):
            raise unknown("whiten: kind", kind, ("pca", "zca"))
        if not 0 <= epsilon < float("inf"):
            raise must_be("whiten: epsilon", "finite and at least 0", epsilon)
        x = data_set(x)
        mean = x.mean(axis=0)
        variances, directions = principal_axes(x - mean)
        if epsilon == 0 and (rank := _rank(variances, x)) < x.shape[1]:
            advice = "drop the columns that repeat others, give more examples, or pass epsilon > 0"
            raise must_be("x", f"of rank {x.shape[1]}, its number of columns", f"rank {rank}", advice)
        matrix = directions / np.sqrt(variances + epsilon)
        return cls(mean, (matrix if kind == "pca" else matrix @ directions.T).astype(x.dtype))

    def apply(self, x: ArrayLike) -> Array:
        """Z = (x − μ) W."""
        return np.asarray((data_set(x, self.mean.size) - self.mean) @ self.matrix)


def principal_axes(centred: Array) -> tuple[Array, Array]:
    """The variances λ of a centred set, largest first, (D,), and their directions as the columns of V, (D, D)."""
    examples, columns = centred.shape
    _, singular, rows = np.linalg.svd(centred, full_matrices=True)
    variances = np.zeros(columns, centred.dtype)
    variances[: singular.size] = singular**2 / examples
    signs = np.sign(rows[np.arange(columns), np.abs(rows).argmax(axis=1)])
    return variances, (rows * signs[:, None]).T


def _rank(variances: Array, x: Array) -> int:
    """How many variances stand out of the rounding of x, whose size is that of its largest numbers."""
    # NumPy's matrix_rank rule, applied to the uncentred numbers: centring cannot remove their rounding.
    smallest = max(x.shape) * float(np.finfo(x.dtype).eps) * float(np.abs(x).max())
    return int((np.sqrt(variances) > smallest).sum())
