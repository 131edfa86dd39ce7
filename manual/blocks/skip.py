"""Skip: a residual block, y = f(x) + x; the sum is manual/layers/residual.py."""

from dataclasses import dataclass

from manual.layers import Layer
from manual.layers.residual import Residual
from manual.network import Block, Chain


@dataclass(frozen=True)
class Skip(Block):
    """A chain of layers, and a connection past it."""

    kind = "residual"

    body: Chain

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The chain, and x itself."""
        return (self.body, ())

    @property
    def merge(self) -> Layer:
        """The sum."""
        return Residual()
