"""Network: a chain of layers and blocks, and the names of its parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Union

from manual.arrays import Shape
from manual.errors import must_be
from manual.layers import Layer

Chain = tuple[Union[Layer, "Block"], ...]


@dataclass(frozen=True)
class Block:
    """Chains side by side on one input, and a layer that brings their outputs together.

    A subclass gives `kind`, `chains` and `merge`, a layer whose kind is the same and whose x is a tuple: one array
    for each chain, which of an empty chain is the block's own input.
    """

    kind: ClassVar[str]

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The chains, first to last."""
        raise NotImplementedError

    @property
    def merge(self) -> Layer:
        """What makes one output of the chains' outputs."""
        raise NotImplementedError


@dataclass(frozen=True)
class Node:
    """A layer in its place: its name, and the names of what enters it ("input", or other nodes)."""

    name: str
    layer: Layer
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """A chain of layers and blocks. A part's name is its kind and its place in the chain: linear0, sigmoid1, …

    In a block the names go on: residual2.linear0; with several chains that are not empty, concat2.0.linear0.
    """

    layers: Chain

    def __post_init__(self) -> None:
        if not self.layers:
            raise must_be("network", "a chain of at least one layer", "none")

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every layer in order of computation; a block's name is that of the layer that merges its chains."""
        return tuple(_nodes(self.layers, "", "input"))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The nodes' names, first to last."""
        return tuple(node.name for node in self.nodes)

    @cached_property
    def parameter_shapes(self) -> dict[str, Shape]:
        """Every parameter's name and shape; the names are torch's state_dict keys, as in linear0.weight."""
        return {
            f"{node.name}.{parameter}": shape
            for node in self.nodes
            for parameter, shape in node.layer.parameter_shapes().items()
        }

    @property
    def takes_ids(self) -> bool:
        """Whether its input are integers."""
        return any(node.layer.takes_ids for node in self.nodes if "input" in node.sources)

    def shapes(self, input_shape: Shape) -> list[Shape]:
        """One example's shape as it enters the network and as it leaves each node.

        Raises    InputError if an example of `input_shape` cannot enter the network
        """
        shapes = {"input": input_shape}
        for node in self.nodes:
            entering = tuple(shapes[source] for source in node.sources)
            shapes[node.name] = node.layer.output_shape(entering if len(entering) > 1 else entering[0])
        return list(shapes.values())

    def batch_shapes(self, input_shape: Shape) -> dict[str, Any]:
        """The shape of a batch x of `input_shape` as it enters each node, by its name; a tuple of several inputs'."""
        shapes = dict(zip(("input", *self.names), self.shapes(input_shape[1:]), strict=True))
        entering = {node.name: tuple((input_shape[0], *shapes[s]) for s in node.sources) for node in self.nodes}
        return {name: of[0] if len(of) == 1 else of for name, of in entering.items()}

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Every state's name and shape, as in dropout1.mask, for a batch x of `input_shape`."""
        entering = self.batch_shapes(input_shape)
        return {
            f"{node.name}.{state}": shape
            for node in self.nodes
            for state, shape in node.layer.state_shapes(entering[node.name]).items()
        }


def _nodes(chain: Chain, prefix: str, source: str) -> Iterator[Node]:
    """The nodes of a chain that `source` enters."""
    for place, part in enumerate(chain):
        name = f"{prefix}{part.kind}{place}"
        if isinstance(part, Block):
            is_single = sum(bool(inside) for inside in part.chains) == 1
            ends = []
            for k, inside in enumerate(part.chains):
                nodes = list(_nodes(inside, f"{name}." if is_single else f"{name}.{k}.", source))
                yield from nodes
                ends.append(nodes[-1].name if nodes else source)
            yield Node(name, part.merge, tuple(ends))
        else:
            yield Node(name, part, (source,))
        source = name
