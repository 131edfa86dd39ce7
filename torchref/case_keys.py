"""Case keys: what the keys of a case file mean, turned into layers, arrays and a loss, each with its own error."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be, unknown
from manual.layers import LAYERS, Layer
from manual.layers.linear import Linear
from manual.losses import LOSSES, Loss, parse_loss
from manual.network import Network

# Weights and biases: a network beyond this is none to follow with a pencil, and a page about it is megabytes.
MOST_PARAMETERS = 500
LETTERS = {"weights": ("w", "weight"), "biases": ("b", "bias")}


def number(name: str, value: Any) -> float:
    """A finite number of the file."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise must_be(name, "a number", _said(value))
    try:
        value = float(value)
    except OverflowError:
        value = float("inf")
    if not isfinite(value):
        raise must_be(name, "a finite number", value)
    return value


def text(given: Mapping[str, Any], key: str) -> str:
    """A text of the file, or nothing."""
    value = given.get(key, "")
    if not isinstance(value, str):
        raise must_be(key, "a text", _said(value))
    return value


def texts(given: Mapping[str, Any], key: str) -> dict[str, str]:
    """A table of texts of the file, or an empty one."""
    value = given.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise must_be(key, "a table of texts", _said(value))
    return dict(value)


def numbers(name: str, value: Any, shape: Shape) -> Array:
    """Numbers in nested lists of a shape."""
    if not shape:
        return np.array(number(name, value))
    if not isinstance(value, list) or len(value) != shape[0]:
        what = "numbers" if len(shape) == 1 else "rows, one a neuron,"
        length = f"{len(value)}" if isinstance(value, list) else _said(value)
        raise must_be(name, f"a list of {shape[0]} {what}".rstrip(","), length)
    return np.array([numbers(f"{name}[{place}]", item, shape[1:]) for place, item in enumerate(value)])


def layers_of(given: Mapping[str, Any]) -> tuple[Layer, ...]:
    """The chain of layers that the keys layers, activations and bias describe."""
    sizes = given["layers"]
    is_list = isinstance(sizes, list) and len(sizes) >= 2
    if not is_list or not all(type(size) is int and size >= 1 for size in sizes):
        raise must_be("layers", "a list of two or more sizes, from inputs to outputs, as in [2, 2, 2]", _said(sizes))
    count = sum(o * (i + 1) for i, o in pairwise(sizes))
    if count > MOST_PARAMETERS:
        advice = "a case to derive by hand is a small network"
        raise must_be("layers", f"a network of at most {MOST_PARAMETERS} weights and biases", count, advice)
    activations = _a_layer(given, "activations", len(sizes) - 1, "sigmoid", [*_activations(), "none"])
    biases = _a_layer(given, "bias", len(sizes) - 1, "neuron", ("neuron", "shared", "none"))
    layers: list[Layer] = []
    for (i, o), kind, bias in zip(pairwise(sizes), activations, biases, strict=True):
        layers.append(Linear(i, o, bias))  # type: ignore[arg-type]  # one of the three, as was asked
        layers += [] if kind == "none" else [LAYERS[kind]()]
    return tuple(layers)


def _activations() -> list[str]:
    """The layers that make a neuron's output of its linear part, or of those of its layer."""
    return [kind for kind, layer in LAYERS.items() if layer.elementwise or kind in ("softmax", "log_softmax")]


def _a_layer(given: Mapping[str, Any], key: str, count: int, default: str, choices: Any) -> list[str]:
    """One word for all layers, or a list of one a layer."""
    value = given.get(key, default)
    words = value if isinstance(value, list) else [value] * count
    if len(words) != count:
        raise must_be(key, f"one word for all, or a list of {count}, one a layer after the inputs", len(words))
    for word in words:
        if not isinstance(word, str) or word not in choices:
            raise unknown(key, word if isinstance(word, str) else _said(word), choices)
    return words


def loss_of(given: Mapping[str, Any]) -> Loss:
    """The loss by its name, with its reduction or without: the sum."""
    name = text(given, "loss") or "half_squared_error"
    return LOSSES[name]() if name in LOSSES else parse_loss(name)


def target_of(given: Mapping[str, Any], outputs: int, loss: Loss) -> Array:
    """A number an output; or, where the loss takes it, the number of the right class, from 0."""
    value = given["target"]
    if type(value) is int and loss.element_axes == 1:
        if not 0 <= value < outputs:
            raise must_be("target", f"a class from 0 to {outputs - 1}", value)
        return np.array([value])
    return numbers("target", value, (outputs,))[None]


