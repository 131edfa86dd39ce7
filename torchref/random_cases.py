"""Random cases: networks drawn so that a mistake in any of them would show.

A case is known by its seed and its number, so that each can be made again alone. Weights are scaled by fan-in, for
unit weights saturate a sigmoid and then every gradient is noise; layers are not all square, for a transposed square
matrix is silent; biases, targets and rates are random, for zeros and ones hide factors.

ordinary     weights of size 0.5 to 2 over √fan_in
saturated    the same times 10 to 100: activations at their bounds, slopes near 0
vanishing    at least 4 layers of sigmoid or tanh with weights of 0.01 to 0.2 over √fan_in: gradients of 1e-10 and
             less, of 1e-20 at 12 layers and of 1e-30 at 20
cancelling   inputs of 10 to 10,000 with a little noise, and first weights that add up to 0: sums of large numbers that
             are small
mixed        inputs of 1e-6 to 1e6, a size for each, and first weights of the inverse: gradients as far apart

These are fully connected. The other families, of layers of every kind, are in torchref/random_chains.py.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TypeVar

import numpy as np
from numpy.random import Generator

from manual.arrays import Array
from manual.case import Case
from manual.layers import LAYERS, Layer
from manual.layers.linear import Linear
from manual.losses import LOSSES, Loss
from manual.network import Network
from manual.penalty import Penalty
from torchref.random_chains import CHAINS, example_shape, random_chain, random_input, random_states
from torchref.random_parts import (
    activations,
    random_activation,
    random_clipping,
    random_loss,
    random_optimiser,
    random_optimiser_state,
    random_target,
)

T = TypeVar("T")

FAMILIES = ("ordinary", "saturated", "vanishing", "cancelling", "mixed", *CHAINS)


@dataclass(frozen=True)
class Limits:
    """How deep and wide networks are drawn, and how large their batches."""

    most_layers: int = 8
    widest: int = 256
    largest_batch: int = 64


@dataclass(frozen=True)
class RandomCase:
    """A case with the seed and number that make it again, and the family that it was drawn from."""

    seed: int
    number: int
    family: str
    case: Case

    @property
    def label(self) -> str:
        """What kind of network it is, in a line."""
        parts = [node.layer for node in self.case.network.nodes]
        sizes = [parts[0].in_features] if isinstance(parts[0], Linear) else []
        sizes += [layer.out_features for layer in parts if isinstance(layer, Linear)]
        kinds = " ".join(layer.kind for layer in parts if not isinstance(layer, Linear))
        shape = "-".join(map(str, sizes)) if self.family not in CHAINS else "×".join(map(str, self.case.x.shape[1:]))
        return f"{shape} {kinds}, batch {self.case.x.shape[0]}, {self.case.loss.name}, {self.case.dtype}"


def random_case(seed: int, number: int, limits: Limits | None = None, family: str | None = None) -> RandomCase:
    """Case `number` of the sequence with this seed; even ones are float64, odd ones float32."""
    rng, limits = np.random.default_rng((seed, number)), limits or Limits()
    family = family or _pick(rng, ("ordinary",) * 7 + FAMILIES + 2 * CHAINS)
    make = _chain_case if family in CHAINS else _connected_case
    case = make(rng, limits, family)
    updates, state = random_optimiser_state(rng, case.optimiser, case.network.parameter_shapes)
    case = replace(case, updates=updates, optimiser_state=state)
    return RandomCase(seed, number, family, case.astype(np.float32) if number % 2 else case)


def _chain_case(rng: Generator, limits: Limits, family: str) -> Case:
    """A chain of layers of every kind, on a small batch."""
    batch, shape = int(rng.integers(3, 7)), example_shape(rng, family)
    last = _pick(rng, activations())
    network = random_chain(rng, shape, int(rng.integers(1, limits.most_layers)), (last,))
    output_shape = network.shapes(shape)[-1]
    low, high = network.nodes[-1].layer.output_range
    losses = [k for k, loss in LOSSES.items() if loss.domain[0] <= low and high <= loss.domain[1]]
    loss = random_loss(rng, output_shape[-1], losses)
    parameters = {name: _parameter(rng, name, shape, family) for name, shape in network.parameter_shapes.items()}
    case = (
        network,
        parameters,
        random_input(rng, network, (batch, *shape)),
        random_target(rng, loss, (batch, *output_shape)),
        loss,
    )
    states = random_states(rng, network, (batch, *shape))
    frozen = frozenset(name for name in parameters if rng.random() < 0.1)
    return Case(*case, random_optimiser(rng, family), _penalty(rng), frozen, states, random_clipping(rng))


def _connected_case(rng: Generator, limits: Limits, family: str) -> Case:
    """A fully connected network of a family."""
    depth = int(rng.integers(4 if family == "vanishing" else 1, limits.most_layers + 1))
    sizes = _sizes(rng, depth, limits.widest)
    loss = random_loss(rng, sizes[-1])
    network = Network(tuple(_layers(rng, sizes, loss, family)))
    batch = int(_log_uniform(rng, 1, limits.largest_batch))
    parameters = {name: _parameter(rng, name, shape, family) for name, shape in network.parameter_shapes.items()}
    x = rng.standard_normal((batch, sizes[0]))
    if family in SCALES:
        x, parameters["linear0.weight"] = SCALES[family](rng, x, parameters["linear0.weight"])
    return Case(
        network,
        parameters,
        x,
        random_target(rng, loss, (batch, sizes[-1])),
        loss,
        random_optimiser(rng, family),
        _penalty(rng),
        frozenset(name for name in parameters if rng.random() < 0.1),
        clipping=random_clipping(rng),
    )


def _pick(rng: Generator, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]


def _log_uniform(rng: Generator, low: int, high: int) -> int:
    return int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))


def _cancelling(rng: Generator, x: Array, weight: Array) -> tuple[Array, Array]:
    """Large inputs, and weights that add up to nothing over them."""
    return x + 10 ** rng.uniform(1, 4), weight - weight.mean(axis=1, keepdims=True)


def _mixed(rng: Generator, x: Array, weight: Array) -> tuple[Array, Array]:
    """A size for each input, and weights that bring them together again."""
    scale = 10 ** rng.uniform(-6, 6, x.shape[1])
    return x * scale, weight / scale


SCALES = {"cancelling": _cancelling, "mixed": _mixed}


def _sizes(rng: Generator, depth: int, widest: int) -> list[int]:
    """The widths from input to output, of which at least two neighbours differ."""
    while True:
        sizes = [_log_uniform(rng, 1, widest) for _ in range(depth + 1)]
        if len(set(sizes)) > 1:
            return sizes


def _layers(rng: Generator, sizes: list[int], loss: Loss, family: str) -> list[Layer]:
    hidden = ("sigmoid", "tanh") if family == "vanishing" else activations()
    layers: list[Layer] = []
    for place, (i, o) in enumerate(itertools.pairwise(sizes)):
        layers.append(Linear(i, o, bias=_pick(rng, ("neuron", "shared", "none"))))
        if place < len(sizes) - 2:
            layers.append(random_activation(rng, _pick(rng, hidden)))
    low, high = loss.domain
    ranges = {kind: LAYERS[kind].output_range for kind in activations()}
    fitting = [kind for kind, (least, most) in ranges.items() if low <= least and most <= high]
    return [*layers, random_activation(rng, _pick(rng, fitting))]


def _parameter(rng: Generator, name: str, shape: tuple[int, ...], family: str) -> Array:
    size = {"saturated": (1, 2), "vanishing": (-2, -0.7)}.get(family, (-0.3, 0.3))
    is_weight = "weight" in name.rpartition(".")[2]
    if is_weight and len(shape) == 1:  # the γ of a normalisation
        return 1 + 0.5 * rng.standard_normal(shape)
    scale = 10 ** rng.uniform(*size) / (np.sqrt(prod(shape[1:])) if is_weight else 1.0)
    return scale * rng.standard_normal(shape)


def _penalty(rng: Generator) -> Penalty:
    l1, l2 = (10.0 ** rng.uniform(-4, -1, 2)).tolist()
    return _pick(rng, (Penalty(), Penalty(), Penalty(l1=l1), Penalty(l2=l2), Penalty(l1, l2, biases=True)))
