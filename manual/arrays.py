"""Arrays: the one array type of this package, and memory laid out for the processor's vector loads."""

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]

# One cache line, one AVX-512 register. NumPy itself aligns to 16 bytes, and then every vector load of a
# buffer crosses a line: adding two (128, 256) float32 arrays took 6.4 µs so, and 3.3 µs aligned
# (scripts/bench alignment).
ALIGNMENT = 64


def aligned_empty(shape: Shape, dtype: DTypeLike) -> Array:
    """An uninitialised C-ordered array of `shape` that starts at a multiple of ALIGNMENT bytes."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size].view(dtype).reshape(shape)


def aligned_copy(array: Array) -> Array:
    """A C-ordered copy of `array` in aligned memory."""
    copy = aligned_empty(array.shape, array.dtype)
    copy[...] = array
    return copy


def read_only(array: Array) -> Array:
    """A view of `array` that cannot be written through."""
    view = array.view()
    view.flags.writeable = False
    return view
