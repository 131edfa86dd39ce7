"""Alignment: the same ufunc on buffers that start at a cache line, and on ones that start 16 bytes after it."""

import numpy as np

from manual.arrays import aligned_empty
from tests.benchmarks.timing import ratio, side_by_side


def buffers(shape, dtype, offset):
    """Three buffers of a shape that start `offset` bytes after a cache line."""
    size = int(np.prod(shape))
    step = offset // np.dtype(dtype).itemsize
    return [aligned_empty((size + step,), dtype)[step:].reshape(shape) for _ in range(3)]


def main():
    """Prints the ratio of misaligned to aligned for each dtype."""
    for dtype in (np.float32, np.float64):
        aligned, shifted = buffers((128, 256), dtype, 0), buffers((128, 256), dtype, 16)
        for array in aligned + shifted:
            array[...] = 0.5
        rounds = side_by_side(
            {
                "aligned": lambda a=aligned: np.multiply(a[0], a[1], out=a[2]),
                "shifted": lambda a=shifted: np.multiply(a[0], a[1], out=a[2]),
            }
        )
        times = " ".join(f"{name} {1e6 * float(np.median(t)):.1f} µs" for name, t in rounds.items())
        print(f"multiply (128, 256) {np.dtype(dtype)}: {times}, ratio {ratio(rounds, 'shifted', 'aligned'):.2f}")


if __name__ == "__main__":
    main()
