"""Definitions: what each layer, loss and optimiser is, as a formula in sympy. What follows from it, sympy derives.

A row a kind; a test holds the tables complete and beside what manual computes. The letters are those of manual's
docstrings: x and y a layer's input and output, o and t a network's output and its target, e an element of a loss.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy as sp

# Formulas of all of a layer's inputs and the place of the output that is wanted.
Coupled = Callable[[Sequence[sp.Expr], int], sp.Expr]


@dataclass(frozen=True)
class Activation:
    """y as a formula of x, and x as a formula of y where the slope is best written in y.

    total    what all outputs of the layer add up to, where that is so
    """

    output: Coupled
    inverse: Callable[[sp.Expr], sp.Expr] | None = None
    total: int | None = None


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(lambda x, k: x[k]),
    "relu": Activation(lambda x, k: sp.Piecewise((x[k], x[k] > 0), (0, True))),
    "sigmoid": Activation(lambda x, k: 1 / (1 + sp.exp(-x[k])), inverse=lambda y: sp.log(y / (1 - y))),
    "softmax": Activation(lambda x, k: sp.exp(x[k]) / sp.Add(*map(sp.exp, x)), inverse=sp.log, total=1),
    "tanh": Activation(lambda x, k: sp.tanh(x[k]), inverse=sp.atanh),
}


def neuron(w: sp.Expr, x: sp.Expr, b: sp.Expr) -> sp.Expr:
    """What one input adds to a neuron's linear part, and all the rest of it: w x + b."""
    return w * x + b


# e of one output and its target.
ELEMENTS: dict[str, Callable[[sp.Expr, sp.Expr], sp.Expr]] = {
    "absolute_error": lambda o, t: sp.Abs(o - t),
    "binary_cross_entropy": lambda o, t: -t * sp.log(o) - (1 - t) * sp.log(1 - o),
    "half_squared_error": lambda o, t: (t - o) ** 2 / 2,
    "inner_product": lambda o, t: t * o,
    "squared_error": lambda o, t: (t - o) ** 2,
}

# E of all outputs and targets of an example.
ROWS: dict[str, Callable[[Sequence[sp.Expr], Sequence[sp.Expr]], sp.Expr]] = {
    "softmax_cross_entropy": lambda o, t: (
        sp.log(sp.Add(*map(sp.exp, o))) - sp.Add(*(a * b for a, b in zip(t, o, strict=True)))
    ),
}


def penalty(w: sp.Expr, l1: sp.Expr, l2: sp.Expr) -> sp.Expr:
    """What one weight adds to the objective."""
    return l1 * sp.Abs(w) + l2 * w**2 / 2


# w⁺ of w, its gradient and the learning rate.
UPDATES: dict[str, Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr]] = {"sgd": lambda w, g, eta: w - eta * g}
