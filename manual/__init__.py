"""Manual: the mathematics of fully connected networks, derived by hand and written in NumPy alone.

A Case (network, parameters, batch, loss, optimiser) goes in, its Trace (every quantity of one training step, by
name) comes out:

    >>> import manual
    >>> float(manual.run(manual.document.example())["loss"])
    0.09686726820253264
"""

from manual import document
from manual.case import Case
from manual.clipping import Clipping
from manual.errors import InputError, UnknownNameError
from manual.layers import LAYERS, Layer
from manual.layers.elu import ELU
from manual.layers.gelu import GELU
from manual.layers.gelu_tanh import GELUTanh
from manual.layers.hardtanh import Hardtanh
from manual.layers.identity import Identity
from manual.layers.leaky_relu import LeakyReLU
from manual.layers.linear import Linear
from manual.layers.log_softmax import LogSoftmax
from manual.layers.relu import ReLU
from manual.layers.selu import SELU
from manual.layers.sigmoid import Sigmoid
from manual.layers.silu import SiLU
from manual.layers.softmax import Softmax
from manual.layers.softplus import Softplus
from manual.layers.tanh import Tanh
from manual.losses import LOSSES, Loss, parse_loss
from manual.losses.absolute_error import AbsoluteError
from manual.losses.binary_cross_entropy import BinaryCrossEntropy
from manual.losses.half_squared_error import HalfSquaredError
from manual.losses.hinge import Hinge
from manual.losses.huber import Huber
from manual.losses.kl_divergence import KLDivergence
from manual.losses.multi_margin import MultiMargin
from manual.losses.negative_log_likelihood import NegativeLogLikelihood
from manual.losses.smooth_l1 import SmoothL1
from manual.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from manual.losses.squared_error import SquaredError
from manual.names import Names
from manual.network import Network
from manual.neuron import neuron
from manual.optimisers import OPTIMISERS, Optimiser
from manual.optimisers.adagrad import Adagrad
from manual.optimisers.adam import Adam
from manual.optimisers.adamw import AdamW
from manual.optimisers.momentum import Momentum
from manual.optimisers.rmsprop import RMSprop
from manual.optimisers.sgd import SGD
from manual.penalty import Penalty
from manual.run import run
from manual.trace import Trace
from manual.training import History, train

__all__ = [
    "ELU",
    "GELU",
    "LAYERS",
    "LOSSES",
    "OPTIMISERS",
    "SELU",
    "SGD",
    "AbsoluteError",
    "Adagrad",
    "Adam",
    "AdamW",
    "BinaryCrossEntropy",
    "Case",
    "Clipping",
    "GELUTanh",
    "HalfSquaredError",
    "Hardtanh",
    "Hinge",
    "History",
    "Huber",
    "Identity",
    "InputError",
    "KLDivergence",
    "Layer",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "Loss",
    "Momentum",
    "MultiMargin",
    "Names",
    "NegativeLogLikelihood",
    "Network",
    "Optimiser",
    "Penalty",
    "RMSprop",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "SmoothL1",
    "Softmax",
    "SoftmaxCrossEntropy",
    "Softplus",
    "SquaredError",
    "Tanh",
    "Trace",
    "UnknownNameError",
    "document",
    "neuron",
    "parse_loss",
    "run",
    "train",
]
