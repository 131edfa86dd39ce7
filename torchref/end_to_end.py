"""End to end: how far two traces of one case agree in what training uses, the gradients and the updates."""

import numpy as np

from manual.case import Case
from manual.trace import Trace
from torchref import compare


def digits(case: Case, ours: Trace, theirs: Trace) -> tuple[float, float]:
    """Decimal digits to which the worst gradient and the worst update agree, each relative to its largest element.

    An update is taken as (old − new) / learning rate. It can keep fewer digits than the gradient: a small gradient
    is rounded off when it is taken from a large weight.
    """
    gradient = update = compare.ALL_DIGITS
    for name, old in case.parameters.items():
        a, b = ours[f"gradient/{name}"], theirs[f"gradient/{name}"]
        gradient = min(gradient, compare.digits(np.abs(a - b), b))
        if name not in case.frozen:
            a, b = ((old - t[f"updated/{name}"]) / case.optimiser.learning_rate for t in (ours, theirs))
            update = min(update, compare.digits(np.abs(a - b), b))
    return gradient, update
