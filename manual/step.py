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
from manual.network import Node
from manual.optimisers import State
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
    parameters   by name, as the step finds them; states likewise
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
        self._lay_out_states()
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
        self.old = self._pack()
        self.new = self.old if self.training else self._pack()
        self.gradients = self.used = self._pack()
        self.memory = {buffer: self._pack() for buffer in case.optimiser.buffers}
        for buffer, pack in self.memory.items():
            for name, view in pack.views.items():
                view[...] = case.optimiser_state[f"{name}.{buffer}"]
        for name, view in self.old.views.items():
            view[...] = case.parameters[name]
        trained = self.old.views
        self.parameters = {n: trained[n] if n in trained else aligned_copy(case.parameters[n]) for n in shapes}

    def _pack(self) -> Pack:
        """Room for what belongs to the parameters that are trained."""
        shapes = self.case.network.parameter_shapes
        trainable = {name: shape for name, shape in shapes.items() if name not in self.case.frozen}
        return Pack(trainable, self.leading, self.case.dtype)

    def _lay_out_states(self) -> None:
        """The states by name; one that training changes is kept for each of the networks side by side."""
        self.states: dict[str, Array] = {}
        for node in self.case.network.nodes:
            for state in node.layer.state_shapes(self.case.network.batch_shapes(self.case.x.shape)[node.name]):
                name = f"{node.name}.{state}"
                value = self.case.states[name]
                if self.training and state in node.layer.next_states:
                    value = np.broadcast_to(value, (*self.leading, *value.shape))
                self.states[name] = aligned_copy(value)

    def _new(self, name: str, shape: Shape) -> Array:
        """A new array for the quantity `name`, of `shape` for each of the networks side by side."""
        self.arrays[name] = aligned_empty((*self.leading, *shape), self.case.dtype)
        return self.arrays[name]

    def _forward(self) -> Iterator[Call]:
        network, batch = self.case.network, self.case.x.shape[0]
        entering = network.batch_shapes(self.case.x.shape)
        shapes = dict(zip(("input", *network.names), network.shapes(self.case.x.shape[1:]), strict=True))
        self.outputs = {"input": self._input()}
        self.layers: list[dict[str, Any]] = []  # what each layer's functions may ask for, by argument
        for node in network.nodes:
            name, layer, before = node.name, node.layer, node.sources[0]
            xs = tuple(self.outputs[source] for source in node.sources)
            own: dict[str, Any] = {"x": xs if len(xs) > 1 else xs[0], **self._own(node)}
            inner = layer.inner_shapes(entering[name])
            own |= {i: self._new(f"forward/{name}.{i}", shape) for i, shape in inner.items()}
            own |= self._scratch(layer, entering[name], xs[0])
            if self.training and layer.elementwise and self._may_be_written_over(before, layer):
                output = self.arrays[f"forward/{name}"] = self.arrays.pop(f"forward/{before}")
            else:
                output = self._new(f"forward/{name}", (batch, *shapes[name]))
            self.outputs[name] = output
            self.layers.append({**own, "output": output})
            for i in inner:
                if hasattr(layer, f"forward_{i}"):
                    yield from bind(layer, f"forward_{i}", own, own[i])
            yield from bind(layer, "forward", own, output)
            for state in layer.next_states:
                new = own[state] if self.training else self._new(f"state/{name}.{state}", own[state].shape)
                yield from bind(layer, f"next_{state}", self.layers[-1], new)

    def _scratch(self, layer: Layer, entering: Any, x: Array) -> dict[str, Array]:
        """The arrays that a layer's functions share within a step; those of x alone have its leading axes."""
        lead = {True: self.leading, False: x.shape[: x.ndim - len(entering)]}
        shapes = layer.scratch_shapes(entering).items()
        return {n: aligned_empty((*lead[n.startswith("grad_")], *shape), self.case.dtype) for n, shape in shapes}

    def _input(self) -> Array:
        """The batch, with the leading axes if a layer that it enters cannot do without."""
        x = self.case.x
        entered = [node.layer for node in self.case.network.nodes if "input" in node.sources]
        if not all(layer.broadcasts_x for layer in entered):
            x = np.broadcast_to(x, (*self.leading, *x.shape))
        return aligned_copy(x)

    def _own(self, node: Node) -> dict[str, Array]:
        """A layer's parameters and states, by their own names."""
        own = {p: self.parameters[f"{node.name}.{p}"] for p in node.layer.parameter_shapes()}
        prefix = f"{node.name}."
        return own | {n.removeprefix(prefix): v for n, v in self.states.items() if n.rpartition(".")[0] == node.name}

    def _may_be_written_over(self, before: str, layer: Layer) -> bool:
        """Whether nothing but `layer` needs the output of the node `before`, which is its input."""
        nodes = self.case.network.nodes
        if before == "input" or reads(layer, "x") or sum(before in node.sources for node in nodes) > 1:
            return False
        return not reads(next(node.layer for node in nodes if node.name == before), "output")

    def _loss(self) -> Iterator[Call]:
        loss, output = self.case.loss, self.layers[-1]["output"]
        self.target = aligned_copy(self.case.target)
        shape = output.shape[len(self.leading) :]
        self.scale = loss.scale(shape, self.target)
        elements = self._new("loss/elements", loss.element_shape(shape))
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
        output = self.layers[-1]["output"]
        self.grads = {network.names[-1]: self._new(f"backward/{network.names[-1]}", self._shape_of(output))}
        yield partial(self.case.loss.backward, output, self.target, self.scale, self.grads[network.names[-1]])
        wanted = self._wanted()
        for node, own in zip(reversed(network.nodes), reversed(self.layers), strict=True):
            if node.name not in self.grads:  # nothing below it is trained
                continue
            own["grad_output"] = self.arrays[f"backward/{node.name}"] = self.arrays.pop(f"backward/{node.name}")
            yield from self._inner_gradients(node, own)
            yield from self._gradients(node.name, node.layer, own)
            if wanted.intersection(node.sources):
                yield from self._go_back(node, own)
        if "input" in self.grads:
            self.arrays["backward/input"] = self.arrays.pop("backward/input")

    def _wanted(self) -> set[str]:
        """The quantities whose gradient is wanted: in training, those that depend on a parameter."""
        network = self.case.network
        if not self.training:
            return {*network.names} if network.takes_ids else {"input", *network.names}
        wanted: set[str] = set()
        for node in network.nodes:
            if node.layer.parameter_shapes() or wanted.intersection(node.sources):
                wanted.add(node.name)
        return wanted

    def _go_back(self, node: Node, own: Mapping[str, Any]) -> Iterator[Call]:
        """The gradients of what enters a layer; where something else has used it too, they add up."""
        outs, sums = [], []
        for source in node.sources:
            shape = self._shape_of(self.outputs[source], len(self.case.x.shape) if source == "input" else None)
            if source not in self.grads:
                self.grads[source] = self._new(f"backward/{source}", shape)
                outs.append(self.grads[source])
            else:
                outs.append(aligned_empty((*self.leading, *shape), self.case.dtype))
                sums.append(partial(np.add, self.grads[source], outs[-1], out=self.grads[source]))
        yield from bind(node.layer, "backward", own, tuple(outs) if len(outs) > 1 else outs[0])
        yield from sums

    def _shape_of(self, output: Array, axes: int | None = None) -> Shape:
        """The shape of a layer's output in one network."""
        return output.shape[-axes:] if axes else output.shape[len(self.leading) :]

    def _inner_gradients(self, node: Node, own: dict[str, Any]) -> Iterator[Call]:
        """The gradients of the inner quantities, last one first."""
        names = tuple(reversed(node.layer.inner_gradients))
        for inner in names:
            own[f"grad_{inner}"] = self._new(f"backward/{node.name}.{inner}", self._shape_of(own[inner]))
        if hasattr(node.layer, "backward_inner"):
            yield from bind(node.layer, "backward_inner", own, None)
        for inner in names:
            if hasattr(node.layer, f"backward_{inner}"):
                given = {name: value for name, value in own.items() if name != f"grad_{inner}"}
                yield from bind(node.layer, f"backward_{inner}", given, own[f"grad_{inner}"])

    def _gradients(self, name: str, layer: Layer, own: Mapping[str, Any]) -> Iterator[Call]:
        if not self.training:
            for state in layer.state_gradients:
                gradient = self._new(f"gradient/{name}.{state}", own[state].shape)
                yield from bind(layer, f"grad_{state}", own, gradient)
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

    def _clip(self) -> Iterator[Call]:
        """The gradients that the update uses, where they are clipped."""
        if self.case.clipping:
            self.used = self.gradients if self.training else self._pack()
            self.arrays |= {f"clipped/{name}": view for name, view in self.used.views.items()}
            yield partial(self.case.clipping.clip, self.gradients.vector, self.used.vector)

    def _update(self) -> Iterator[Call]:
        for name in (*self.parameters, *self.states):  # made last layer first, named first layer first
            if (path := f"gradient/{name}") in self.arrays:
                self.arrays[path] = self.arrays.pop(path)
        yield from self._clip()
        for name in self.old.views:
            self.arrays |= {f"optimiser/{name}.{buffer}": pack.views[name] for buffer, pack in self.memory.items()}
        for name, parameter in self.parameters.items():
            self.arrays[f"updated/{name}"] = self.new.views.get(name, parameter)
        for start in range(0, self.old.vector.shape[-1], BLOCK):
            old, gradient, new = (p.vector[..., start : start + BLOCK] for p in (self.old, self.used, self.new))
            scratch = gradient if self.training else None
            call = partial(self.case.optimiser.update, old, gradient, self.learning_rate, scratch, new)
            if self.memory:
                buffers = {name: pack.vector[..., start : start + BLOCK] for name, pack in self.memory.items()}
                call = partial(call, State(self.case.updates, buffers))
            yield call


