"""Data: small sets that a program draws, two features and a class an example, for networks to learn."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from manual.arrays import Array
from manual.errors import must_be, unknown


def spirals(rng: Generator, examples: int) -> tuple[Array, Array]:
    """Two spirals, one a class, wound into each other."""
    label = np.arange(examples) % 2
    angle = np.sqrt(rng.uniform(0.05, 1, examples)) * 2 * np.pi
    turn = angle + np.pi * label
    x = np.stack((angle * np.cos(turn), angle * np.sin(turn)), axis=1)
    return x + 0.15 * rng.standard_normal(x.shape), label


def circles(rng: Generator, examples: int) -> tuple[Array, Array]:
    """A ring around a disc."""
    label = np.arange(examples) % 2
    radius, angle = 0.5 + label + 0.12 * rng.standard_normal(examples), rng.uniform(0, 2 * np.pi, examples)
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1), label


def xor(rng: Generator, examples: int) -> tuple[Array, Array]:
    """Four clouds at the corners of a square; opposite corners are of one class."""
    corner = rng.integers(4, size=examples)
    centre = np.stack((corner % 2, corner // 2), axis=1) * 2.0 - 1.0
    return centre + 0.3 * rng.standard_normal((examples, 2)), (corner % 2) ^ (corner // 2)


DATA_SETS: dict[str, Callable[[Generator, int], tuple[Array, Array]]] = {
    "spirals": spirals,
    "circles": circles,
    "xor": xor,
}


def draw(name: str, examples: int, seed: int) -> tuple[Array, Array]:
    """A data set: x (N, 2) and class ids (N,).

    Raises    InputError for a name that is none, or fewer than 2 examples
    """
    if name not in DATA_SETS:
        raise unknown("--data", name, DATA_SETS)
    if examples < 2:
        raise must_be("--examples", "at least 2", examples)
    return DATA_SETS[name](np.random.default_rng(seed), examples)
