"""Reference: every quantity of a training step as torch computes it in float64 from given earlier values.

This is the twin taken step by step: the same modules, but each step starts from the values that it is handed, so
that whatever they are, right or wrong, the step itself can be judged.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeGuard

import numpy as np
import torch
from numpy.typing import DTypeLike
from torch import Tensor

from manual.arrays import Array, Shape
from manual.case import Case
from manual.clipping import Clipping
from manual.network import Node
from torchref import rounding_updates, twin
from torchref.allowance import ELEMENTARY, MODULE_ROUNDINGS, Rounding, allowance
from torchref.layer_step import LayerStep
from torchref.rounding_updates import Update
from torchref.trials import FEW, SAMPLES, WELL_WITHIN

Analysis = Callable[[int], Rounding]


@dataclass(frozen=True)
class Expected:
    """One quantity as the reference computes it.

    function   what computes it, as in sigmoid3.backward
    analysis   its rounding analysis, or what makes it, where it is tried from so many samples
    inputs     the quantities that go into it
    surely     how many roundings of the value's own size the analysis allows at least, if that is known beforehand
    is_tried   whether the analysis is of samples, so that one of a few of them costs less
    """

    name: str
    function: str
    value: Array
    analysis: Rounding | Analysis
    inputs: tuple[str, ...]
    surely: float = 0.0
    is_tried: bool = False

    @cached_property
    def rounding(self) -> Rounding:
        """The rounding analysis; it may cost more than the value, and not everybody asks for it."""
        return self.analysis if isinstance(self.analysis, Rounding) else self.analysis(SAMPLES)

    def rounding_for(self, got: Array, dtype: DTypeLike) -> Rounding:
        """The rounding analysis; a part of it, and a cheap one, where that is enough for what was found."""
        least = Rounding(1, self.surely * np.abs(self.value), 0.0)
        if got.shape != self.value.shape:
            return least  # which is not compared
        off = np.abs(got - self.value)
        if self.surely and (off <= allowance(least, dtype)).all():
            return least
        if self.is_tried and not isinstance(self.analysis, Rounding):
            first = self.analysis(FEW)
            if (off <= WELL_WITHIN * allowance(first, dtype)).all():
                return first
        return self.rounding

    def can_go_on_with(self, got: Array | None) -> TypeGuard[Array]:
        """Whether the later quantities can be computed from this value in place of the reference's own."""
        return is_usable(got, self.value.shape)


def is_usable(got: Array | None, shape: Shape) -> TypeGuard[Array]:
    """Whether what was handed over are finite numbers of a shape."""
    return got is not None and got.dtype.kind == "f" and got.shape == shape and bool(np.isfinite(got).all())


def entering_shape(xs: Sequence[Array]) -> Any:
    """The shape of what enters a layer; of several inputs a tuple of shapes."""
    return xs[0].shape if len(xs) == 1 else tuple(x.shape for x in xs)


@dataclass(frozen=True)
class Share:
    """What one layer sends back to a quantity that enters it; the quantity's gradient is the sum of these."""

    value: Array
    analysis: Analysis
    function: str
    inputs: tuple[str, ...]
    surely: float
    is_tried: bool


