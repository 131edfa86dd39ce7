"""Record: a derivation as a plain record, quantity by quantity, of which every renderer is a pure function."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from torchref.explain.expression import Expression, symbols
from torchref.explain.rules import Rule


class Stage(StrEnum):
    """Where in a training step a quantity belongs."""

    GIVEN = "given"
    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    GRADIENT = "gradient"
    UPDATE = "update"


@dataclass(frozen=True)
class Quantity:
    """One number: its name, the formula that gives it (None if it is given), and its value.

    at              the neuron, weight or bias that it belongs to, or E
    why             the key of the sentence that says why the formula holds
    substitution    the formula with its numbers filled in
    expanded        the formula with its sum over paths written out, where it has one
    """

    name: str
    stage: Stage
    at: str
    why: str
    formula: Expression | None
    value: Decimal
    substitution: Expression | None = None
    expanded: Expression | None = None

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the quantities that the formula takes, each once."""
        return tuple(dict.fromkeys(symbols(self.formula))) if self.formula is not None else ()


@dataclass(frozen=True)
class Edge:
    """A weight, and the neurons that it leads from and to."""

    weight: str
    source: str
    target: str


@dataclass(frozen=True)
class Layout:
    """The network as a drawing needs it: neurons by layer, inputs first; weights; and which neurons a bias goes to."""

    columns: tuple[tuple[str, ...], ...]
    edges: tuple[Edge, ...]
    biases: Mapping[str, tuple[str, ...]]
    activations: tuple[str, ...]  # the kind of each layer after the inputs
    frozen: frozenset[str]  # the names of weights and biases that stay as they are


@dataclass(frozen=True)
class Derivation:
    """All quantities of one training step in the order in which they are worked out, and the rules that they follow."""

    title: str
    title_zh: str
    source: str
    loss: str
    quantities: Mapping[str, Quantity]
    rules: tuple[Rule, ...]
    layout: Layout

    def stage(self, stage: Stage) -> list[Quantity]:
        """The quantities of one stage, in order."""
        return [quantity for quantity in self.quantities.values() if quantity.stage is stage]
