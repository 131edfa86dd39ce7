"""Dot product: attention whose queries, keys and values are made by chains; itself it is manual/layers/attention.py."""

from dataclasses import dataclass

from manual.layers import Layer
from manual.layers.attention import Attention
from manual.network import Block, Chain


@dataclass(frozen=True)
class DotProduct(Block):
    """softmax(q kᵀ / √d) v with q, k and v made of one input."""

    kind = "attention"

    query: Chain
    key: Chain
    value: Chain
    causal: bool = False
    padding: bool = False

    @property
    def chains(self) -> tuple[Chain, ...]:
        """Those of q, k and v."""
        return (self.query, self.key, self.value)

    @property
    def merge(self) -> Layer:
        """The attention."""
        return Attention(self.causal, self.padding)
