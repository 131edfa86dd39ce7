"""Random chains: networks of layers of every kind of the twin's table, each of which the one before it fits.

convolutional   images and signals of some channels, with sizes that differ
sequence        sequences of vectors, or of ids that an embedding turns into vectors
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.random import Generator

from manual.arrays import Array, Shape
from manual.errors import InputError
from manual.layers import LAYERS, Layer
from manual.network import Block, Network
from torchref import twin
from torchref.random_blocks import random_block
from torchref.random_parts import SETTINGS, pick, random_activation

CHAINS = ("convolutional", "sequence")

# A network's numbers are judged one by one, many times over: batches and layers are kept to some thousands of them.
LARGEST = 3_000


def example_shape(rng: Generator, family: str) -> Shape:
    """The shape of an example: (C, H, W), (C, L), (T, D), or of ids (T,)."""
    if family == "sequence":
        time, features = int(rng.integers(7, 12)), int(rng.integers(2, 6))
        return (time, features) if rng.random() < 0.6 else (time,)
    sizes = rng.permutation(np.arange(5, 13))[: 1 + int(rng.random() < 0.7)]
    return (int(rng.integers(1, 7)), *(int(size) for size in sizes))


def random_chain(rng: Generator, shape: Shape, depth: int, loss_fits: Sequence[str]) -> Network:
    """A chain of about `depth` layers that examples of `shape` enter, and that ends with one of `loss_fits`."""
    layers: list[Layer | Block] = []
    if len(shape) == 1:
        layers.append(_drawn(rng, ["embedding"], shape))
        shape = _after(layers[-1], shape)
    kinds = [kind for kind, row in twin.LAYERS.items() if kind != "embedding"]
    with_draws = [kind for kind in kinds if twin.LAYERS[kind].draw]
    for place in range(depth):
        # Activations are many and alike in shape; what takes axes away ends what can be drawn after it.
        choice = with_draws if rng.random() < 0.7 else kinds
        early = [kind for kind in choice if kind not in ("flatten", "global_avg_pool")]
        block = random_block(rng, shape, partial(_drawn, rng, early), LARGEST)
        layers.append(block or _drawn(rng, early if 2 * place < depth else choice, shape))
        shape = _after(layers[-1], shape)
    if len(shape) > 1 and rng.random() < 0.5:
        layers.append(_drawn(rng, ["flatten"], shape))
        shape = _after(layers[-1], shape)
    is_trained = any(node.layer.parameter_shapes() for node in Network(tuple(layers)).nodes)
    if not is_trained or (rng.random() < 0.5 and len(shape) == 1):
        layers.append(_drawn(rng, ["linear", "layer_norm"], shape))
    return Network((*layers, random_activation(rng, pick(rng, loss_fits))))


def _after(part: Layer | Block, shape: Shape) -> Shape:
    """An example's shape behind a layer or block."""
    return Network((part,)).shapes(shape)[-1]


def _drawn(rng: Generator, kinds: Sequence[str], shape: Shape) -> Layer:
    """A layer of one of the kinds that examples of `shape` can enter."""
    while True:
        kind = pick(rng, kinds)
        draw = twin.LAYERS[kind].draw
        layer = draw(rng, shape) if draw else random_activation(rng, kind) if kind in SETTINGS else LAYERS[kind]()
        if layer is None:
            continue
        try:
            if np.prod(layer.output_shape(shape)) <= LARGEST:
                return layer
        except InputError:
            continue


def random_states(rng: Generator, network: Network, input_shape: Shape) -> dict[str, Array]:
    """States of order one: masks that keep about half, variances above 0, anything else normal."""
    return {name: _state(rng, name, shape) for name, shape in network.state_shapes(input_shape).items()}


def _state(rng: Generator, name: str, shape: Shape) -> Array:
    if name.endswith("mask"):
        return rng.random(shape) < 0.6
    return rng.uniform(0.4, 2.5, shape) if name.endswith("var") else rng.standard_normal(shape)


def random_input(rng: Generator, network: Network, input_shape: Shape) -> Array:
    """A batch: normal numbers, or ids of which some repeat."""
    if not network.takes_ids:
        return rng.standard_normal(input_shape)
    counts = [getattr(node.layer, "num_embeddings", 0) for node in network.nodes if "input" in node.sources]
    return rng.integers(max(counts), size=input_shape)
