"""Draws: how layers are drawn at random for networks in which a mistake would show.

A draw gets a random generator and the shape of one example, and gives a layer that such an example can enter, or None
where there is none. Sizes are odd and differ from each other, windows overlap, no setting is the one that hides what
it does; a row of the twin's table without a draw is made with its defaults, and enters anywhere.
"""

from collections.abc import Callable

from numpy.random import Generator

from manual.arrays import Shape
from manual.layers import Layer

Draw = Callable[[Generator, Shape], Layer | None]
