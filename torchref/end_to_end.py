"""End to end: to how many digits a trace agrees with a right one of the same case, mistakes and their effects alike."""

from collections.abc import Mapping

import numpy as np

from manual.arrays import Array
from manual.case import Case
from torchref import compare


def digits(case: Case, ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> dict[str, float]:
    """Decimal digits to which each quantity that both have agrees, relative to its largest element.

    An update is taken as (old − new) / learning rate. It can keep fewer digits than the gradient: a small gradient
    is rounded off when it is taken from a large weight.
    """
    found = {}
    for name, theirs_there in theirs.items():
        a, b = ours.get(name), theirs_there
        if a is None or a.shape != b.shape or not np.isfinite(a).all():
            continue
        room, _, parameter = name.partition("/")
        if room == "updated":
            if parameter in case.frozen:
                continue
            old, rate = case.parameters[parameter], case.optimiser.learning_rate
            a, b = (old - a) / rate, (old - b) / rate
        found[name] = compare.digits(np.abs(a - b), b)
    return found


def worst(digits: Mapping[str, float]) -> dict[str, float]:
    """The worst of each kind of quantity: forward, loss, backward, gradient, updated."""
    rooms: dict[str, float] = {}
    for name, value in digits.items():
        room = name.partition("/")[0]
        rooms[room] = min(rooms.get(room, compare.ALL_DIGITS), value)
    return rooms
