"""Collect: finds arrays in whatever somebody's code leaves behind: attributes, dicts, tuples, lists over time.

A name may be a path, as in layers[0].dW or grads.W1. The gradient of a parameter W is looked for under the names that
people give it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.errors import must_be

# What people call the gradient of W, most frequent first; {n} stands for the parameter's own name.
GRADIENT_NAMES = (
    "d{n}",
    "grad_{n}",
    "{n}_grad",
    "grad{n}",
    "{n}_diff",
    "dLd{n}",
    "dL_d{n}",
    "dLd_{n}",
    "dJd{n}",
    "dJ_d{n}",
    "d_{n}",
    "g{n}",
    "nabla_{n}",
    "delta_{n}",
    "{n}.grad",
    "{n}_gradient",
)
# Where people keep gradients together.
GRADIENT_HOLDERS = ("grads", "gradients", "grad", "dparams", "derivatives")
LOSS_NAMES = ("loss", "cost", "L", "J", "E", "error", "E_total")
INPUT_GRADIENT_NAMES = ("dx", "dX", "grad_input", "dinputs", "dinput", "grad_x", "grad_X", "din", "dA_prev")

_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(-?\d+)\]|\[['\"]([^'\"]+)['\"]\]")


class MissingError(Exception):
    """There is nothing under a name."""


def lookup(thing: Any, path: str) -> Any:
    """What is at a path, as in layers[0].dW; raises MissingError if nothing is."""
    end = 0
    for step in _STEP.finditer(path):
        if step.start() != end:
            break
        end = step.end()
        name, index, key = step.groups()
        thing = _go(thing, name or key if index is None else int(index))
    if end != len(path):
        raise must_be("a name", "a path such as dW1, grads.W1 or layers[0].dW", repr(path))
    return thing


def _go(thing: Any, step: str | int) -> Any:
    if isinstance(thing, Mapping) and step in thing:
        return thing[step]
    if isinstance(step, int) and isinstance(thing, Sequence) and -len(thing) <= step < len(thing):
        return thing[step]
    if isinstance(step, str) and not isinstance(thing, Mapping | np.ndarray) and hasattr(thing, step):
        return getattr(thing, step)
    raise MissingError(step)


def first(thing: Any, paths: Iterable[str]) -> tuple[str, Any] | None:
    """The first of the paths under which something is, and what is there."""
    for path in paths:
        try:
            found = lookup(thing, path)
        except MissingError:
            continue
        if found is not None and not callable(found):
            return path, found
    return None


def gradient_paths(parameter: str) -> Iterator[str]:
    """Where the gradient of a parameter may be, most likely first."""
    holder, dot, name = parameter.rpartition(".")
    for pattern in GRADIENT_NAMES:
        yield f"{holder}{dot}{pattern.format(n=name)}"
    for place in GRADIENT_HOLDERS:
        for pattern in ("{n}", *GRADIENT_NAMES):
            yield f"{place}.{pattern.format(n=name)}"
            if dot:
                yield f"{holder}.{place}.{pattern.format(n=name)}"


def as_array(found: Any) -> Array:
    """What was found as an array; a list of arrays of one shape, over time, is stacked along a first axis.

    A torch tensor is taken to NumPy. Anything else becomes what NumPy makes of it, of whatever dtype that is.
    """
    if hasattr(found, "detach"):
        found = found.detach().cpu().numpy()
    if isinstance(found, list | tuple) and found and all(isinstance(item, np.ndarray) for item in found):
        shapes = {item.shape for item in found}
        return np.stack(found) if len(shapes) == 1 else np.empty(0, object)
    return np.asarray(found)
