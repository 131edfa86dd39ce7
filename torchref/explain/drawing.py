"""Drawing: where each neuron, weight and bias stands in a picture of the network, lying or standing."""

from collections.abc import Iterator
from dataclasses import dataclass

from torchref.explain.digits import digits
from torchref.explain.record import Derivation

# In units of the picture; a unit is a pixel where there is room.
ACROSS = {True: 128, False: 160}  # from neuron to neuron, lying and standing
GAPS = {True: (104, 64), False: (92, 46)}  # between layers, for labelled weights and for bare lines
MARGIN = 12
SIZES = {"input": (96, 46), "neuron": (146, 102), "error": (136, 62), "bias": (88, 28)}
SHARED_BIAS = 62, 104  # the room for biases below a lying picture, and beside a standing one
# Where on a line its label may stand, from its source, the best first; and the room that a label takes.
LABEL_AT = (0.34, 0.28, 0.4, 0.46, 0.52, 0.58, 0.64, 0.7, 0.76)
LABEL = (72, 20)
# Between two layers, more weights than these are labelled only when they are pointed at or chosen.
MOST_LABELS = 9
SHORT = 4

Spot = tuple[float, float]


@dataclass(frozen=True)
class Value:
    """A number in the picture: the quantity's name, the letter before it, and its first digits."""

    name: str
    label: str
    text: str


@dataclass(frozen=True)
class Node:
    """A box: an input, a neuron, an error, or a bias; `name` is what it is chosen or lit by."""

    name: str
    kind: str
    x: float
    y: float
    values: tuple[Value, ...]
    note: str = ""

    @property
    def width(self) -> int:
        """The box's width."""
        return SIZES[self.kind][0]

    @property
    def height(self) -> int:
        """The box's height."""
        return SIZES[self.kind][1]


@dataclass(frozen=True)
class Wire:
    """A line between two boxes: a weight or a bias, or the way from an output to its error; a weight has a label."""

    name: str
    kind: str  # weight, bias or flow
    start: Spot
    end: Spot
    label: Spot = (0.0, 0.0)
    value: Value | None = None
    updated: Value | None = None
    is_crowded: bool = False


@dataclass(frozen=True)
class Drawing:
    """A picture of the network."""

    is_lying: bool
    width: float
    height: float
    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]


def draw(derivation: Derivation, is_lying: bool) -> Drawing:
    """The network with its values; layers from left to right, or from top to bottom."""
    columns = list(_columns(derivation))
    across, (gap, bare) = ACROSS[is_lying], GAPS[is_lying]
    shared = [bias for bias, neurons in derivation.layout.biases.items() if len(neurons) > 1]
    most = max(map(len, columns)) * across + MARGIN * (len(shared) < len(derivation.layout.biases))
    spots: dict[str, Spot] = {}
    middle = most - max(map(len, columns)) * across / 2
    along = MARGIN - gap
    for place, column in enumerate(columns):
        along += bare if place >= len(derivation.layout.columns) else gap
        size = SIZES[_kind(derivation, column[0])][0 if is_lying else 1]
        for row, name in enumerate(column):
            spots[name] = (along + size / 2, middle + (row - (len(column) - 1) / 2) * across)
        along += size
    room = SHARED_BIAS[0 if is_lying else 1] if shared else 0
    for bias in shared:
        before = SIZES["neuron"][0 if is_lying else 1] / 2 + gap
        target = spots[derivation.layout.biases[bias][0]][0]
        spots[bias] = (target - before + (0 if is_lying else gap / 2), most + room / 2)
    turned = spots if is_lying else {name: (b, a) for name, (a, b) in spots.items()}
    nodes = {name: _node(derivation, name, spot) for name, spot in turned.items()}
    nodes |= {node.name: node for node in _own_biases(derivation, nodes)}
    wires = tuple(_wires(derivation, nodes, is_lying))
    width, height = along + MARGIN, most + room
    width, height = (width, height) if is_lying else (height, width)
    return Drawing(is_lying, width, height, tuple(nodes.values()), wires)


