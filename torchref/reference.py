"""Reference: every quantity of a training step as torch computes it in float64 from given earlier values.

This is the twin taken step by step: the same modules, but each step starts from the values that it is handed, so
that whatever they are, right or wrong, the step itself can be judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np
import torch
from torch import Tensor, nn

from manual.arrays import Array
from manual.case import Case
from torchref import twin
from torchref.allowance import ELEMENTARY, Rounding
from torchref.rounding import Local, Rule


@dataclass(frozen=True)
class Expected:
    """One quantity as the reference computes it.

    function   what computes it, as in sigmoid3.backward
    inputs     the quantities that go into it
    """

    name: str
    function: str
    value: Array
    rounding: Rounding
    inputs: tuple[str, ...]

    def can_go_on_with(self, got: Array | None) -> TypeGuard[Array]:
        """Whether the later quantities can be computed from this value in place of the reference's own."""
        return (
            got is not None and got.dtype.kind == "f" and got.shape == self.value.shape and bool(np.isfinite(got).all())
        )


@dataclass
class LayerStep:
    """One layer's module, the graph of its forward step, and the values that went into and came out of it."""

    name: str
    module: nn.Module
    rule: Rule
    leaf: Tensor
    output: Tensor
    local: Local
    inputs: tuple[str, ...]


class Reference:
    """Walks through the quantities of a case in order, from values that the caller may replace on the way."""

    def __init__(self, case: Case, device: str = "cpu", *, keep_graphs: bool = False) -> None:
        self.case = case
        self.keep_graphs = keep_graphs  # so that a layer can be gone back through again
        self.device = device
        self.values: dict[str, Array] = {}
        self.layers: list[LayerStep] = []

    def walk(self) -> Iterator[Expected]:
        """The quantities in order; the caller puts each into `values`, as it is to be used, before the next."""
        for stage in (self._forward, self._loss, self._backward, self._update):
            yield from stage()

    def _tensor(self, array: Array) -> Tensor:
        return twin.tensor(array, self.device, torch.float64 if array.dtype.kind == "f" else None)

    def _forward(self) -> Iterator[Expected]:
        case, x, before = self.case, self.case.x, "input"
        for name, layer in zip(case.network.names, case.network.layers, strict=True):
            parameters = {p: case.parameters[f"{name}.{p}"] for p in layer.parameter_shapes()}
            with torch.device("meta"):  # there is nothing to initialise: the parameters are given
                module = twin.build_layer(layer)
            module.load_state_dict({p: self._tensor(value) for p, value in parameters.items()}, assign=True)
            leaf = self._tensor(x).requires_grad_()
            output = module(leaf)
            value, rule, quantity = twin.array(output), twin.LAYERS[layer.kind].rule, f"forward/{name}"
            local = Local(layer, x, value, parameters, np.empty(0))
            yield Expected(quantity, f"{name}.forward", value, rule.forward(local), (before,))
            self.layers.append(LayerStep(name, module, rule, leaf, output, local, (before, quantity)))
            x, before = self.values[quantity], quantity

    def _loss(self) -> Iterator[Expected]:
        case, before = self.case, f"forward/{self.layers[-1].name}"
        kind, output, target = twin.LOSSES[case.loss.kind], self.values[before], self._tensor(case.target)
        # A loss with one element a row has summed over that row.
        operations = ELEMENTARY + (output.shape[-1] if case.loss.element_axes == 1 else 0)
        leaf = self._tensor(output).requires_grad_()
        graph = kind.elements(leaf, target)
        rounding = Rounding(operations, kind.rule.elements(output, case.target))
        yield Expected("loss/elements", f"{case.loss.kind}.elements", twin.array(graph), rounding, (before,))

        elements = self._tensor(self.values["loss/elements"])
        total, magnitude = (twin.array(twin.reduce(case.loss, e)) for e in (elements, elements.abs()))
        rounding = Rounding(elements.numel() + 1, magnitude)
        yield Expected("loss", f"{case.loss.name}.reduce", total, rounding, ("loss/elements",))
        if case.penalty:
            yield from self._objective()

        (slope,) = torch.autograd.grad(twin.reduce(case.loss, graph), leaf)
        scale = float(twin.reduce(case.loss, torch.ones_like(graph))) / graph.numel()
        magnitude = kind.rule.slope(output, case.target) * scale
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
        for place in reversed(range(len(self.layers))):
            layer = self.layers[place]
            after = f"backward/{layer.name}"
            before = f"backward/{self.layers[place - 1].name}" if place else "backward/input"
            grad_output = self.values[after]
            local = replace(layer.local, grad_output=grad_output)
            grad_input, own = self.go_back(layer, grad_output)
            inputs = (after, *layer.inputs)
            gradients[:0] = (
                self._gradient(f"{layer.name}.{p}", g, layer.rule.gradient(local, p), inputs) for p, g in own.items()
            )
            function, rounding = f"{layer.name}.backward", layer.rule.backward(local)
            yield Expected(before, function, grad_input, rounding, inputs)
        yield from gradients

    def go_back(self, layer: LayerStep, grad_output: Array) -> tuple[Array, dict[str, Array]]:
        """The gradients with respect to a layer's input and to each of its parameters, given that of its output."""
        leaves = (layer.leaf, *layer.module.parameters())
        upstream = self._tensor(grad_output)
        grads = torch.autograd.grad(layer.output, leaves, upstream, retain_graph=self.keep_graphs)
        grad_input, *own = map(twin.array, grads)
        return grad_input, dict(zip(layer.local.parameters, own, strict=True))

    def _gradient(self, name: str, value: Array, rounding: Rounding, inputs: tuple[str, ...]) -> Expected:
        """The gradient of the objective: of the loss, plus the penalty's l1 sign(w) + l2 w."""
        penalty = self.case.penalty
        if penalty.applies_to(name):
            leaf = self._tensor(self.case.parameters[name]).requires_grad_()
            extra = twin.array(torch.autograd.grad(twin.penalty_value(penalty, {name: leaf}), leaf)[0])
            value = value + extra
            rounding = Rounding(rounding.operations + 4, rounding.magnitude + np.abs(extra))
        layer, _, parameter = name.rpartition(".")
        return Expected(f"gradient/{name}", f"{layer}.grad_{parameter}", value, rounding, inputs)

    def _update(self) -> Iterator[Expected]:
        """Every parameter after torch.optim's step, from the gradient in `values`; a frozen one stays."""
        case = self.case
        for name, old in case.parameters.items():
            quantity, function = f"updated/{name}", f"{case.optimiser.kind}.update"
            if name in case.frozen:
                yield Expected(quantity, function, old.astype(np.float64), Rounding(1, np.zeros(old.shape)), ())
                continue
            parameter, gradient = self._tensor(old), self._tensor(self.values[f"gradient/{name}"])
            new = twin.array(twin.update(case.optimiser, parameter, gradient))
            # The learning rate, its product with the gradient, and the difference are each rounded.
            magnitude = np.subtract(new, old)
            np.abs(magnitude, out=magnitude)
            magnitude *= 3
            magnitude += np.abs(new)
            rounding = Rounding(1, magnitude)
            yield Expected(quantity, function, new, rounding, (f"gradient/{name}",))
