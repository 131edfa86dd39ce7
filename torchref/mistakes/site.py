"""Site: the place where a mistake may have been made: one quantity, and everything that could have gone into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from manual.arrays import Array
from manual.case import Case
from manual.layers import Layer
from manual.network import Node
from torchref.mistakes.moves import Move, make


@dataclass(frozen=True)
class Site:
    """One quantity of a case: what the reference expects there, and the values from which it was computed.

    case       the case
    quantity   its name, as in backward/linear0
    function   what computes it, as in sigmoid1.backward
    values     the quantities that are known, by name; those that are not known are the reference's
    right      the right value, given these
    """

    case: Case
    quantity: str
    function: str
    values: Mapping[str, Array]
    right: Array

    @property
    def role(self) -> str:
        """forward, elements, reduce, penalty, objective, slope (of the loss), backward, gradient, state, or update.

        Of a clipped gradient, clip; of what the optimiser keeps, keep; of an inner quantity of a layer,
        forward.<inner> or backward.<inner>.
        """
        room, _, rest = self.quantity.partition("/")
        if self.inner:
            return f"{room}.{self.inner}"
        if room == "loss":
            return "elements" if rest else "reduce"
        if room == "backward" and rest == self.case.network.names[-1]:
            return "slope"
        return {"updated": "update", "optimiser": "keep", "clipped": "clip"}.get(room, room)

    @property
    def inner(self) -> str:
        """The inner quantity of its layer that this is, or nothing."""
        verb = self.function.rpartition(".")[2]
        return verb.partition("_")[2] if verb.startswith(("forward_", "backward_")) else ""

    @cached_property
    def place(self) -> int:
        """The place in the network of the layer whose function this is; −1 for a loss or an update."""
        name = self.function.rpartition(".")[0]
        return self.case.network.names.index(name) if name in self.case.network.names else -1

    @property
    def node(self) -> Node:
        """That layer in its place."""
        return self.case.network.nodes[self.place]

    @property
    def layer(self) -> Layer:
        """That layer."""
        return self.node.layer

    @property
    def kind(self) -> str:
        """The kind of layer, or of loss, or of optimiser, or by what gradients are clipped."""
        if self.role in ("elements", "reduce", "slope"):
            return self.case.loss.kind
        if self.role == "clip" and self.case.clipping:
            return self.case.clipping.by
        if self.role in ("update", "keep"):
            return self.case.optimiser.kind
        return self.layer.kind if self.place >= 0 else ""

    @property
    def parameter(self) -> str:
        """The parameter that a gradient or an update is of, as in linear0.weight."""
        name = self.quantity.partition("/")[2]
        return name.rpartition(".")[0] if self.role == "keep" else name

    @property
    def buffer(self) -> str:
        """What the optimiser keeps of the parameter, as in m."""
        return self.quantity.rpartition(".")[2]

    @property
    def parameter_kind(self) -> str:
        """Weight or bias."""
        return self.parameter.rpartition(".")[2]

    def value(self, name: str) -> Array:
        """A quantity's value in float64."""
        return np.asarray(self.values[name], np.float64)

    @property
    def x(self) -> Array:
        """What came into the layer, (N, …); of several inputs the first."""
        return self.xs[0]

    @property
    def xs(self) -> tuple[Array, ...]:
        """Everything that came into the layer."""
        return tuple(self._forward(source) for source in self.node.sources)

    @property
    def output(self) -> Array:
        """What went out of the layer, or of the network where this is the loss's site, (N, …)."""
        return self._forward(self.case.network.names[self.place])

    def _forward(self, name: str) -> Array:
        return self.value(f"forward/{name}") if name != "input" else self.case.x.astype(np.float64)

    @property
    def before(self) -> Array | None:
        """What came into the layer before this one: a pre-activation, where this layer follows an activation."""
        source = self.node.sources[0]
        nodes = {node.name: node for node in self.case.network.nodes}
        return self._forward(nodes[source].sources[0]) if source in nodes else None

    def inside(self, inner: str, room: str = "forward") -> Array:
        """An inner quantity of the layer, or with room "backward" its gradient."""
        return self.value(f"{room}/{self.node.name}.{inner}")

    @property
    def grad_output(self) -> Array:
        """The gradient that came back to the layer's output, (N, …)."""
        return self.value(f"backward/{self.case.network.names[self.place]}")

    def own(self, parameter: str) -> Array | None:
        """A parameter or state of the layer, or None if it has not got it."""
        name = f"{self.case.network.names[self.place]}.{parameter}"
        return self.case.given[name].astype(np.float64) if name in self.case.given else None

    @property
    def weight(self) -> Array:
        """The layer's weight, (O, I)."""
        weight = self.own("weight")
        assert weight is not None
        return weight

    @property
    def old(self) -> Array:
        """The parameter or state itself, before the step."""
        return self.case.given[self.parameter].astype(np.float64)

    @property
    def is_penalised(self) -> bool:
        """Whether the penalty adds to the gradient."""
        return self.parameter in self.case.parameters and self.case.penalty.applies_to(self.parameter)

    @property
    def gradient(self) -> Array:
        """The gradient that an update uses."""
        room = "clipped" if self.case.clipping and self.parameter not in self.case.frozen else "gradient"
        return self.value(f"{room}/{self.parameter}")

    @property
    def raw_gradient(self) -> Array:
        """The gradient before it is clipped."""
        return self.value(f"gradient/{self.parameter}")

    @property
    def move(self) -> Move:
        """The optimiser's step on the parameter."""
        case = self.case
        trained = [name for name in case.parameters if name not in case.frozen or name == self.parameter]
        old = {b: case.optimiser_state[f"{self.parameter}.{b}"].astype(np.float64) for b in case.optimiser.buffers}
        place = trained.index(self.parameter)
        return Move(case.optimiser, self.old, self.gradient, case.updates, old, place, len(trained))

    @property
    def descent(self) -> Array:
        """What a right update takes off the parameter."""
        return make(self.move).delta

    @property
    def rate(self) -> float:
        """The learning rate."""
        return self.case.optimiser.learning_rate

    @property
    def target(self) -> Array:
        """The target as rows of numbers, one-hot where it was class ids."""
        target = self.case.target
        if target.ndim < self.output.ndim:
            return np.eye(self.output.shape[-1])[target]
        return target.astype(np.float64)

    @property
    def examples(self) -> int:
        """N."""
        return self.case.x.shape[0]
