"""Derivatives: ∂A/∂B between any two numbers of a step, by the layers' own backward functions.

Derivation   The chain rule: start with ∂A/∂A = 1 at A's place in its layer's output, 0 elsewhere, and go back layer
             by layer as backpropagation does, until the layer that B belongs to.
Source       the document, section 2.2: ∂out_o1/∂l_o1, ∂E_o1/∂out_h1 and their like
"""

from inspect import signature
from typing import Any

import numpy as np

from manual.arrays import Array
from manual.case import Case
from manual.layers import Layer
from manual.names import Derivative, Element
from manual.trace import Trace


def value(case: Case, trace: Trace, quantity: Element | Derivative) -> float:
    """The number that a quantity stands for."""
    if isinstance(quantity, Derivative):
        return _derivative(case, trace, quantity)
    room, _, name = quantity.path.partition("/")
    if room == "input":
        return float(case.x[quantity.index])
    array = case.parameters[name] if room == "parameter" else trace[quantity.path]
    return float(array[quantity.index])


def _derivative(case: Case, trace: Trace, quantity: Derivative) -> float:
    names = case.network.names
    place, grad_output = _seed(case, trace, quantity.of)
    while place >= 0:
        if quantity.by.path == f"forward/{names[place]}":
            return float(grad_output[quantity.by.index])
        layer = case.network.nodes[place].layer
        own = _arrays(case, trace, place) | {"grad_output": grad_output}
        room, _, parameter = quantity.by.path.partition(f"{names[place]}.")
        if room == "parameter/":
            return float(_call(layer, f"grad_{parameter}", own)[quantity.by.index])
        grad_output = _call(layer, "backward", own)
        place -= 1
    return float(grad_output[quantity.by.index]) if quantity.by.path == "input" else 0.0


def _seed(case: Case, trace: Trace, of: Element) -> tuple[int, Array]:
    """The layer at whose output the way back starts, and ∂(the number)/∂(that output)."""
    last = len(case.network.nodes) - 1
    place = last if of.path == "loss/elements" else case.network.names.index(of.path.removeprefix("forward/"))
    seed = np.zeros_like(trace[f"forward/{case.network.names[place]}"])
    if of.path == "loss/elements":
        slope = case.loss.slope(trace[f"forward/{case.network.names[last]}"], case.target)
        seed[of.index] = slope[of.index]
    else:
        seed[of.index] = 1.0
    return place, seed


def _arrays(case: Case, trace: Trace, place: int) -> dict[str, Array]:
    """What the functions of the layer at a place may ask for, by argument."""
    names = case.network.names
    own = {p: case.parameters[f"{names[place]}.{p}"] for p in case.network.nodes[place].layer.parameter_shapes()}
    x = trace[f"forward/{names[place - 1]}"] if place else case.x
    return {**own, "x": x, "output": trace[f"forward/{names[place]}"]}


def _call(layer: Layer, function: str, arrays: dict[str, Array]) -> Array:
    method: Any = getattr(layer, function)
    result: Array = method(**{name: arrays[name] for name in signature(method).parameters if name in arrays})
    return result
