"""Wiring: which numbers of a small network go into which: its neurons, weights and biases by the document's names."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from manual.case import Case
from manual.names import Element, Names
from torchref.errors import must_be

ACTIVATIONS = ("sigmoid", "tanh", "relu", "identity", "softmax")


@dataclass(frozen=True)
class Neuron:
    """One neuron: where it stands, what comes into it, and its weights and bias ("" where it has none)."""

    name: str
    layer: int
    inputs: tuple[str, ...]
    weights: tuple[str, ...]
    bias: str

    @property
    def linear(self) -> str:
        """The name of its linear part."""
        return f"l_{self.name}"

    @property
    def output(self) -> str:
        """The name of its output."""
        return f"out_{self.name}"


class Wiring:
    """The neurons of a case, layer by layer, and the activation of each layer.

    Raises    InputError where the document's names do not reach: more than one example, several activations in a row
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.elements: dict[str, Element] = dict(Names(case).elements)
        self._names = {element: name for name, element in reversed(self.elements.items())}
        self.activations: list[str] = []
        self._reach: dict[str, set[str]] = {}
        self.layers: list[tuple[Neuron, ...]] = list(self._lay_out())

    def _lay_out(self) -> Iterator[tuple[Neuron, ...]]:
        network = self.case.network
        inputs = tuple(f"i{k + 1}" for k in range(self.case.x.shape[1]))
        hidden = 0
        firsts = [place for place, layer in enumerate(network.layers) if layer.kind == "linear"]
        for number, place in enumerate(firsts):
            end = firsts[number + 1] if number + 1 < len(firsts) else len(network.layers)
            kinds = [layer.kind for layer in network.layers[place + 1 : end]]
            if len(kinds) > 1 or not set(kinds) <= set(ACTIVATIONS):
                raise must_be(
                    "a worksheet's network", f"of layers with one of {', '.join(ACTIVATIONS)}", "+".join(kinds)
                )
            self.activations.append(kinds[0] if kinds else "identity")
            count = network.parameter_shapes[f"{network.names[place]}.weight"][0]
            is_last = end == len(network.layers)
            names = [f"o{k + 1}" if is_last else f"h{hidden + k + 1}" for k in range(count)]
            hidden += 0 if is_last else count
            neurons = tuple(self._neuron(number, place, k, name, inputs) for k, name in enumerate(names))
            yield neurons
            inputs = tuple(neuron.output for neuron in neurons)

    def _neuron(self, layer: int, place: int, row: int, name: str, inputs: tuple[str, ...]) -> Neuron:
        path = f"parameter/{self.case.network.names[place]}"
        weights = tuple(self._names[Element(f"{path}.weight", (row, k))] for k in range(len(inputs)))
        biases = (self._names.get(Element(f"{path}.bias", (k,)), "") for k in (row, 0))
        return Neuron(name, layer, inputs, weights, next((bias for bias in biases if bias), ""))

    @cached_property
    def outputs(self) -> tuple[Neuron, ...]:
        """The neurons of the last layer."""
        return self.layers[-1]

    @cached_property
    def has_errors_by_output(self) -> bool:
        """Whether each output has an error of its own, E_o1, E_o2, …"""
        return f"E_{self.outputs[0].name}" in self.elements

    @cached_property
    def by_linear(self) -> dict[str, Neuron]:
        """The neurons by the names of their linear parts."""
        return {neuron.linear: neuron for layer in self.layers for neuron in layer}

    @cached_property
    def by_output(self) -> dict[str, Neuron]:
        """The neurons by the names of their outputs."""
        return {neuron.output: neuron for layer in self.layers for neuron in layer}

    @cached_property
    def consumers(self) -> dict[str, tuple[str, ...]]:
        """What each number goes into: an output into the next linear parts, a linear part into its output."""
        into: dict[str, list[str]] = {}
        for number, layer in enumerate(self.layers):
            for neuron in layer:
                for source in (*neuron.inputs, *neuron.weights, *([neuron.bias] if neuron.bias else [])):
                    into.setdefault(source, []).append(neuron.linear)
                all_outputs = [other.output for other in layer]
                is_softmax = self.activations[number] == "softmax"
                into[neuron.linear] = all_outputs if is_softmax else [neuron.output]
        for neuron in self.outputs:
            into[neuron.output] = [f"E_{neuron.name}"] if self.has_errors_by_output else ["E_total"]
            if self.has_errors_by_output:
                into[f"E_{neuron.name}"] = ["E_total"]
        return {name: tuple(found) for name, found in into.items()}

    def leads_to(self, start: str, end: str) -> bool:
        """Whether a number changes with another one."""
        return end in self._reached(start)

    def _reached(self, start: str) -> set[str]:
        """All numbers that change with one, itself among them."""
        if start not in self._reach:
            found, pending = {start}, [start]
            while pending:
                new = set(self.consumers.get(pending.pop(), ())) - found
                found |= new
                pending += new
            self._reach[start] = found
        return self._reach[start]
