"""Blocks: chains of layers side by side on one input, brought together by a layer; one file each."""

from manual.blocks.concatenated import Concatenated
from manual.blocks.cross_attention import CrossAttention
from manual.blocks.dot_product import DotProduct
from manual.blocks.encoder import encoder
from manual.blocks.skip import Skip

__all__ = ["Concatenated", "CrossAttention", "DotProduct", "Skip", "encoder"]
