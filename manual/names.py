"""Names: the document's names for the numbers of a small network, such as l_h1, out_o2, w5, ∂E_total/∂w5 or w5+.

The rule, for one example through fully connected layers: inputs are i1, i2, …; hidden neurons h1, h2, … through all
hidden layers; output neurons o1, o2, …; l_h1 is the linear part of neuron h1 and out_h1 its output. Weights are
w1, w2, … neuron by neuron, layer by layer; so are biases b1, b2, …, one a layer where it is shared. E_o1 is the
error at output o1, E_total the loss; w5+ is w5 after the update; ∂A/∂B is the derivative of A by B.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from manual.case import Case
from manual.errors import UnknownNameError, must_be, unknown


@dataclass(frozen=True)
class Element:
    """One number: an element of a quantity of the trace, of input, or of parameter/<name>."""

    path: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class Derivative:
    """∂of/∂by: how one number of the forward pass changes with an earlier one or with a parameter."""

    of: Element
    by: Element


class Names:
    """The document's names for the numbers of one case.

    Raises    InputError for a batch of more than one example, or a network that does not begin with a fully
              connected layer or has other layers with parameters: the rule names none of these
    """

    def __init__(self, case: Case) -> None:
        if case.x.shape[0] != 1:
            raise must_be("the batch", "one example, for its numbers to have the document's names", case.x.shape[0])
        self.elements = dict(_elements(case))

    def __iter__(self) -> Iterator[str]:
        return iter(self.elements)

    def resolve(self, name: str) -> Element | Derivative:
        """What a name stands for; raises UnknownNameError, with a suggestion, if it stands for nothing."""
        if name.startswith("∂"):
            of, _, by = name[1:].partition("/∂")
            return self._derivative(self._element(of), self._element(by))
        return self._element(name)

    def _element(self, name: str) -> Element:
        name = "E_total" if name == "E" else name
        if name not in self.elements:
            raise unknown("quantity", name, self.elements)
        return self.elements[name]

    def _derivative(self, of: Element, by: Element) -> Element | Derivative:
        """∂E_total/∂B is a number of the trace; any other derivative is not."""
        room, _, rest = by.path.partition("/")
        if room not in ("input", "parameter", "forward") or of.path.split("/")[0] not in ("loss", "forward"):
            raise UnknownNameError(
                "a derivative must be of E or a neuron's l or out, by an input, weight, bias, l or out"
            )
        if of.path != "loss":
            return Derivative(of, by)
        paths = {"input": "backward/input", "parameter": f"gradient/{rest}", "forward": f"backward/{rest}"}
        return Element(paths[room], by.index)


def _elements(case: Case) -> Iterator[tuple[str, Element]]:
    for i in range(case.x.shape[1]):
        yield f"i{i + 1}", Element("input", (0, i))
    counts = {"w": 0, "b": 0, "h": 0}
    for first, last in _neuron_layers(case):
        shapes = case.network.nodes[first].layer.parameter_shapes()
        for letter, parameter in (("w", "weight"), ("b", "bias")):
            for index in _indices(shapes.get(parameter, (0,))):
                counts[letter] += 1
                name, path = f"{letter}{counts[letter]}", f"{case.network.names[first]}.{parameter}"
                yield name, Element(f"parameter/{path}", index)
                yield f"{name}+", Element(f"updated/{path}", index)
        is_output = last == len(case.network.nodes) - 1
        for neuron in range(shapes["weight"][0]):
            counts["h"] += not is_output
            name = f"o{neuron + 1}" if is_output else f"h{counts['h']}"
            yield f"l_{name}", Element(f"forward/{case.network.names[first]}", (0, neuron))
            yield f"out_{name}", Element(f"forward/{case.network.names[last]}", (0, neuron))
            if is_output and case.loss.element_axes == 2:
                yield f"E_{name}", Element("loss/elements", (0, neuron))
    yield "E_total", Element("loss", ())


def _neuron_layers(case: Case) -> Iterator[tuple[int, int]]:
    """The places of each linear layer and of the last layer before the next one."""
    layers = [node.layer for node in case.network.nodes]
    firsts = [place for place, layer in enumerate(layers) if layer.kind == "linear"]
    if not firsts or firsts[0] != 0:
        raise must_be("network", "one that begins with a fully connected layer", layers[0].kind)
    others = [layer.kind for layer in layers if layer.kind != "linear" and layer.parameter_shapes()]
    if others or len(layers) > len(case.network.layers):
        raise must_be("network", "a chain of fully connected layers and activations", others or "blocks")
    yield from zip(firsts, [place - 1 for place in firsts[1:]] + [len(layers) - 1], strict=True)


def _indices(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    if len(shape) == 1:
        yield from ((i,) for i in range(shape[0]))
    else:
        yield from ((i, j) for i in range(shape[0]) for j in range(shape[1]))
