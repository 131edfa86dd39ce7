"""Cases with each activation, loss and optimiser, small, and drawn so that what is silent elsewhere can be done."""

from dataclasses import replace

import numpy as np

import manual
from manual import Linear, Network
from manual.clipping import Clipping
from torchref.random_parts import (
    activations,
    random_activation,
    random_optimiser_state,
    random_target,
)

WEIGHT = (0.5, 2.0, 1.25, 0.75)

LOSSES = {
    "huber": manual.Huber("mean", delta=0.375),
    "smooth L1": manual.SmoothL1("batchmean", beta=0.375),
    "KL": manual.KLDivergence("batchmean"),
    "KL, log target": manual.KLDivergence("mean", log_target=True),
    "hinge": manual.Hinge("sum", margin=0.75),
    "multi-margin": manual.MultiMargin("mean", margin=0.75),
    "likelihood": manual.NegativeLogLikelihood("mean", weight=WEIGHT),
    "cross-entropy, weighted": manual.SoftmaxCrossEntropy("mean", weight=WEIGHT, label_smoothing=0.125),
}


def part_case(seed=0, activation=None, loss=None, optimiser=None, clipping=None):
    """Two linear layers of four neurons with an activation between, four examples, ten updates made before."""
    rng = np.random.default_rng(seed)
    network = Network((Linear(4, 4), activation or manual.Tanh(), Linear(4, 4)))
    if loss is not None and loss.kind in ("negative_log_likelihood", "kl_divergence"):
        network = Network((*network.layers, manual.LogSoftmax()))
    parameters = {n: rng.standard_normal(s) for n, s in network.parameter_shapes.items()}
    x = 1.5 * rng.standard_normal((4, 4))
    loss = loss or manual.HalfSquaredError("sum")
    target = random_target(rng, loss, (4, 4))
    optimiser = optimiser or manual.SGD(0.3)
    updates, state = 0, {}
    while optimiser.buffers and not updates:
        updates, state = random_optimiser_state(rng, optimiser, network.parameter_shapes)
    given = {"clipping": clipping, "updates": updates, "optimiser_state": state}
    return manual.Case(network, parameters, x, target, loss, optimiser, **given)


def activation_cases():
    rng = np.random.default_rng(1)
    return {kind: part_case(2, random_activation(rng, kind)) for kind in activations()}


def optimisers():
    rate = 0.3
    return {
        "momentum": manual.Momentum(rate, 0.75, dampening=0.25, weight_decay=0.125),
        "nesterov": manual.Momentum(rate, 0.75, nesterov=True),
        "adagrad": manual.Adagrad(rate, lr_decay=0.25, eps=0.01, weight_decay=0.125),
        "rmsprop": manual.RMSprop(rate, 0.75, eps=0.01, momentum=0.5, centered=True, weight_decay=0.125),
        "adam": manual.Adam(rate, 0.75, 0.9, eps=0.01, weight_decay=0.125, amsgrad=True),
        "adamw": manual.AdamW(rate, 0.75, 0.9, eps=0.01, weight_decay=0.125),
    }


PART_CASES = {
    **activation_cases(),
    **{name: part_case(k + 3, loss=loss) for k, (name, loss) in enumerate(LOSSES.items())},
    **{name: part_case(k + 20, optimiser=rule) for k, (name, rule) in enumerate(optimisers().items())},
    "clipped by norm": part_case(30, clipping=Clipping("norm", 0.5)),
    "within the norm": part_case(31, clipping=Clipping("norm", 500.0)),
    "clipped by value": part_case(32, clipping=Clipping("value", 0.5)),
    "first step": replace(
        part_case(33, optimiser=manual.Momentum(0.3, 0.75, dampening=0.25)), updates=0, optimiser_state={}
    ),
}
