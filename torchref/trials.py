"""Trials: how far the quantities of a layer move when everything in it is moved at random, some times over.

Right code uses a small part of what it is allowed. So a few samples are drawn first, and what lies well within what
they allow needs no more of them; where anything does not, all are drawn.
"""

from collections.abc import Iterator, Mapping
from math import sqrt

import numpy as np
from torch import Tensor

from manual.arrays import Array
from torchref import twin

# How often the roundings are drawn, first and in all; the share of the first allowance that needs no better one; and
# the relative size of each draw: far above float64's own roundings, and so small that what comes of it is in
# proportion.
FEW, SAMPLES = 2, 8
WELL_WITHIN = 0.5
MOVE = 2.0**-30


class Trials:
    """The samples of one layer, drawn as they are asked for, beside its clean values."""

    def __init__(self, clean: Mapping[str, Tensor], passes: Iterator[Mapping[str, Tensor]]) -> None:
        self.clean = {name: twin.array(value) for name, value in clean.items()}
        self.passes = passes
        self.squares = {name: np.zeros(value.shape) for name, value in self.clean.items()}
        self.count = 0

    def moved(self, name: str, samples: int) -> Array:
        """How far a quantity moves, as a share of the move: root mean square over at least so many samples."""
        while self.count < samples:
            for each, value in next(self.passes).items():
                self.squares[each] = np.hypot(self.squares[each], (twin.array(value) - self.clean[each]) / MOVE)
            self.count += 1
        return np.asarray(self.squares[name] / sqrt(self.count))
