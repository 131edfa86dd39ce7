"""Random blocks: chains side by side, drawn for an example's shape: residual, joined, attention of three, of two."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from manual.arrays import Shape
from manual.blocks import Concatenated, CrossAttention, DotProduct, Skip
from manual.errors import InputError
from manual.layers import Layer
from manual.layers.positionwise_linear import PositionwiseLinear
from manual.network import Block, Chain, Network

# How often a block is tried where a layer could be.
SHARE = 0.2
TRIES = 20


def random_block(rng: Generator, shape: Shape, draw: Callable[[Shape], Layer], largest: int) -> Block | None:
    """A block that examples of `shape` can enter; None mostly, or where none was found."""
    if rng.random() >= SHARE:
        return None
    makes = (_residual, _joined, _dot_product, _cross_attention)[: 4 if len(shape) == 2 and max(shape) < 20 else 2]
    block = makes[int(rng.integers(len(makes)))](rng, shape, draw)
    try:
        return block if block and np.prod(Network((block,)).shapes(shape)[-1]) <= largest else None
    except InputError:
        return None


def _keeping(shape: Shape, draw: Callable[[Shape], Layer]) -> Chain:
    """A layer that keeps the shape, or none if it was not found."""
    drawn = (draw(shape) for _ in range(TRIES))
    return next(((layer,) for layer in drawn if layer.output_shape(shape) == shape), ())


def _residual(rng: Generator, shape: Shape, draw: Callable[[Shape], Layer]) -> Block | None:
    body = _keeping(shape, draw) + _keeping(shape, draw)
    if len(shape) == 2 and rng.random() < 0.5:
        wide = int(rng.integers(1, 9))
        body = (PositionwiseLinear(shape[1], wide), draw((shape[0], wide)), *_back_to(rng, shape, wide))
    return Skip(body) if body else None


def _back_to(rng: Generator, shape: Shape, wide: int) -> Chain:
    return (PositionwiseLinear(wide, shape[1], bool(rng.random() < 0.7)),)


def _joined(rng: Generator, shape: Shape, draw: Callable[[Shape], Layer]) -> Block | None:
    """Two or three chains along any axis; along the last one of a sequence, with widths of their own."""
    axis = -int(rng.integers(1, len(shape) + 1))
    parts: list[Chain] = [_keeping(shape, draw), _keeping(shape, draw) if rng.random() < 0.5 else ()]
    if len(shape) == 2 and axis == -1:
        parts.append((PositionwiseLinear(shape[1], int(rng.integers(1, 6))),))
    return Concatenated(tuple(parts), axis)


def _projection(rng: Generator, shape: Shape, width: int) -> Chain:
    return (PositionwiseLinear(shape[1], width, bool(rng.random() < 0.5)),)


def _masks(rng: Generator) -> tuple[bool, bool]:
    """Causal, padding."""
    return bool(rng.random() < 0.5), bool(rng.random() < 0.5)


def _dot_product(rng: Generator, shape: Shape, _: Callable[[Shape], Layer]) -> Block:
    width = int(rng.integers(1, 6))
    value = _projection(rng, shape, int(rng.integers(1, 6))) if rng.random() < 0.7 else ()
    return DotProduct(_projection(rng, shape, width), _projection(rng, shape, width), value, *_masks(rng))


def _cross_attention(rng: Generator, shape: Shape, _: Callable[[Shape], Layer]) -> Block:
    heads, d = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    chains = (_projection(rng, shape, heads * d), _projection(rng, shape, heads * d))
    return CrossAttention(*chains, heads * d, heads, *_masks(rng))