@cache
def _arguments(function: Callable[..., Any]) -> tuple[tuple[str, bool], ...]:
    """The names of the arguments before `out`, and whether each may be absent."""
    given = (p for p in signature(function).parameters.values() if p.name not in ("self", "out"))
    return tuple((p.name, p.default is not Parameter.empty) for p in given)


def reads(layer: Layer, name: str) -> bool:
    """Whether going back through the layer needs the array that its functions call `name`."""
    given = (*layer.parameter_shapes(), *layer.state_gradients)
    functions = (
        "backward",
        *(f"grad_{p}" for p in given),
        *(f"backward_{i}" for i in ("inner", *layer.inner_gradients)),
    )
    found = (getattr(type(layer), f) for f in functions if hasattr(layer, f))
    return any(name == argument for function in found for argument, _ in _arguments(function))


def bind(layer: Layer, function_name: str, arrays: Mapping[str, Any], out: Any) -> Iterator[Call]:
    """Calls of a layer's function on the arrays that its arguments name, writing to `out`, block by block."""
    function = getattr(type(layer), function_name)
    given = []
    for name, optional in _arguments(function):
        if name not in arrays and not optional:
            raise unknown(f"an argument of {layer.kind}.{function_name}", name, arrays)
        given.append(arrays.get(name))
    function = unwrap(function)  # run() sets np.errstate once for all calls
    if out is None:
        yield partial(function, layer, *given)
    elif layer.elementwise and out.size > BLOCK and all(a is not None and a.shape == out.shape for a in given):
        flat = [a.reshape(-1, copy=False) for a in (*given, out) if a is not None]
        for start in range(0, out.size, BLOCK):
            yield partial(function, layer, *(a[start : start + BLOCK] for a in flat))
    else:
        yield partial(function, layer, *given, out)
