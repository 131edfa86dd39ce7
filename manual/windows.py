"""Windows: sliding windows over the last axes of an array, gathered into columns and added back where they overlap.

A window of a kernel sees, at output place o and kernel place k, the padded input at place o · stride + k · dilation.
Every loop here is over the places of a kernel; batch, channels and places of the output are axes of arrays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be

Sizes = tuple[int, ...]


def sizes(what: str, given: int | Sizes, axes: int, least: int) -> Sizes:
    """A size for each axis of the kernel, where one may stand for all; raises InputError if one is below `least`."""
    found = (given,) * axes if isinstance(given, int) else tuple(given)
    if len(found) != axes or min(found) < least:
        raise must_be(what, f"{axes} integers of at least {least}, or one", given)
    return found


@dataclass(frozen=True)
class Windows:
    """How a kernel moves over the padded input, an integer an axis."""

    kernel: Sizes
    stride: Sizes
    padding: Sizes
    dilation: Sizes

    @property
    def axes(self) -> int:
        """Over how many axes the kernel moves."""
        return len(self.kernel)

    @property
    def reach(self) -> Sizes:
        """How much of the padded input the kernel covers, an integer an axis."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    def places(self, what: str, size: Shape) -> Shape:
        """How many places the kernel has on an input of this size; raises InputError if it has none."""
        wide = [n + 2 * p for n, p in zip(size, self.padding, strict=True)]
        if any(w < r for w, r in zip(wide, self.reach, strict=True)):
            raise must_be(f"{what}: the padded input", f"at least as large as the kernel, {self.reach}", tuple(wide))
        return tuple((w - r) // s + 1 for w, r, s in zip(wide, self.reach, self.stride, strict=True))

    def slices(self, places: Shape) -> Iterator[tuple[Any, ...]]:
        """For each place in the kernel, first to last, where its numbers lie in the padded input."""
        for at in product(*(range(k) for k in self.kernel)):
            starts = [k * d for k, d in zip(at, self.dilation, strict=True)]
            ranges = zip(starts, places, self.stride, strict=True)
            yield (..., *(slice(start, start + (n - 1) * step + 1, step) for start, n, step in ranges))

    def padded(self, x: Array, value: float = 0.0) -> Array:
        """The input with `value` around it; the input itself where there is no padding."""
        if not any(self.padding):
            return x
        size = [n + 2 * p for n, p in zip(x.shape[-self.axes :], self.padding, strict=True)]
        wide = np.full((*x.shape[: -self.axes], *size), value, x.dtype)
        self.inside(wide)[...] = x
        return wide

    def inside(self, wide: Array) -> Array:
        """The part of a padded array that is the input's."""
        size = wide.shape[-self.axes :]
        inside: tuple[Any, ...] = tuple(slice(p, n - p) for p, n in zip(self.padding, size, strict=True))
        return wide[(..., *inside)]

    def columns(self, x: Array, places: Shape, out: Array | None = None) -> Array:
        """What each place of the kernel sees: x (…, C, *size) -> (…, C, K, *places)."""
        wide = self.padded(x)
        found = np.empty((*x.shape[: -self.axes], prod(self.kernel), *places), x.dtype) if out is None else out
        dots: tuple[Any, ...] = (slice(None),) * self.axes
        for k, where in enumerate(self.slices(places)):
            found[(..., k, *dots)] = wide[where]
        return found

    def add_columns(self, columns: Array, size: Shape, out: Array | None = None) -> Array:
        """The transpose of `columns`: (…, C, K, *places) -> (…, C, *size); what windows share gets the sum."""
        places = columns.shape[-self.axes :]
        wide_size = [n + 2 * p for n, p in zip(size, self.padding, strict=True)]
        wide = np.zeros((*columns.shape[: -self.axes - 1], *wide_size), columns.dtype)
        dots: tuple[Any, ...] = (slice(None),) * self.axes
        for k, where in enumerate(self.slices(places)):
            wide[where] += columns[(..., k, *dots)]
        return np.positive(self.inside(wide), out=out)
