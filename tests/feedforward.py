"""Layers of images, signals and features for tests, each alone under a random gradient from above, in odd sizes."""

import numpy as np

import manual
from manual import SGD, Case, Network
from manual.layers.avg_pool import AvgPool
from manual.layers.batch_norm import BatchNorm
from manual.layers.conv import Conv
from manual.layers.conv_transpose import ConvTranspose
from manual.layers.dropout import Dropout
from manual.layers.embedding import Embedding
from manual.layers.flatten import Flatten
from manual.layers.global_avg_pool import GlobalAvgPool
from manual.layers.group_norm import GroupNorm
from manual.layers.layer_norm import LayerNorm
from manual.layers.max_pool import MaxPool
from manual.layers.rms_norm import RMSNorm
from manual.layers.upsample import Upsample
from manual.losses.inner_product import InnerProduct
from torchref.random_chains import random_input, random_states

# Name -> the layer, and the shape of the batch that enters it.
LAYERS = {
    "conv1d": (Conv(3, 4, (3,), stride=2, padding=1), (3, 3, 8)),
    "conv1d, grouped, dilated": (Conv(4, 6, (3,), 1, 2, 2, groups=2, bias=False), (3, 4, 7)),
    "conv2d": (Conv(2, 3, (3, 2), stride=(2, 1), padding=(1, 0)), (3, 2, 6, 5)),
    "conv2d, square": (Conv(3, 3, (3, 3), stride=2, padding=1), (2, 3, 6, 7)),
    "conv2d, grouped, dilated": (Conv(4, 2, (2, 3), (1, 2), (2, 1), (2, 1), groups=2), (2, 4, 5, 6)),
    "conv2d, depthwise": (Conv(3, 6, (2, 2), groups=3), (2, 3, 4, 5)),
    "conv_transpose1d": (ConvTranspose(3, 2, (4,), stride=2, padding=1, output_padding=1), (3, 3, 5)),
    "conv_transpose2d": (ConvTranspose(2, 4, (3, 2), (2, 1), (1, 0), groups=2, output_padding=(1, 0)), (2, 2, 4, 3)),
    "conv_transpose2d, dilated": (ConvTranspose(3, 3, (2, 2), 1, 1, 2, bias=False, output_padding=1), (2, 3, 4, 5)),
    "max_pool1d": (MaxPool((3,), 2, 1), (3, 2, 8)),
    "max_pool2d": (MaxPool((3, 2), (2, 1), (1, 1)), (2, 3, 6, 5)),
    "max_pool2d, dilated": (MaxPool((2, 3), 1, (0, 1), 2), (2, 2, 6, 7)),
    "avg_pool1d": (AvgPool((3,), 2, 1), (3, 2, 8)),
    "avg_pool2d": (AvgPool((3, 2), (2, 1), (1, 1)), (2, 3, 6, 5)),
    "avg_pool2d, padding not counted": (AvgPool((3, 3), 2, 1, count_include_pad=False), (2, 3, 6, 5)),
    "global_avg_pool1d": (GlobalAvgPool(1), (3, 2, 5)),
    "global_avg_pool2d": (GlobalAvgPool(2), (3, 2, 4, 5)),
    "flatten": (Flatten(3), (3, 2, 4, 5)),
    "flatten, two axes": (Flatten(2), (3, 2, 4, 5)),
    "upsample1d": (Upsample((3,)), (2, 3, 4)),
    "upsample2d": (Upsample((2, 3)), (2, 3, 4, 3)),
    "batch_norm, features": (BatchNorm(5, 0, 1e-3), (4, 5)),
    "batch_norm1d": (BatchNorm(3, 1, 1e-2, 0.3), (3, 3, 5)),
    "batch_norm2d": (BatchNorm(3, 2, 1e-2, 0.3), (3, 3, 4, 2)),
    "batch_norm2d, evaluation": (BatchNorm(3, 2, 1e-2, 0.3, training=False), (3, 3, 4, 2)),
    "layer_norm": (LayerNorm((5,), 1e-2), (3, 4, 5)),
    "layer_norm, two axes": (LayerNorm((4, 5), 1e-2), (3, 4, 5)),
    "group_norm": (GroupNorm(2, 4, 2, 1e-2), (3, 4, 3, 2)),
    "group_norm1d": (GroupNorm(3, 3, 1, 1e-2), (2, 3, 5)),
    "rms_norm": (RMSNorm((5,), 1e-2), (3, 4, 5)),
    "dropout": (Dropout(0.3), (3, 4, 5)),
    "dropout, evaluation": (Dropout(0.3, training=False), (3, 5)),
    "embedding": (Embedding(5, 3), (4, 7)),
}


def layer_case(name, dtype=np.float64, seed=0):
    """One of the layers alone."""
    layer, shape = LAYERS[name]
    return case_of(Network((layer,)), shape, seed).astype(dtype)


def case_of(network, shape, seed=0, **given):
    """A case of a network, with parameters and states of order one, under a random gradient."""
    rng = np.random.default_rng(seed)
    parameters = {n: rng.standard_normal(s) for n, s in network.parameter_shapes.items()}
    settings = {
        "parameters": parameters,
        "x": random_input(rng, network, shape),
        "target": rng.standard_normal((shape[0], *network.shapes(shape[1:])[-1])),
        "states": random_states(rng, network, shape),
        "loss": InnerProduct(),
        "optimiser": SGD(0.1),
    }
    return Case(network, **(settings | given))


def output(case):
    """What the network gives."""
    return manual.run(case)[f"forward/{case.network.names[-1]}"]
