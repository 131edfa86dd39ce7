"""Columns: what every transform asks of a data set before it is fitted."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from manual.arrays import Array
from manual.errors import must_be, unknown

Constant = Literal["error", "zero"]


def data_set(x: ArrayLike, columns: int | None = None) -> Array:
    """`x` as a float array (N, D), with D = `columns` if given.

    Raises    InputError if it has another shape, no examples, or a number that is not finite
    """
    array = np.asarray(x)
    array = array.astype(np.result_type(array.dtype, np.float32), copy=False)
    if array.ndim != 2 or not array.size or columns not in (None, array.shape[1]):
        expected = f"(N, {columns or 'D'})"
        raise must_be("x", f"a data set of shape {expected}, examples as rows", array.shape)
    if not np.isfinite(array).all():
        raise must_be("x", "finite", "NaN or infinity")
    return array


def check_constant(x: Array, constant: Constant) -> Array:
    """Which columns of `x` have one and the same value throughout, (D,).

    Raises    InputError if there are any and `constant` is "error"
    """
    if constant not in ("error", "zero"):
        raise unknown("constant", constant, ("error", "zero"))
    is_constant = np.asarray(x.max(axis=0) == x.min(axis=0))
    if constant == "error" and is_constant.any():
        column = int(np.flatnonzero(is_constant)[0])
        raise must_be(
            f"column {column}",
            "more than one value, for its spread is a divisor",
            f"{x[0, column]} in every row",
            'drop the column, or pass constant="zero" to have it become 0',
        )
    return is_constant
