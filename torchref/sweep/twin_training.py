"""Twin training: torch's loss curves at many learning rates at once, from the same modules that check the gradients."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, vmap

from manual.arrays import Array
from manual.case import Case
from manual.schedules import Fixed, Schedule
from manual.surfaces import Surface
from torchref import twin

# Kinds whose functions in torch have no batching rule.
UNBATCHED = ("rnn", "lstm", "gru", "attention", "multi_head_attention")


def train(case: Case, rates: list[float], steps: int, schedule: Schedule | None = None) -> Array:
    """The objective before the first update and after each, (R, T + 1), as torch computes it."""
    schedule = schedule or Fixed()
    model = twin.build(case.network)
    frozen = {name: twin.tensor(case.parameters[name]) for name in case.frozen}
    x, target = twin.tensor(case.x), twin.tensor(case.target)
    states = {name: twin.tensor(value) for name, value in case.states.items()}

    def objective(trainable: dict[str, Tensor]) -> Tensor:
        parameters = {**trainable, **frozen}
        elements = twin.loss_elements(case.loss, functional_call(model, parameters, (x, states)), target)
        loss = twin.reduce(case.loss, elements, target)
        return loss + twin.penalty_value(case.penalty, parameters) if case.penalty else loss

    stacked = {
        name: twin.tensor(value).expand(len(rates), *value.shape).clone().requires_grad_()
        for name, value in case.parameters.items()
        if name not in case.frozen
    }
    base = torch.tensor(rates, dtype=x.dtype)
    sizes = {name: base.reshape(-1, *[1] * (value.dim() - 1)) for name, value in stacked.items()}
    losses = torch.empty(steps + 1, len(rates), dtype=x.dtype)
    together = vmap(objective)
    if any(node.layer.kind in UNBATCHED for node in case.network.nodes):
        together = _one_by_one(objective, len(rates))
    for t in range(steps + 1):
        values = together(stacked)
        losses[t] = values.detach()
        # Each network's loss depends on its own parameters alone, so the sum's gradient is every one's.
        gradients = torch.autograd.grad(values.sum(), list(stacked.values()))
        with torch.no_grad():
            for (name, value), gradient in zip(stacked.items(), gradients, strict=True):
                value -= schedule.factor(t) * sizes[name] * gradient
    return np.asarray(losses.T.numpy())


def _one_by_one(objective: Callable[[dict[str, Tensor]], Tensor], rates: int) -> Callable[..., Tensor]:
    """The objective at each rate's parameters."""

    def together(stacked: dict[str, Tensor]) -> Tensor:
        return torch.stack([objective({name: value[k] for name, value in stacked.items()}) for k in range(rates)])

    return together


def descend(surface: Surface, rates: list[float], steps: int, schedule: Schedule | None = None) -> Array:
    """The values of a surface along gradient descent from its start, (R, T + 1), by autograd."""
    schedule = schedule or Fixed()
    points = torch.tensor(surface.start, dtype=torch.float64).expand(len(rates), 2).clone().requires_grad_()
    base = torch.tensor(rates, dtype=torch.float64)[:, None]
    values = torch.empty(steps + 1, len(rates), dtype=torch.float64)
    for t in range(steps + 1):
        value = twin.SURFACES[surface.kind](points[:, 0], points[:, 1])
        (slope,) = torch.autograd.grad(value.sum(), points)
        values[t] = value.detach()
        with torch.no_grad():
            points -= schedule.factor(t) * base * slope
    return np.asarray(values.T.numpy())