def parameters_of(network: Network, given: Mapping[str, Any]) -> dict[str, Array]:
    """Every weight and bias, from matrices and lists or from a table of the document's names."""
    arrays: dict[str, Array] = {}
    for key in LETTERS:
        shapes = {name: s for name, s in network.parameter_shapes.items() if name.endswith(LETTERS[key][1])}
        value = given.get(key)
        if isinstance(value, dict):
            arrays |= _by_name(network, key, value, shapes)
        elif shapes or value:
            arrays |= _by_layer(network, key, value, shapes)
    return {name: arrays[name] for name in network.parameter_shapes}


def _by_name(network: Network, key: str, table: Mapping[str, Any], shapes: Mapping[str, Shape]) -> dict[str, Array]:
    names = {name: (path, index) for name, path, index in named_parameters(network) if path in shapes}
    for name in table:
        if name not in names:
            raise unknown(key, name, names or ["nothing: the network has none"])
    missing = [name for name in names if name not in table]
    if missing:
        raise must_be(key, f"given for each of {next(iter(names))} … {list(names)[-1]}", f"no {', '.join(missing[:8])}")
    arrays = {path: np.zeros(shape) for path, shape in shapes.items()}
    for name, (path, index) in names.items():
        arrays[path][index] = number(name, table[name])
    return arrays


def _by_layer(network: Network, key: str, value: Any, shapes: Mapping[str, Shape]) -> dict[str, Array]:
    linear = [
        (name, layer) for name, layer in zip(network.names, network.layers, strict=True) if layer.kind == "linear"
    ]
    if not isinstance(value, list) or len(value) != len(linear):
        got = f"{len(value)} entries" if isinstance(value, list) else "nothing" if value is None else _said(value)
        advice = "a layer without has [] there, or write bias = 'none'" if key == "biases" else ""
        raise must_be(key, f"a list of {len(linear)} entries, one a layer, or a table by name", got, advice)
    arrays: dict[str, Array] = {}
    for place, ((name, _), entry) in enumerate(zip(linear, value, strict=True)):
        path = f"{name}.{LETTERS[key][1]}"
        if path in shapes:
            is_one = shapes[path] == (1,) and not isinstance(entry, list)
            arrays[path] = numbers(f"{key}[{place}]", [entry] if is_one else entry, shapes[path])
        elif entry != []:
            raise must_be(f"{key}[{place}]", "[], for the layer's bias is none", _said(entry))
    return arrays


def named_parameters(network: Network) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Each weight and bias by the document's name (the rule of manual.names), its array's name and its place there."""
    counts = dict.fromkeys(LETTERS, 0)
    for path, shape in network.parameter_shapes.items():
        key = next(key for key, (_, ending) in LETTERS.items() if path.endswith(ending))
        for index in np.ndindex(shape):
            counts[key] += 1
            yield f"{LETTERS[key][0]}{counts[key]}", path, index


def frozen_of(network: Network, given: Mapping[str, Any]) -> frozenset[str]:
    """The parameters that stay: by the document's names, as linear0.bias, or all the weights or biases."""
    wanted = given.get("frozen", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
        raise must_be("frozen", 'a list of names, as in ["b1", "b2"]', _said(wanted))
    names = {name: path for name, path, _ in named_parameters(network)}
    shapes, whole, single = network.parameter_shapes, set(), set()
    for name in wanted:
        if name in LETTERS:
            whole |= {path for path in shapes if path.endswith(LETTERS[name][1])}
        elif name in shapes:
            whole.add(name)
        elif name in names:
            single.add(name)
        else:
            raise unknown("frozen", name, [*names, *LETTERS])
    for path in {names[name] for name in single}:
        together = {name for name, other in names.items() if other == path}
        if not together <= single:
            rest = ", ".join(name for name in names if name in together - single)
            raise must_be("frozen", f"all of a layer's {path.rpartition('.')[2]} or nothing of it", f"not {rest}")
        whole.add(path)
    return frozenset(whole)


def flag(given: Mapping[str, Any], key: str) -> bool:
    """True or false; false if not given."""
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise must_be(key, "true or false", _said(value))
    return value


def _said(value: Any) -> str:
    """A value as an error shows it: short."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
