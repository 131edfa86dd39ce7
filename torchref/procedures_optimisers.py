"""Procedures of optimisers: every rule alone on a sequence of gradients, inside training, and L-BFGS, against torch."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from manual import document
from manual.clipping import Clipping
from manual.optimisers import Optimiser
from manual.optimisers.adagrad import Adagrad
from manual.optimisers.adam import Adam
from manual.optimisers.adamw import AdamW
from manual.optimisers.momentum import Momentum
from manual.optimisers.rmsprop import RMSprop
from manual.optimisers.sgd import SGD
from manual.quasi_newton import lbfgs
from manual.surfaces import UnevenBowl
from manual.training import train
from torchref import twin
from torchref.allowance import ELEMENTARY, Rounding, allowance
from torchref.compare import Comparison, compare
from torchref.rounding_updates import Update, roundings

RULES: dict[str, Optimiser] = {
    "sgd": SGD(0.1),
    "momentum": Momentum(0.1, 0.9, dampening=0.3, weight_decay=0.1),
    "nesterov": Momentum(0.1, 0.9, nesterov=True),
    "adagrad": Adagrad(0.1, lr_decay=0.2, weight_decay=0.1),
    "rmsprop": RMSprop(0.1, weight_decay=0.1),
    "rmsprop-centered": RMSprop(0.1, 0.9, momentum=0.8, centered=True),
    "adam": Adam(0.1, weight_decay=0.1),
    "adam-amsgrad": Adam(0.1, 0.8, 0.99, amsgrad=True),
    "adamw": AdamW(0.1, weight_decay=0.1),
}
# Large gradients, small ones beside ε, and none at all.
SIZES = (1.0, 100.0, 1e-3, 0.0, 1.0, 1e-3, 0.0, 30.0, 1.0, 1e-3)
STEPS = 100


def check_optimisers() -> Iterator[Comparison]:
    """One comparison a rule alone, in training and with clipping, and of L-BFGS on a bowl."""
    for name, rule in RULES.items():
        yield _alone(name, rule)
    for name in ("nesterov", "rmsprop", "adam", "adamw"):
        yield _training(name, replace(RULES[name], learning_rate=0.03), None)
    yield _training("sgd-clipped", SGD(1.0), Clipping("norm", 0.1))
    yield _quasi_newton()


def _alone(name: str, rule: Any) -> Comparison:
    """Ten steps, each judged from manual's own parameters and state before it."""
    rng = np.random.default_rng(30)
    w = rng.standard_normal((3, 4))
    state, rows = rule.init_state(w), []
    for t, size in enumerate(SIZES):
        g, old = size * rng.standard_normal(w.shape), {b: v.copy() for b, v in state.buffers.items()}
        new, kept = twin.update(rule, torch.tensor(w), torch.tensor(g), {b: torch.tensor(v) for b, v in old.items()}, t)
        exact = {b: twin.array(v) for b, v in kept.items()}
        rounding = roundings(Update(rule, w, g, old, t, exact, twin.array(new), np.float64))
        w = rule.update(w, g, rule.learning_rate, state=state)
        rows.append((w, twin.array(new), allowance(rounding[""], np.float64)))
        rows += [(state.buffers[b].copy(), v, allowance(rounding[b], np.float64)) for b, v in exact.items()]
    ours, theirs, allowed = (np.array([np.broadcast_to(row[k], w.shape) for row in rows]) for k in range(3))
    return compare(f"optimiser/{name}", ours, theirs, allowed, np.float64)


def _training(name: str, rule: Optimiser, clipping: Clipping | None) -> Comparison:
    """The document's example trained for 100 steps, its loss from step to step."""
    case = replace(document.example(), optimiser=rule, clipping=clipping)
    ours = train(case, [rule.learning_rate], STEPS).loss[0]
    model: Any = twin.build(case.network).double()
    model.load_state_dict({n: twin.tensor(value) for n, value in case.parameters.items()})
    trainable = [p for n, p in model.named_parameters() if n not in case.frozen]
    optimiser = twin.build_optimiser(rule, trainable)
    losses = np.empty(STEPS + 1)
    for t in range(STEPS + 1):
        optimiser.zero_grad()
        target = twin.tensor(case.target)
        loss = twin.reduce(case.loss, twin.loss_elements(case.loss, model(twin.tensor(case.x)), target), target)
        torch.autograd.backward(loss)
        losses[t] = float(loss.detach())
        twin.clip(clipping, trainable)
        optimiser.step()
    # An error in the weights is one of its slope's share in the loss, which starts at 0.1 with slopes below 1.
    rounding = Rounding(ELEMENTARY * STEPS, np.full_like(losses, 0.1))
    return compare(f"training/{name}", ours, losses, allowance(rounding, np.float64), np.float64)


def _quasi_newton() -> Comparison:
    """L-BFGS on the uneven bowl, ten steps of it by torch, one at a time."""
    surface, steps = UnevenBowl(), 10
    point = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    optimiser: Any = torch.optim.LBFGS([point], lr=0.5, max_iter=1, tolerance_grad=0.0, tolerance_change=0.0)

    def closure() -> float:
        optimiser.zero_grad()
        value = twin.SURFACES[surface.kind](point[0], point[1])
        torch.autograd.backward(value)
        return float(value.detach())

    path = [point.detach().clone()]
    for _ in range(steps):
        optimiser.step(closure)
        path.append(point.detach().clone())
    gradient = UnevenBowl().gradient
    ours = lbfgs(lambda p: np.asarray(gradient(p[0], p[1])), np.array(surface.start), steps, learning_rate=0.5)
    # Roundings of y · s reach the direction multiplied by the ratio of the curvatures, 10.
    size = np.full_like(ours, 10 * max(map(abs, surface.start)))
    allowed = allowance(Rounding(ELEMENTARY * steps, size), np.float64)
    return compare("quasi-newton/uneven-bowl", ours, torch.stack(path).numpy(), allowed, np.float64)
