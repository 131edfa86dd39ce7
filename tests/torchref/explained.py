"""Random cases that `torchref explain` can render: only layers and losses that have a definition, plain descent."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

import manual
from manual.case import Case
from torchref.explain import definitions
from torchref.random_cases import Limits, random_case

LAYERS = {*definitions.ACTIVATIONS, "linear"}
LOSSES = {*definitions.ELEMENTS, *definitions.ROWS}


def explained(seed: int, limits: Limits) -> Iterator[Case]:
    """Cases of a seed, one after another, in float64, with plain gradient descent in the place of their optimiser."""
    for number in count(0, 2):  # the even ones are float64
        case = random_case(seed, number, limits, "ordinary").case
        plain = manual.SGD(case.optimiser.learning_rate)
        case = replace(case, optimiser=plain, clipping=None, optimiser_state={}, updates=0)
        kinds = {layer.kind for layer in case.network.layers}
        is_plain_loss = case.loss.kind in LOSSES and case.loss == type(case.loss)(case.loss.reduction)
        if kinds <= LAYERS and is_plain_loss:
            yield case


def nth(seed: int, number: int, limits: Limits) -> Case:
    """One of them."""
    return next(islice(explained(seed, limits), number, None))
