"""Experiments: what a sweep can train, each giving the same curves of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

import manual
from manual import document
from manual.arrays import Array
from manual.case import Case
from manual.errors import must_be, unknown
from manual.layers import LAYERS, Layer
from manual.layers.conv import Conv
from manual.layers.flatten import Flatten
from manual.layers.identity import Identity
from manual.layers.linear import Linear
from manual.layers.max_pool import MaxPool
from manual.layers.relu import ReLU
from manual.layers.rnn import RNN
from manual.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from manual.losses.squared_error import SquaredError
from manual.names import Names
from manual.network import Network
from manual.optimisers.sgd import SGD
from manual.preprocessing import Standardise
from manual.schedules import Schedule
from manual.surfaces import SURFACES, Descent, Surface, descend
from manual.training import History
from torchref.sweep.curves import Curves
from torchref.sweep.data import draw
from torchref.sweep.made import adding, digits

# Points of a further curve, and sets of a histogram: enough to see, few enough to write in no time.
CURVE_POINTS, HISTOGRAM_POINTS = 120, 11
# The first steps are all kept: a rate that is too large does its harm there.
FIRST_STEPS = 20


class Experiment(Protocol):
    """Something that learns, or walks downhill, at a learning rate."""

    rates: Sequence[float]
    steps: int

    @property
    def name(self) -> str:
        """Its folder's name."""

    @property
    def title(self) -> str:
        """What it is, in a line."""

    def run(self, rates: list[float], steps: int, schedule: Schedule) -> Curves:
        """Trains at every rate, by manual and by torch."""


@dataclass
class Training:
    """Gradient descent on a network's loss; `names` says which of its numbers become curves by the document's names."""

    name: str
    title: str
    case: Case
    rates: Sequence[float]
    steps: int
    names: Names | None = None
    history: History | None = None

    def run(self, rates: list[float], steps: int, schedule: Schedule) -> Curves:
        """Trains at every rate, by manual and by torch."""
        from torchref.sweep import twin_training

        keep = thin(steps, CURVE_POINTS if self.names else HISTOGRAM_POINTS)
        h = self.history = manual.train(self.case, rates, steps, schedule=schedule, keep=keep)
        theirs = twin_training.train(self.case, rates, steps, schedule)
        values = dict(self._values(h)) if self.names else {}
        samples = {} if self.names else {f"5_weights/{name}": array for name, array in h.parameters.items()}
        return Curves(rates, h.loss, theirs, h.gradient_norm, h.turned, 0.0, h.kept, values, samples)

    def _values(self, history: History) -> list[tuple[str, Array]]:
        """Outputs and trainable weights, by the document's names."""
        outputs, weights = [], []
        for name, element in self.names.elements.items() if self.names else ():
            room, _, path = element.path.partition("/")
            if room == "parameter" and path not in self.case.frozen:
                weights.append((f"4_weights/{name}", history.parameters[path][_at(element.index)]))
            elif name.startswith("out_o"):
                outputs.append((f"3_outputs/{name}", history.outputs[_at(element.index)]))
        return outputs + weights


@dataclass
class Walk:
    """Gradient descent on a function of two variables."""

    surface: Surface
    rates: Sequence[float]
    steps: int = 60
    descent: Descent | None = None

    @property
    def name(self) -> str:
        """The surface's name."""
        return self.surface.kind

    @property
    def title(self) -> str:
        """The surface's formula and start."""
        return f"Gradient descent on z = {self.surface.formula} from {self.surface.start}"

    def run(self, rates: list[float], steps: int, schedule: Schedule) -> Curves:
        """Walks at every rate, by manual and by torch."""
        from torchref.sweep import twin_training

        d = self.descent = descend(self.surface, rates, steps, schedule=schedule)
        theirs = twin_training.descend(self.surface, rates, steps, schedule)
        keep = thin(steps, CURVE_POINTS)
        with np.errstate(over="ignore", invalid="ignore"):
            norm = np.sqrt(np.vecdot(d.gradients, d.gradients))
            turned = np.vecdot(d.gradients[:, 1:], d.gradients[:, :-1]) < 0
        values = {f"3_position/{axis}": d.paths[:, keep, place] for place, axis in enumerate("xy")}
        return Curves(rates, d.values, theirs, norm, turned, self.surface.least, keep, values)


