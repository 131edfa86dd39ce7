"""Step: one training step laid out as calls of the layers' functions on arrays that are made once.

The traced run makes these calls once and keeps every array; the training loop makes the same calls over and over,
with the updated parameters written over the old ones. There is no second copy of the mathematics.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from inspect import Parameter, signature, unwrap
from typing import Any

import numpy as np

from manual.arrays import Array, Shape, aligned_copy, aligned_empty
from manual.case import Case
from manual.errors import unknown
from manual.layers import Layer
from manual.pack import Pack

Call = Callable[[], Any]

# Elements in one block of elementwise work, so that what one operation writes is still in a 2 MiB cache when the
# next one reads it.
BLOCK = 65_536


class Step:
    """The calls of one training step of a case, in order, and the arrays that they read and write.

    With `learning_rates` (R,) there are R networks side by side, one a rate: R is the first axis of every array
    but x and target. With `training` the parameters are updated in place, what no update needs (∂E/∂x, gradients
    of frozen parameters) is not computed, and an array that no later call reads may be written over.

    arrays       every quantity by name, as Trace has them; with `training` those that outlive the step
    parameters   by name, as the step finds them
    calls        forward, loss, backward and update, each a list; run() makes them all
    """

    def __init__(self, case: Case, learning_rates: Array | None = None, *, training: bool = False) -> None:
        self.case = case
        self.training = training
        self.leading: Shape = () if learning_rates is None else learning_rates.shape
        self.arrays: dict[str, Array] = {}
        self.learning_rate = np.array(
            case.optimiser.learning_rate if learning_rates is None else learning_rates[:, None], case.dtype
        )
        self._lay_out_parameters()
        self.forward = list(self._forward())
        self.loss = list(self._loss())
        self.backward = list(self._backward())
        self.update = list(self._update())

    @np.errstate(over="ignore", divide="ignore")  # a layer may pass through ∞ on its way to the right number
    def run(self) -> None:
        """Makes every call once."""
        for calls in (self.forward, self.loss, self.backward, self.update):
            for call in calls:
                call()

    def _lay_out_parameters(self) -> None:
        case = self.case
        shapes = case.network.parameter_shapes
        trainable = {name: shape for name, shape in shapes.items() if name not in case.frozen}
        self.old = Pack(trainable, self.leading, case.dtype)
        self.new = self.old if self.training else Pack(trainable, self.leading, case.dtype)
        self.gradients = Pack(trainable, self.leading, case.dtype)
        for name, view in self.old.views.items():
            view[...] = case.parameters[name]
        self.parameters = {
            name: self.old.views[name] if name in trainable else aligned_copy(case.parameters[name]) for name in shapes
        }

    def _new(self, name: str, shape: Shape) -> Array:
        """A new array for the quantity `name`, of `shape` for each of the networks side by side."""
        self.arrays[name] = aligned_empty((*self.leading, *shape), self.case.dtype)
        return self.arrays[name]

    def _forward(self) -> Iterator[Call]:
        network, batch = self.case.network, self.case.x.shape[0]
        x, before = aligned_copy(self.case.x), ""
        shapes = network.shapes(x.shape[1:])[1:]
        self.layers: list[dict[str, Array]] = []  # what each layer's functions may ask for, by argument
        for name, layer, shape in zip(network.names, network.layers, shapes, strict=True):
            own = {parameter: self.parameters[f"{name}.{parameter}"] for parameter in layer.parameter_shapes()}
            if self.training and before and layer.elementwise and not self._is_read_later(before, layer):
                output = self.arrays[f"forward/{name}"] = self.arrays.pop(f"forward/{before}")
            else:
                output = self._new(f"forward/{name}", (batch, *shape))
            self.layers.append({**own, "x": x, "output": output})
            yield from bind(layer, "forward", self.layers[-1], output)
            x, before = output, name

    def _is_read_later(self, before: str, layer: Layer) -> bool:
        """Whether going back needs the output of the layer named `before`, which is the input of `layer`."""
        network = self.case.network
        return reads(layer, "x") or reads(network.layers[network.names.index(before)], "output")

    def _loss(self) -> Iterator[Call]:
        loss, output = self.case.loss, self.layers[-1]["output"]
        self.target = aligned_copy(self.case.target)
        self.scale = loss.scale(output.shape)
        elements = self._new("loss/elements", loss.element_shape(output.shape)[len(self.leading) :])
        flat = elements.reshape(*self.leading, -1, copy=False)
        yield partial(loss.elements, output, self.target, elements)
        yield partial(loss.reduce, flat, self.scale, self._new("loss", ()))
        if self.case.penalty:
            yield partial(self._penalise, self.arrays["loss"], self._new("penalty", ()), self._new("objective", ()))

    def _penalise(self, loss: Array, penalty: Array, objective: Array) -> None:
        penalty[...] = self.case.penalty.value(self.parameters, self.case.network.parameter_shapes)
        np.add(loss, penalty, out=objective)

    def _backward(self) -> Iterator[Call]:
        """Last layer first: its parameters' gradients while its grad_output is in the cache, then its grad_input."""
        network = self.case.network
        names = ("input", *network.names)
        output = self.layers[-1]["output"]
        grad_output = self._new(f"backward/{names[-1]}", output.shape[len(self.leading) :])
        yield partial(self.case.loss.backward, output, self.target, self.scale, grad_output)
        for place in reversed(range(len(network.layers))):
            own = self.layers[place]
            own["grad_output"] = grad_output
            yield from self._gradients(names[place + 1], network.layers[place], own)
            if self.training and not any(layer.parameter_shapes() for layer in network.layers[:place]):
                return
            shape = own["x"].shape[-len(self.case.x.shape) :]
            grad_output = self._new(f"backward/{names[place]}", shape)
            yield from bind(network.layers[place], "backward", own, grad_output)

    def _gradients(self, name: str, layer: Layer, own: Mapping[str, Array]) -> Iterator[Call]:
        for parameter, shape in layer.parameter_shapes().items():
            path = f"{name}.{parameter}"
            if path not in self.case.frozen:
                gradient = self.arrays[f"gradient/{path}"] = self.gradients.views[path]
            elif not self.training:
                gradient = self._new(f"gradient/{path}", shape)
            else:
                continue
            yield from bind(layer, f"grad_{parameter}", own, gradient)
            if self.case.penalty.applies_to(path):
                yield partial(self._add_penalty, self.parameters[path], gradient)

    def _add_penalty(self, parameter: Array, gradient: Array) -> None:
        np.add(gradient, self.case.penalty.gradient(parameter), out=gradient)

    def _update(self) -> Iterator[Call]:
        for name in self.parameters:  # made last layer first, named first layer first
            if (path := f"gradient/{name}") in self.arrays:
                self.arrays[path] = self.arrays.pop(path)
        for name, parameter in self.parameters.items():
            self.arrays[f"updated/{name}"] = self.new.views.get(name, parameter)
        for start in range(0, self.old.vector.shape[-1], BLOCK):
            old, gradient, new = (p.vector[..., start : start + BLOCK] for p in (self.old, self.gradients, self.new))
            scratch = gradient if self.training else None
            yield partial(self.case.optimiser.update, old, gradient, self.learning_rate, scratch, new)


