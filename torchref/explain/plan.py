"""Plan: the neurons, weights and biases of a case by the document's names, layer by layer."""

from collections.abc import Iterator
from dataclasses import dataclass

from manual.case import Case
from manual.errors import must_be
from manual.layers import LAYERS
from manual.layers.linear import Linear
from torchref.case_keys import MOST_PARAMETERS, named_parameters
from torchref.explain.record import Edge, Layout


@dataclass(frozen=True)
class Block:
    """A fully connected layer and the activation after it.

    inputs      the quantities that come in: i1, i2, … or out_h1, out_h2, …
    neurons     h1, h2, … or o1, o2, …
    weights     a row a neuron, an entry an input
    biases      one a neuron, the same name again where it is shared; none if the layer has none
    """

    inputs: tuple[str, ...]
    neurons: tuple[str, ...]
    activation: str
    weights: tuple[tuple[str, ...], ...]
    biases: tuple[str, ...]

    @property
    def is_coupled(self) -> bool:
        """Whether an output of the activation depends on the other neurons of its layer."""
        return not (self.activation == "identity" or LAYERS[self.activation].elementwise)


def plan(case: Case) -> tuple[Block, ...]:
    """The blocks of a case, first to last.

    Raises    InputError for a batch, for too large a network, or for layers that are none of a case file's
    """
    if case.x.shape[0] != 1:
        raise must_be("the batch", "one example, to be derived number by number", case.x.shape[0])
    count = sum(array.size for array in case.parameters.values())
    if count > MOST_PARAMETERS:
        raise must_be("network", f"one of at most {MOST_PARAMETERS} weights and biases", count)
    return tuple(_blocks(case))


def _blocks(case: Case) -> Iterator[Block]:
    layers, names = case.network.layers, case.network.names
    named: dict[str, list[str]] = {path: [] for path in case.network.parameter_shapes}
    for name, path, _ in named_parameters(case.network):
        named[path].append(name)
    inputs, hidden, place = tuple(f"i{i + 1}" for i in range(case.x.shape[1])), 0, 0
    while place < len(layers):
        linear, last = layers[place], place + 1
        if not isinstance(linear, Linear):
            expected = "fully connected layers with at most one activation after each"
            raise must_be("network", expected, f"{linear.kind} as layer {place}")
        activation = "identity"
        if last < len(layers) and layers[last].kind != "linear":
            activation, last = layers[last].kind, last + 1
        is_output, size = last == len(layers), linear.out_features
        neurons = tuple(f"o{k + 1}" if is_output else f"h{hidden + k + 1}" for k in range(size))
        weights, biases = named[f"{names[place]}.weight"], named.get(f"{names[place]}.bias", [])
        rows = tuple(tuple(weights[k : k + len(inputs)]) for k in range(0, len(weights), len(inputs)))
        yield Block(inputs, neurons, activation, rows, tuple(biases * size if linear.bias == "shared" else biases))
        inputs, hidden, place = tuple(f"out_{n}" for n in neurons), hidden + size, last


def layout(case: Case, blocks: tuple[Block, ...]) -> Layout:
    """What a drawing of the network needs."""
    edges, biases = [], {}
    for block in blocks:
        for neuron, row in zip(block.neurons, block.weights, strict=True):
            edges += [Edge(w, i.removeprefix("out_"), neuron) for w, i in zip(row, block.inputs, strict=True)]
        for bias in dict.fromkeys(block.biases):
            biases[bias] = tuple(n for n, b in zip(block.neurons, block.biases, strict=True) if b == bias)
    columns = (blocks[0].inputs, *(block.neurons for block in blocks))
    still = frozenset(name for name, path, _ in named_parameters(case.network) if path in case.frozen)
    return Layout(columns, tuple(edges), biases, tuple(block.activation for block in blocks), still)
