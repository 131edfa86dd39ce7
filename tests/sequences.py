"""Networks of sequences for tests: layers over time, attention and blocks, with odd sizes, random states and masks."""

import numpy as np

from manual import SGD, Case, HalfSquaredError, Linear, Network, ReLU, Tanh
from manual.blocks import Concatenated, CrossAttention, DotProduct, Skip, encoder
from manual.layers.gru import GRU
from manual.layers.lstm import LSTM
from manual.layers.multi_head_attention import MultiHeadAttention
from manual.layers.positionwise_linear import PositionwiseLinear
from manual.layers.rnn import RNN

# Name -> the layers, and the features of x.
NETWORKS = {
    "rnn": ((RNN(4, 5),), 4),
    "rnn, last": ((RNN(5, 5, False),), 5),
    "rnn, relu, truncated": ((RNN(4, 4, True, 3, 1, "relu"),), 4),
    "lstm": ((LSTM(4, 5),), 4),
    "lstm, truncated": ((LSTM(4, 4, True, 2),), 4),
    "lstm, stacked, last": ((LSTM(4, 5), LSTM(5, 3, False), Linear(3, 2)), 4),
    "gru": ((GRU(4, 5),), 4),
    "gru, last, truncated": ((GRU(4, 4, False, 3),), 4),
    "lstm, one bias": ((LSTM(4, 3, biases=1),), 4),
    "gru, no bias": ((GRU(4, 3, biases=0),), 4),
    "positionwise": ((PositionwiseLinear(4, 4), PositionwiseLinear(4, 3, False)), 4),
    "attention": (  # a bias of all keys alike changes nothing: the keys have none, for its gradient is rounding alone
        (DotProduct((PositionwiseLinear(5, 4),), (PositionwiseLinear(5, 4, False),), (PositionwiseLinear(5, 3),)),),
        5,
    ),
    "attention, masked": (
        (DotProduct((PositionwiseLinear(5, 4),), (PositionwiseLinear(5, 4, False),), (), causal=True, padding=True),),
        5,
    ),
    "heads": ((MultiHeadAttention(6, 2),), 6),
    "heads, masked": ((MultiHeadAttention(6, 3, True, True),), 6),
    "heads, memory": (
        (CrossAttention((PositionwiseLinear(5, 6),), (PositionwiseLinear(5, 6),), 6, 2, padding=True),),
        5,
    ),
    "residual": ((Skip((PositionwiseLinear(5, 3), Tanh(), PositionwiseLinear(3, 5))),), 5),
    "concatenated": ((Concatenated(((PositionwiseLinear(5, 3), ReLU()), (), (RNN(5, 2),))),), 5),
    "encoder, post-norm": (encoder(6, 2, 9, padding=True), 6),
    "encoder, pre-norm": (encoder(6, 3, 9, norm_first=True, activation="gelu", causal=True), 6),
}
EXAMPLES, TIMES = 3, 7


def sequence_case(name, dtype=np.float64, seed=0, loss=None):
    """A case of one of the networks."""
    layers, features = NETWORKS[name]
    return case_of(Network(tuple(layers)), (EXAMPLES, TIMES, features), dtype, seed, loss)


def case_of(network, shape, dtype=np.float64, seed=0, loss=None):
    """A case of a network, with parameters by fan-in, random first states and masks that forbid a third."""
    rng = np.random.default_rng(seed)
    parameters = {
        name: rng.standard_normal(shape) / (np.sqrt(shape[-1]) if len(shape) > 1 else 1)
        for name, shape in network.parameter_shapes.items()
    }
    states = {
        name: rng.random(s) < 0.3 if name.endswith("mask") else rng.standard_normal(s)
        for name, s in network.state_shapes(shape).items()
    }
    target = rng.standard_normal((shape[0], *network.shapes(shape[1:])[-1]))
    x = rng.standard_normal(shape)
    return Case(network, parameters, x, target, loss or HalfSquaredError("mean"), SGD(0.3), states=states).astype(dtype)