class Reference:
    """Walks through the quantities of a case in order, from values that the caller may replace on the way.

    Inner quantities of layers are replaced by those in `given`, which the caller knows beforehand.
    """

    def __init__(
        self, case: Case, device: str = "cpu", *, given: Mapping[str, Array] | None = None, keep_graphs: bool = False
    ) -> None:
        self.case = case
        self.keep_graphs = keep_graphs  # so that a layer can be gone back through again
        self.device = device
        self.given = given or {}
        self.values: dict[str, Array] = {}
        self.layers: list[LayerStep] = []
        self.shares: dict[str, dict[str, list[Share]]] = {}  # by the quantity's node, and the node that sends it

    def walk(self) -> Iterator[Expected]:
        """The quantities in order; the caller puts each into `values`, as it is to be used, before the next."""
        for stage in (self._forward, self._loss, self._backward, self._update):
            yield from stage()

    def _tensor(self, array: Array) -> Tensor:
        return twin.tensor(array, self.device, torch.float64 if array.dtype.kind == "f" else None)

    def _forward(self) -> Iterator[Expected]:
        outputs = {"input": self.case.x}
        given = self.case.given
        for node in self.case.network.nodes:
            own = {n.rpartition(".")[2]: value for n, value in given.items() if n.rpartition(".")[0] == node.name}
            xs = [outputs[source] for source in node.sources]
            inner = self._inner("forward", node, entering_shape(xs))
            is_whole = not inner and not self._inner("backward", node, entering_shape(xs))
            step = LayerStep(node, xs, own, inner, is_whole, self.device)
            self.layers.append(step)
            yield from self._forward_through(step)
            outputs[node.name] = self.values[f"forward/{node.name}"]

    def _inner(self, room: str, node: Node, shape: Any) -> dict[str, Array]:
        """The inner quantities of a layer, or their gradients, that the caller has and that can be gone on with."""
        shapes = node.layer.inner_shapes(shape)
        found = {name: self.given.get(f"{room}/{node.name}.{name}") for name in shapes}
        return {name: value for name, value in found.items() if is_usable(value, shapes[name])}

    def _forward_through(self, step: LayerStep) -> Iterator[Expected]:
        name, values = step.name, {n: twin.array(value) for n, value in step.clean.values().items()}
        inputs = [source if source == "input" else f"forward/{source}" for source in step.node.sources]
        for inner in step.node.layer.inner_shapes(entering_shape(step.xs)):
            quantity = f"forward/{name}.{inner}"
            analysis = partial(step.rounding_forward, inner)
            function = f"{name}.forward_{inner}"
            yield Expected(quantity, function, values[inner], analysis, tuple(inputs), MODULE_ROUNDINGS, True)
            if inner in step.given:
                inputs.append(quantity)
        analysis = partial(step.rounding_forward, "")
        yield Expected(
            f"forward/{name}", f"{name}.forward", values[""], analysis, tuple(inputs), step.surely, step.is_tried
        )
        for state in step.node.layer.next_states:
            analysis = partial(step.rounding_forward, f"next {state}")
            value = values[f"next {state}"]
            function = f"{name}.next_{state}"
            yield Expected(f"state/{name}.{state}", function, value, analysis, tuple(inputs), MODULE_ROUNDINGS, True)

    def _loss(self) -> Iterator[Expected]:
        case, before = self.case, f"forward/{self.layers[-1].name}"
        kind, output, target = twin.LOSSES[case.loss.kind], self.values[before], self._tensor(case.target)
        # A loss with one element a row has summed over that row.
        operations = ELEMENTARY + (output.shape[-1] if case.loss.element_axes == 1 else 0)
        leaf = self._tensor(output).requires_grad_()
        graph = kind.elements(case.loss, leaf, target)
        rounding = Rounding(operations, kind.rule.elements(case.loss, output, case.target))
        yield Expected("loss/elements", f"{case.loss.kind}.elements", twin.array(graph), rounding, (before,))

        elements = self._tensor(self.values["loss/elements"])
        total, magnitude = (twin.array(twin.reduce(case.loss, e, target)) for e in (elements, elements.abs()))
        rounding = Rounding(elements.numel() + 1, magnitude)
        yield Expected("loss", f"{case.loss.name}.reduce", total, rounding, ("loss/elements",))
        if case.penalty:
            yield from self._objective()

        (slope,) = torch.autograd.grad(twin.reduce(case.loss, graph, target), leaf)
        scale = float(twin.reduce(case.loss, torch.ones_like(graph), target)) / graph.numel()
        magnitude = kind.rule.slope(case.loss, output, case.target) * scale
        quantity, function = f"backward/{self.layers[-1].name}", f"{case.loss.name}.backward"
        yield Expected(quantity, function, twin.array(slope), Rounding(operations, magnitude), (before,))

    def _objective(self) -> Iterator[Expected]:
        case = self.case
        parameters = {name: self._tensor(value) for name, value in case.parameters.items()}
        penalty = twin.array(twin.penalty_value(case.penalty, parameters))
        rounding = Rounding(sum(p.numel() for p in parameters.values()) + 1, penalty)
        yield Expected("penalty", "penalty.value", penalty, rounding, ())
        value = np.asarray(self.values["loss"] + self.values["penalty"].astype(np.float64))
        yield Expected("objective", "loss + penalty", value, Rounding(1, np.abs(value)), ("loss", "penalty"))

    def _backward(self) -> Iterator[Expected]:
        """Every layer's gradient with respect to its input, last layer first, then every parameter's gradient."""
        gradients: list[Expected] = []
        of_states: list[Expected] = []
        for step in reversed(self.layers):
            if step is not self.layers[-1]:
                yield self._sum_of_shares(step.name)
            yield from self._back_through(step, gradients, of_states)
        if not self.case.network.takes_ids:
            yield self._sum_of_shares("input")
        yield from gradients
        yield from of_states

    def _back_through(
        self, step: LayerStep, gradients: list[Expected], of_states: list[Expected]
    ) -> Iterator[Expected]:
        """The gradients of a layer's inner quantities; what it sends back further is kept."""
        name, grad_output = step.name, self.values[f"backward/{step.name}"]
        given = self._inner("backward", step.node, entering_shape(step.xs))
        back = {n: twin.array(v) for n, v in step.go_back(grad_output, given, self.keep_graphs).gradients().items()}
        rounding = step.roundings_back(grad_output, given)
        forward = [source if source == "input" else f"forward/{source}" for source in step.node.sources]
        inner = [f"forward/{name}.{i}" for i in step.given]
        # A layer in pieces goes back by what is inside it.
        output = [] if step.row.pieces else [f"forward/{name}"]
        inputs = [f"backward/{name}", *forward, *inner, *output]
        for i in reversed(step.node.layer.inner_gradients):
            quantity, analysis = f"backward/{name}.{i}", partial(rounding.of, i)
            function = f"{name}.backward_{i}"
            yield Expected(quantity, function, back[i], analysis, tuple(inputs), MODULE_ROUNDINGS, True)
            if i in given:
                inputs.append(quantity)
        own = [
            self._gradient(step, p, back[f"own {p}"], partial(rounding.of, f"own {p}"), tuple(inputs))
            for p in step.differentiated
        ]
        gradients[:0] = own[: len(step.parameters)]
        of_states[:0] = own[len(step.parameters) :]
        for place, source in enumerate(step.node.sources):
            if (value := back.get(f"x {place}")) is not None:
                analysis = partial(rounding.of, f"x {place}")
                share = Share(value, analysis, f"{name}.backward", tuple(inputs), step.surely, step.is_tried)
                self.shares.setdefault(source, {}).setdefault(name, []).append(share)

    def _sum_of_shares(self, source: str) -> Expected:
        """The gradient of what enters one layer or several."""
        shares = [share for sent in self.shares[source].values() for share in sent]
        # The layer that comes last, a block's own, is the one that brings the others' gradients together.
        function = shares[0].function
        value = np.asarray(sum((share.value for share in shares[1:]), shares[0].value))
        inputs = tuple(dict.fromkeys(name for share in shares for name in share.inputs))
        analysis = shares[0].analysis if len(shares) == 1 else partial(_added, shares)
        surely = min(share.surely for share in shares)
        is_tried = any(share.is_tried for share in shares)
        return Expected(f"backward/{source}", function, value, analysis, inputs, surely, is_tried)

    def go_back(self, step: LayerStep, grad_output: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        """What a layer sends back to each of its sources, and to each of its parameters, given what comes to it."""
        back = {n: twin.array(v) for n, v in step.go_back(grad_output, {}, keep=True).gradients().items()}
        sent: dict[str, Array] = {}
        for place, source in enumerate(step.node.sources):
            if f"x {place}" in back:
                sent[source] = sent.get(source, 0) + back[f"x {place}"]
        return sent, {p: back[f"own {p}"] for p in step.parameters}

    def _gradient(
        self, step: LayerStep, parameter: str, value: Array, analysis: Analysis, inputs: tuple[str, ...]
    ) -> Expected:
        """The gradient of the objective: of the loss, plus the penalty's l1 sign(w) + l2 w."""
        name, penalty, surely = f"{step.name}.{parameter}", self.case.penalty, step.surely
        if name in self.case.parameters and penalty.applies_to(name):
            leaf = self._tensor(self.case.parameters[name]).requires_grad_()
            extra = twin.array(torch.autograd.grad(twin.penalty_value(penalty, {name: leaf}), leaf)[0])
            value, analysis, surely = value + extra, partial(_penalised, analysis, extra), min(1.0, surely)
        function = f"{step.name}.grad_{parameter}"
        return Expected(f"gradient/{name}", function, value, analysis, inputs, surely, step.is_tried)

    def _update(self) -> Iterator[Expected]:
        """What torch.optim's step makes of the gradients in `values`; a frozen parameter stays."""
        case, trained = self.case, [name for name in self.case.parameters if name not in self.case.frozen]
        if case.clipping and trained:
            yield from self._clip(case.clipping, trained)
        updates = {name: self._updated(name) for name in trained}
        for name, update in updates.items():
            sizes = partial(rounding_updates.roundings, update)
            for buffer, value in update.new.items():
                quantity, function = f"optimiser/{name}.{buffer}", f"{case.optimiser.kind}.keep_{buffer}"
                yield Expected(quantity, function, value, partial(_of, sizes, buffer), (self._used(name),))
        for name, old in case.parameters.items():
            quantity, function = f"updated/{name}", f"{case.optimiser.kind}.update"
            if name in case.frozen:
                yield Expected(quantity, function, old.astype(np.float64), Rounding(1, np.zeros(old.shape)), ())
            else:
                analysis = partial(_of, partial(rounding_updates.roundings, updates[name]), "")
                yield Expected(quantity, function, updates[name].updated, analysis, (self._used(name),))

    def _used(self, name: str) -> str:
        """The quantity that is the gradient with which a parameter is updated."""
        return f"{'clipped' if self.case.clipping else 'gradient'}/{name}"

    def _clip(self, clipping: Clipping, trained: Sequence[str]) -> Iterator[Expected]:
        gradients = {name: self._tensor(self.values[f"gradient/{name}"]) for name in trained}
        by_norm = clipping.by == "norm"
        operations = ELEMENTARY + sum(g.numel() for g in gradients.values()) * by_norm
        for name, value in twin.clipped(clipping, gradients).items():
            inputs = tuple(f"gradient/{n}" for n in trained) if by_norm else (f"gradient/{name}",)
            rounding = Rounding(operations, np.abs(twin.array(value)))
            yield Expected(f"clipped/{name}", f"clipping.by_{clipping.by}", twin.array(value), rounding, inputs)

    def _updated(self, name: str) -> Update:
        case, gradient = self.case, self.values[self._used(name)]
        old = {b: case.optimiser_state[f"{name}.{b}"] for b in case.optimiser.buffers}
        kept = {b: self._tensor(value) for b, value in old.items()}
        parameter = self._tensor(case.parameters[name])
        new, buffers = twin.update(case.optimiser, parameter, self._tensor(gradient), kept, case.updates)
        made = {b: twin.array(value) for b, value in buffers.items()}
        old64 = {b: value.astype(np.float64) for b, value in old.items()}
        given = (case.parameters[name].astype(np.float64), gradient.astype(np.float64), old64, case.updates)
        return Update(case.optimiser, *given, made, twin.array(new), case.dtype)


def _of(roundings: Callable[[], Mapping[str, Rounding]], name: str, _: int) -> Rounding:
    """One of the roundings of an update, which are not tried."""
    return roundings()[name]


def _penalised(analysis: Analysis, extra: Array, samples: int) -> Rounding:
    """Of a gradient to which a penalty's has been added."""
    rounding = analysis(samples)
    return replace(rounding, operations=rounding.operations + 4, magnitude=rounding.magnitude + np.abs(extra))


def _added(shares: Sequence[Share], samples: int) -> Rounding:
    """Of a sum of what several layers send back."""
    parts = [share.analysis(samples) for share in shares]
    magnitude = np.asarray(sum((part.magnitude for part in parts[1:]), parts[0].magnitude))
    factor = np.asarray(sum((part.factor for part in parts[1:]), np.asarray(parts[0].factor)))
    return Rounding(max(part.operations for part in parts) + len(parts), magnitude, factor)