@cache
def _arguments(function: Callable[..., Any]) -> tuple[tuple[str, bool], ...]:
    """The names of the arguments before `out`, and whether each may be absent."""
    given = (p for p in signature(function).parameters.values() if p.name not in ("self", "out"))
    return tuple((p.name, p.default is not Parameter.empty) for p in given)


def reads(layer: Layer, name: str) -> bool:
    """Whether going back through the layer needs the array that its functions call `name`."""
    functions = ("backward", *(f"grad_{parameter}" for parameter in layer.parameter_shapes()))
    return any(name == argument for f in functions for argument, _ in _arguments(getattr(type(layer), f)))


def bind(layer: Layer, function_name: str, arrays: Mapping[str, Array], out: Array) -> Iterator[Call]:
    """Calls of a layer's function on the arrays that its arguments name, writing to `out`, block by block."""
    function = getattr(type(layer), function_name)
    given = []
    for name, optional in _arguments(function):
        if name not in arrays and not optional:
            raise unknown(f"an argument of {layer.kind}.{function_name}", name, arrays)
        given.append(arrays.get(name))
    function = unwrap(function)  # run() sets np.errstate once for all calls
    if layer.elementwise and out.size > BLOCK and all(a is not None and a.shape == out.shape for a in given):
        flat = [a.reshape(-1, copy=False) for a in (*given, out) if a is not None]
        for start in range(0, out.size, BLOCK):
            yield partial(function, layer, *(a[start : start + BLOCK] for a in flat))
    else:
        yield partial(function, layer, *given, out)
