"""Draws of sequences: random layers that an example (T, D) can enter; see torchref/draws.py."""

from dataclasses import replace
from typing import Literal, TypeVar

from numpy.random import Generator

from manual.arrays import Shape
from manual.layers import Layer
from manual.layers.gru import GRU
from manual.layers.lstm import LSTM
from manual.layers.multi_head_attention import MultiHeadAttention
from manual.layers.positionwise_linear import PositionwiseLinear
from manual.layers.recurrent import Recurrent
from manual.layers.rnn import RNN

R = TypeVar("R", bound=Recurrent)

# Shorter sequences hide what is off by one or carried too far; each step of a longer one takes time to judge.
SHORTEST, LONGEST, WIDEST = 7, 12, 18


def _recurrent(rng: Generator, shape: Shape, make: type[R]) -> R | None:
    """Every h, or the last; the gradient cut now and then."""
    if len(shape) != 2 or not SHORTEST <= shape[0] <= LONGEST or shape[1] > WIDEST:
        return None
    truncate = int(rng.integers(1, 5)) if rng.random() < 0.3 else 0
    biases: Literal[0, 1, 2] = (2, 2, 1, 0)[int(rng.integers(4))]
    return make(shape[1], int(rng.integers(2, 7)), bool(rng.random() < 0.7), truncate, biases)


def rnn(rng: Generator, shape: Shape) -> Layer | None:
    """With tanh or ReLU."""
    drawn = _recurrent(rng, shape, RNN)
    if drawn is None:
        return None
    return replace(drawn, nonlinearity="tanh" if rng.random() < 0.5 else "relu")


def lstm(rng: Generator, shape: Shape) -> Layer | None:
    """From 2 to 6 cells."""
    return _recurrent(rng, shape, LSTM)


def gru(rng: Generator, shape: Shape) -> Layer | None:
    """From 2 to 6 units."""
    return _recurrent(rng, shape, GRU)


def positionwise_linear(rng: Generator, shape: Shape) -> Layer | None:
    """From 1 to 12 neurons."""
    if len(shape) != 2:
        return None
    return PositionwiseLinear(shape[1], int(rng.integers(1, 13)), bool(rng.random() < 0.8))


def multi_head_attention(rng: Generator, shape: Shape) -> Layer | None:
    """Of a sequence to itself; from 1 head to as many as features, each mask half of the time."""
    if len(shape) != 2 or max(shape) > WIDEST:
        return None
    heads = [h for h in range(1, shape[1] + 1) if shape[1] % h == 0]
    return MultiHeadAttention(shape[1], int(rng.choice(heads)), *(bool(b) for b in rng.random(2) < 0.5))


def merging(rng: Generator, shape: Shape) -> Layer | None:
    """What brings several chains together is drawn with its block, never alone."""
    return None
