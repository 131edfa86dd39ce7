"""Pack: named arrays laid side by side in one vector, so that an optimiser's step is one call."""

from collections.abc import Mapping
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from manual.arrays import ALIGNMENT, Array, Shape, aligned_empty


class Pack:
    """One vector a network, (…, P), and views of it by name; each view starts on an aligned place."""

    def __init__(self, shapes: Mapping[str, Shape], leading: Shape, dtype: DTypeLike) -> None:
        step = ALIGNMENT // np.dtype(dtype).itemsize
        places: dict[str, slice] = {}
        end = 0
        for name, shape in shapes.items():
            places[name] = slice(end, end + prod(shape))
            end += -(-prod(shape) // step) * step
        self.vector = aligned_empty((*leading, end), dtype)
        self.vector[...] = 0.0  # the padding takes part in the update: it must be a number
        self.views: dict[str, Array] = {
            name: self.vector[..., place].reshape(*leading, *shapes[name], copy=False) for name, place in places.items()
        }