def _columns(derivation: Derivation) -> Iterator[list[str]]:
    """Inputs, neurons, errors."""
    yield from map(list, derivation.layout.columns)
    errors = [f"E_{neuron}" for neuron in derivation.layout.columns[-1] if f"E_{neuron}" in derivation.quantities]
    yield from ([errors] if errors else [])
    yield ["E_total"]


def _kind(derivation: Derivation, name: str) -> str:
    if name in derivation.layout.biases:
        return "bias"
    if name.startswith("E_"):
        return "error"
    return "input" if name in derivation.quantities else "neuron"


def _node(derivation: Derivation, name: str, spot: Spot) -> Node:
    kind = _kind(derivation, name)
    if kind == "bias":
        return Node(name, kind, *spot, (_value(derivation, name, name),))
    if kind == "error":
        target = name.replace("E", "target", 1)
        shown = [(name, "")] + [(target, "target")] * (target in derivation.quantities)
        return Node(name, kind, *spot, tuple(_value(derivation, *pair) for pair in shown))
    if kind == "input":
        return Node(name, kind, *spot, (_value(derivation, name, ""),))
    shown = [(f"l_{name}", "l"), (f"out_{name}", "out"), (f"∂E_total/∂l_{name}", "∂E/∂l")]
    columns = derivation.layout.columns
    note = next(kind for kind, column in zip(derivation.layout.activations, columns[1:], strict=True) if name in column)
    return Node(name, kind, *spot, tuple(_value(derivation, *pair) for pair in shown), note)


def _own_biases(derivation: Derivation, nodes: dict[str, Node]) -> Iterator[Node]:
    """A neuron's own bias sits on the corner of its box."""
    for bias, neurons in derivation.layout.biases.items():
        if bias not in nodes:
            box = nodes[neurons[0]]
            spot = box.x + box.width / 2 - 38, box.y - box.height / 2 - 5
            yield _node(derivation, bias, spot)


def _value(derivation: Derivation, name: str, label: str) -> Value:
    return Value(name, label, digits(derivation.quantities[name].value, SHORT).text.replace("-", "−"))


def _wires(derivation: Derivation, nodes: dict[str, Node], is_lying: bool) -> Iterator[Wire]:
    shape = derivation.layout
    for column in shape.columns[1:]:
        into, taken = [edge for edge in shape.edges if edge.target in column], list[Spot]()
        for edge in into:
            start, end = _ends(nodes[edge.source], nodes[edge.target], is_lying)
            values = _value(derivation, edge.weight, edge.weight), _value(derivation, f"{edge.weight}+", "→")
            spot = _free(start, end, taken)
            taken.append(spot)
            yield Wire(edge.weight, "weight", start, end, spot, *values, len(into) > MOST_LABELS)
    for bias, neurons in shape.biases.items():
        for neuron in neurons if len(neurons) > 1 else ():
            yield Wire(bias, "bias", *_ends(nodes[bias], nodes[neuron], is_lying))
    for neuron in shape.columns[-1]:
        own = f"E_{neuron}"
        for source, target in ((neuron, own), (own, "E_total")) if own in nodes else ((neuron, "E_total"),):
            yield Wire(source, "flow", *_ends(nodes[source], nodes[target], is_lying))


def _ends(source: Node, target: Node, is_lying: bool) -> tuple[Spot, Spot]:
    """From the edge of one box to the edge of the next."""
    if is_lying:
        return (source.x + source.width / 2, source.y), (target.x - target.width / 2, target.y)
    return (source.x, source.y + source.height / 2), (target.x, target.y - target.height / 2)


def _free(start: Spot, end: Spot, taken: list[Spot]) -> Spot:
    """A place for a label on the line where no other label is, or else the one that is furthest from the others."""
    spots = [(start[0] + at * (end[0] - start[0]), start[1] + at * (end[1] - start[1])) for at in LABEL_AT]

    def clearance(spot: Spot) -> float:
        return min((max(abs(spot[0] - a) / LABEL[0], abs(spot[1] - b) / LABEL[1]) for a, b in taken), default=1)

    return max(spots, key=lambda spot: min(clearance(spot), 1))
