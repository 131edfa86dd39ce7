"""Draws of sequences: random layers that an example (T, D) can enter; see torchref/draws.py."""

from typing import TypeVar

from numpy.random import Generator

from manual.arrays import Shape
from manual.layers import Layer
from manual.layers.gru import GRU
from manual.layers.lstm import LSTM
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
    return make(shape[1], int(rng.integers(2, 7)), bool(rng.random() < 0.7), truncate)


def rnn(rng: Generator, shape: Shape) -> Layer | None:
    """With tanh or ReLU."""
    drawn = _recurrent(rng, shape, RNN)
    if drawn is None:
        return None
    nonlinearity = "tanh" if rng.random() < 0.5 else "relu"
    return RNN(drawn.input_size, drawn.hidden_size, drawn.sequences, drawn.truncate, nonlinearity)


def lstm(rng: Generator, shape: Shape) -> Layer | None:
    """From 2 to 6 cells."""
    return _recurrent(rng, shape, LSTM)


def gru(rng: Generator, shape: Shape) -> Layer | None:
    """From 2 to 6 units."""
    return _recurrent(rng, shape, GRU)
