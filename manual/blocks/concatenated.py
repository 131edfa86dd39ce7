"""Concatenated: several chains on one input, their outputs side by side; the joint is manual/layers/concat.py."""

from dataclasses import dataclass

from manual.layers import Layer
from manual.layers.concat import Concat
from manual.network import Block, Chain


@dataclass(frozen=True)
class Concatenated(Block):
    """[f1(x), f2(x), …] along an axis counted from the end; an empty chain stands for x itself."""

    kind = "concat"

    parts: tuple[Chain, ...]
    axis: int = -1

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The chains, in the order in which they are joined."""
        return self.parts

    @property
    def merge(self) -> Layer:
        """The joint."""
        return Concat(self.axis)
