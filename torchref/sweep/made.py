"""Made: what a program makes for networks to learn: images of digits with noise, and sequences with a task."""

import numpy as np

from manual.arrays import Array

# Ten digits of 5 × 3 points, a row of points a number of three bits.
ROWS = (
    (7, 5, 5, 5, 7),
    (2, 6, 2, 2, 7),
    (7, 1, 7, 4, 7),
    (7, 1, 3, 1, 7),
    (5, 5, 7, 1, 1),
    (7, 4, 7, 1, 7),
    (7, 4, 7, 5, 7),
    (7, 1, 2, 2, 2),
    (7, 5, 7, 5, 7),
    (7, 5, 7, 1, 7),
)
HEIGHT, WIDTH = 9, 8


def digits(examples: int, seed: int) -> tuple[Array, Array]:
    """Images (N, 1, 9, 8) and the digits that they show (N,)."""
    rng = np.random.default_rng(seed)
    shapes = np.array([[[row >> bit & 1 for bit in (2, 1, 0)] for row in rows] for rows in ROWS], float)
    label = np.arange(examples) % len(ROWS)
    images = 0.25 * rng.standard_normal((examples, 1, HEIGHT, WIDTH))
    tops, lefts = rng.integers(HEIGHT - 4, size=examples), rng.integers(WIDTH - 2, size=examples)
    for image, digit, top, left in zip(images, label, tops, lefts, strict=True):
        image[0, top : top + 5, left : left + 3] += shapes[digit]
    return images, label


def adding(examples: int, times: int, seed: int) -> tuple[Array, Array]:
    """The adding problem: numbers from −1 to 1 and marks, two of them 1, (N, T, 2); the sum of the marked, (N, 1)."""
    rng = np.random.default_rng(seed)
    numbers, marks = rng.uniform(-1, 1, (examples, times)), np.zeros((examples, times))
    for row in marks:
        row[rng.choice(times, 2, replace=False)] = 1.0
    return np.stack((numbers, marks), axis=-1), (numbers * marks).sum(axis=1, keepdims=True)
