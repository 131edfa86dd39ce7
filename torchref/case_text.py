"""Case text: a case as the TOML file that reads back as it, number for number."""

from collections.abc import Iterable, Iterator
from itertools import count

import numpy as np

from manual.arrays import Array
from manual.case import Case
from manual.errors import must_be
from manual.layers.linear import Linear
from manual.optimisers.sgd import SGD


def write_case(case: Case, title: str = "") -> str:
    """The case as TOML for read_case.

    Raises    InputError for what a case file cannot say: a batch, two activations after one another, settings of a
              layer or a loss, another optimiser than plain gradient descent
    """
    _check_plain(case)
    if case.x.shape[0] != 1:
        raise must_be("the batch", "one example, as a case file holds it", case.x.shape[0])
    blocks = list(_blocks(case))
    sizes = [blocks[0][1].in_features, *(linear.out_features for _, linear, _ in blocks)]
    lines = [f"title = {_quoted(title)}"] if title else []
    lines += [
        f"layers = {sizes}",
        f"activations = {_words(activation for *_, activation in blocks)}",
        f"bias = {_words(linear.bias for _, linear, _ in blocks)}",
        *_weights(case, [name for name, *_ in blocks]),
        f"biases = [{', '.join(_bias(case, name, linear) for name, linear, _ in blocks)}]",
        f"x = {_list(case.x[0])}",
        f"target = {int(case.target[0]) if case.target.ndim == 1 else _list(case.target[0])}",
        f'loss = "{case.loss.name}"',
        f"learning_rate = {_number(case.optimiser.learning_rate)}",
    ]
    lines += [f"frozen = {_words(sorted(case.frozen), always_a_list=True)}"] if case.frozen else []
    lines += [f"{key} = {_number(getattr(case.penalty, key))}" for key in ("l1", "l2") if getattr(case.penalty, key)]
    lines += ["penalise_biases = true"] if case.penalty.biases else []
    return "\n".join(lines) + "\n"


def _check_plain(case: Case) -> None:
    """Raises InputError if a layer, the loss or the optimiser has settings that a case file has no key for."""
    set_apart = [n.kind for n in case.network.layers if not isinstance(n, Linear) and n != type(n)()]
    set_apart += [case.loss.name] if case.loss != type(case.loss)(case.loss.reduction) else []
    set_apart += [case.optimiser.kind] if case.optimiser != SGD(case.optimiser.learning_rate) else []
    set_apart += ["clipping"] if case.clipping else []
    if set_apart:
        raise must_be("a case file", "of layers, a loss and an optimiser without settings", ", ".join(set_apart))


def _blocks(case: Case) -> Iterator[tuple[str, Linear, str]]:
    """Each linear layer's name, the layer, and the kind of the activation after it, or none."""
    layers = case.network.layers
    for place, layer in enumerate(layers):
        if isinstance(layer, Linear):
            after = layers[place + 1].kind if place + 1 < len(layers) else "linear"
            yield case.network.names[place], layer, "none" if after == "linear" else after
        elif not place or not isinstance(layers[place - 1], Linear):
            raise must_be("network", "linear layers with at most one activation after each", f"{layer.kind} at {place}")


def _weights(case: Case, names: Iterable[str]) -> Iterator[str]:
    """A matrix a layer, a row a line, with the document's names of its first and last weight beside it."""
    numbers = count(1)
    yield "weights = ["
    for name in names:
        yield "    ["
        for row in case.parameters[f"{name}.weight"]:
            places = [next(numbers) for _ in row]
            shown = f"w{places[0]}" if len(places) == 1 else f"w{places[0]} … w{places[-1]}"
            yield f"        {_list(row)},  # {shown}"
        yield "    ],"
    yield "]"


def _bias(case: Case, name: str, linear: Linear) -> str:
    if linear.bias == "none":
        return "[]"
    values = case.parameters[f"{name}.bias"]
    return _number(values[0]) if linear.bias == "shared" else _list(values)


def _words(words: Iterable[str], *, always_a_list: bool = False) -> str:
    """One word where all are the same, else a list."""
    found = list(words)
    if len(set(found)) == 1 and not always_a_list:
        return _quoted(found[0])
    return f"[{', '.join(map(_quoted, found))}]"


def _list(values: Array) -> str:
    return f"[{', '.join(map(_number, values))}]"


def _number(value: float | np.floating) -> str:
    """The shortest decimal that reads back as this very float64."""
    return repr(float(value))


def _quoted(text: str) -> str:
    """A TOML basic string; JSON escapes the same characters in the same way, and here no others."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