def _at(index: tuple[int, ...]) -> Any:
    """An element of every array of a stack (R, S, …)."""
    return (slice(None), slice(None), *index)


def thin(steps: int, most: int) -> Array:
    """At most `most` of the steps 0 … `steps`: the first ones, then evenly spread to the last."""
    if steps < most:
        return np.arange(steps + 1)
    first = min(FIRST_STEPS, most // 2)
    return np.concatenate((np.arange(first), np.linspace(first, steps, most - first).round().astype(int)))


def document_experiment() -> Training:
    """The document's network and example."""
    case = document.example()
    rates = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000)
    title = "The document's 2-2-2 network on its one example, half squared error"
    return Training("document", title, case, rates, 1000, Names(case))


def mlp_experiment(data: str, hidden: Sequence[int], activation: str, examples: int, seed: int) -> Training:
    """A multi-layer perceptron that tells two classes of a drawn data set apart."""
    if activation not in LAYERS or not LAYERS[activation].elementwise:
        raise unknown("--activation", activation, [kind for kind, layer in LAYERS.items() if layer.elementwise])
    if not hidden or min(hidden) < 1 or max(hidden) > 1024 or len(hidden) > 32:
        raise must_be("--hidden", "1 to 32 widths from 1 to 1024, as in 16,16", ",".join(map(str, hidden)))
    x, label = draw(data, examples, seed)
    sizes = [2, *hidden, 2]
    layers: list[Layer] = []
    for i, o in pairwise(sizes):
        layers += [Linear(i, o), LAYERS[activation]()]
    network = Network((*layers[:-1], Identity()))
    case = Case(
        network, _first_weights(network, seed), Standardise.fit(x).apply(x), label, SoftmaxCrossEntropy("mean"), SGD()
    )
    shape = "-".join(map(str, sizes))
    title = f"A {shape} network ({activation}) on {examples} examples of {data}, softmax cross-entropy, mean"
    return Training(f"mlp-{data}", title, case, (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30), 500)


def cnn_experiment(examples: int, seed: int) -> Training:
    """A convolutional network that reads digits, drawn at places of their own."""
    x, label = digits(examples, seed)
    head = (Conv(1, 6, (3, 3)), ReLU(), MaxPool((2, 2)), Flatten(3))
    features = Network(head).shapes(x.shape[1:])[-1][0]
    network = Network((*head, Linear(features, 10)))
    case = Case(network, _first_weights(network, seed), x, label, SoftmaxCrossEntropy("mean"), SGD())
    title = f"A convolution 3×3, 6 channels, max pool, linear on {examples} digits of 9 × 8 points, cross-entropy, mean"
    return Training("cnn-digits", title, case, (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10), 200)


def rnn_experiment(examples: int, seed: int, times: int = 8) -> Training:
    """A recurrent network that adds the two marked numbers of a sequence."""
    x, total = adding(examples, times, seed)
    network = Network((RNN(2, 8, sequences=False), Linear(8, 1)))
    states = {name: np.zeros(shape) for name, shape in network.state_shapes(x.shape).items()}
    parameters = _first_weights(network, seed)
    case = Case(network, parameters, x, total, SquaredError("mean"), SGD(), states=states)
    title = f"A tanh RNN of 8 units on {examples} sequences of {times} numbers, two to be added, squared error, mean"
    return Training("rnn-adding", title, case, (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3), 300)


def _first_weights(network: Network, seed: int) -> dict[str, Array]:
    """Weights by fan-in, biases 0."""
    rng = np.random.default_rng((seed, 1))
    return {
        name: rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else np.zeros(shape)
        for name, shape in network.parameter_shapes.items()
    }


SURFACE_RATES: dict[str, Sequence[float]] = {
    "bowl": (0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0, 1.1),
    "uneven-bowl": (0.001, 0.01, 0.03, 0.05, 0.08, 0.09, 0.1, 0.11),
    "two-valleys": (0.001, 0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.4),
}


def surface_experiment(kind: str) -> Walk:
    """A walk on one of manual's surfaces."""
    return Walk(SURFACES[kind](), SURFACE_RATES[kind])
