"""Cases: the three sizes that speed is measured at."""

from itertools import pairwise

import numpy as np

import manual
from manual import Case, HalfSquaredError, Linear, Network, Sigmoid

SIZES = {
    "2-2-2, batch 1": ((2, 2, 2), 1),
    "64-256-256-10, batch 128": ((64, 256, 256, 10), 128),
    "784-1024-1024-10, batch 512": ((784, 1024, 1024, 10), 512),
}


def sigmoid_case(widths, batch, dtype):
    """A sigmoid network with half squared error; a rate so small that the numbers stay what they are."""
    rng = np.random.default_rng(0)
    layers = []
    for i, o in pairwise(widths):
        layers += [Linear(i, o), Sigmoid()]
    network = Network(tuple(layers))
    parameters = {n: rng.standard_normal(s) / np.sqrt(s[-1]) for n, s in network.parameter_shapes.items()}
    x, target = rng.standard_normal((batch, widths[0])), rng.random((batch, widths[-1]))
    return Case(network, parameters, x, target, HalfSquaredError("sum"), manual.SGD(1e-6)).astype(dtype)
