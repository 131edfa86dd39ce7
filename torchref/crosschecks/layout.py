"""Layout: how the arrays of somebody's code hold the numbers of the reference.

A layout makes somebody's array of the reference's arrays: it names one of them ("linear0.weight", or
"linear0.weight.T" where the code has (in, out)), or is a function of all of them by name, as in

    lambda P: np.vstack([P["linear0.weight"].T, P["linear0.bias"]])      a bias as the last row of the matrix
    lambda P: P["conv0.weight"].transpose(2, 3, 1, 0)                    HWIO

It may move and join numbers, not compute with them. So it can be run on the numbers' addresses, and what comes out
says where each number went, which is all that is needed for the way back.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from manual.arrays import Array, Shape
from torchref.errors import must_be, unknown

# An address is k · STRIDE + OFFSET; what is computed of addresses leaves another remainder.
STRIDE, OFFSET = 1_000_003, 257

Layout = str | Callable[[Mapping[str, Array]], Array]


class Packing:
    """One array of somebody's code: `pack` makes it of the reference's arrays, `unpack` finds these in it again."""

    def __init__(self, name: str, layout: Layout, shapes: Mapping[str, Shape]) -> None:
        self.name = name
        self.shapes = dict(shapes)
        self.layout = layout if callable(layout) else _by_name(name, layout, self.shapes)
        addresses, start = {}, 0
        self.places: dict[str, slice] = {}
        for key, shape in self.shapes.items():
            end = start + math.prod(shape)
            addresses[key] = (np.arange(start, end) * STRIDE + OFFSET).reshape(shape)
            self.places[key] = slice(start, end)
            start = end
        self.size = start
        packed = np.asarray(self.layout(addresses))
        is_moved = packed.dtype.kind == "i" and bool((packed % STRIDE == OFFSET).all())
        if not is_moved or len(np.unique(packed)) != packed.size:
            raise must_be(f"the layout of {name}", "one that moves numbers, each to one place", "one that computes")
        self.addresses = packed
        held = {key: int(np.isin(addresses[key], packed).sum()) for key in self.shapes}
        self.holds = [key for key in self.shapes if held[key]]
        for key in self.holds:
            if held[key] != addresses[key].size:
                raise must_be(f"the layout of {name}", f"one that holds all of {key}", "a part of it")

    @property
    def shape(self) -> Shape:
        """The shape of somebody's array."""
        return self.addresses.shape

    def pack(self, arrays: Mapping[str, Array]) -> Array:
        """Somebody's array, a copy of its own."""
        return np.array(self.layout(arrays))

    def unpack(self, array: Array) -> dict[str, Array]:
        """The reference's arrays in somebody's array, which must have the packing's shape."""
        numbers = np.empty(self.size, array.dtype)
        numbers[self.addresses.ravel() // STRIDE] = array.ravel()
        return {key: numbers[self.places[key]].reshape(self.shapes[key]) for key in self.holds}


def _by_name(name: str, layout: str, shapes: Mapping[str, Shape]) -> Callable[[Mapping[str, Array]], Array]:
    key = layout.removesuffix(".T")
    if key not in shapes:
        raise unknown(f"what {name} holds", key, shapes)
    return (lambda arrays: arrays[key].T) if layout.endswith(".T") else (lambda arrays: arrays[key])
