"""Cross attention: one sequence asks another, both made of one input; itself it is multi_head_attention.py."""

from dataclasses import dataclass

from manual.layers import Layer
from manual.layers.multi_head_attention import MultiHeadAttention
from manual.network import Block, Chain


@dataclass(frozen=True)
class CrossAttention(Block):
    """Multi-head attention with a memory of its own."""

    kind = "multi_head_attention"

    query: Chain
    memory: Chain
    embed: int
    heads: int
    causal: bool = False
    padding: bool = False

    @property
    def chains(self) -> tuple[Chain, ...]:
        """What asks, and what is asked."""
        return (self.query, self.memory)

    @property
    def merge(self) -> Layer:
        """The attention."""
        return MultiHeadAttention(self.embed, self.heads, self.causal, self.padding)
