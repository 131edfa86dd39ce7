"""Procedures: what the document teaches around the training step, checked against torch: schedules, preprocessing,
gradient descent on surfaces, training over many steps, and optimisers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from manual import document, preprocessing, schedules
from manual.arrays import Array
from manual.schedules import Schedule
from manual.surfaces import SURFACES, Surface, descend
from manual.training import train
from torchref import twin
from torchref.allowance import ELEMENTARY, Rounding, allowance
from torchref.compare import Comparison, compare
from torchref.procedures_optimisers import check_optimisers

STEPS = 100


def check_procedures() -> Iterator[Comparison]:
    """One comparison a schedule, transform, surface and training run, each named like a quantity."""
    yield from map(_schedule, SCHEDULES)
    yield from _preprocessing()
    yield from map(_surface, SURFACES.values())
    yield from _training()
    yield from check_optimisers()


def _compare(name: str, ours: Array, theirs: Array, rounding: Rounding) -> Comparison:
    return compare(name, ours, theirs, allowance(rounding, np.float64), np.float64)


@dataclass(frozen=True)
class ScheduleTwin:
    """A schedule and torch's scheduler of the same rule."""

    name: str
    ours: Schedule
    theirs: Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler]


_lr = torch.optim.lr_scheduler
SCHEDULES = (
    ScheduleTwin("fixed", schedules.Fixed(), lambda o: _lr.ConstantLR(o, factor=1.0)),
    ScheduleTwin("step", schedules.StepDecay(30, 0.3), lambda o: _lr.StepLR(o, step_size=30, gamma=0.3)),
    ScheduleTwin("exponential", schedules.ExponentialDecay(0.97), lambda o: _lr.ExponentialLR(o, gamma=0.97)),
    ScheduleTwin("1/t", schedules.InverseTimeDecay(0.1), lambda o: _lr.LambdaLR(o, lambda t: 1 / (1 + 0.1 * t))),
    ScheduleTwin("cosine", schedules.CosineDecay(STEPS), lambda o: _lr.CosineAnnealingLR(o, T_max=STEPS)),
)


def _schedule(schedule: ScheduleTwin) -> Comparison:
    """Learning rates over 100 steps from 0.5; torch multiplies from step to step, so its roundings add up."""
    parameter = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.SGD([parameter], lr=0.5)
    scheduler = schedule.theirs(optimiser)
    theirs = np.empty(STEPS)
    for t in range(STEPS):
        theirs[t] = scheduler.get_last_lr()[0]
        optimiser.step()
        scheduler.step()
    ours = np.array([0.5 * schedule.ours.factor(t) for t in range(STEPS)])
    return _compare(f"schedule/{schedule.name}", ours, theirs, Rounding(ELEMENTARY * STEPS, np.full(STEPS, 0.5)))


def _preprocessing() -> Iterator[Comparison]:
    """Each transform fitted on one set and applied to another; the columns differ in size and are correlated."""
    rng = np.random.default_rng(20)
    mixing = rng.standard_normal((5, 5)) * np.array([0.5, 1, 2, 3, 5])
    fitted, other = (rng.standard_normal((n, 5)) @ mixing + 7 for n in (200, 30))
    x, y = torch.tensor(fitted), torch.tensor(other)
    operations = ELEMENTARY + len(fitted)
    mean, std, least, most = x.mean(dim=0), x.std(dim=0, correction=0), x.amin(dim=0), x.amax(dim=0)

    # The mean's rounding is of the size of the column's numbers; it is divided by the spread as they are.
    size = np.asarray((y.abs() + x.abs().mean(dim=0)) / std * (1 + x.abs().amax(dim=0) / std))
    z = preprocessing.Standardise.fit(fitted).apply(other)
    yield _compare("preprocessing/standardise", z, np.asarray((y - mean) / std), Rounding(operations, size))

    size = np.asarray((y.abs() + least.abs()) / (most - least))
    z = preprocessing.MinMax.fit(fitted).apply(other)
    theirs = np.asarray((y - least) / (most - least))
    yield _compare("preprocessing/min-max", z, theirs, Rounding(ELEMENTARY, size))

    covariance = (x - mean).T @ (x - mean) / len(x)
    variances, directions = torch.linalg.eigh(covariance)
    root = directions @ torch.diag(variances**-0.5) @ directions.T
    # Roundings of the covariance reach its inverse multiplied by the ratio of its largest to its least variance.
    condition = float(variances.max() / variances.min())
    size = np.asarray((y.abs() + mean.abs()) @ root.abs()) * condition
    z = preprocessing.Whiten.fit(fitted, "zca").apply(other)
    yield _compare("preprocessing/whiten-zca", z, np.asarray((y - mean) @ root), Rounding(operations, size))

    # PCA's columns are known up to sign; the products zₘ · zₙ = (yₘ − μ) C⁻¹ (yₙ − μ) do not depend on it.
    z = preprocessing.Whiten.fit(fitted, "pca").apply(other)
    theirs = np.asarray((y - mean) @ torch.linalg.inv(covariance) @ (y - mean).T)
    yield _compare("preprocessing/whiten-pca", z @ z.T, theirs, Rounding(operations, size @ size.T))


def _surface(kind: type[Surface]) -> Comparison:
    """A descent of 20 steps by torch.optim.SGD and autograd; a rate that contracts does not let roundings grow."""
    surface, steps, rate = kind(), 20, 0.03
    point = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([point], lr=rate)
    path = [point.detach().clone()]
    for _ in range(steps):
        optimiser.zero_grad()
        torch.autograd.backward(twin.SURFACES[surface.kind](point[0], point[1]))
        optimiser.step()
        path.append(point.detach().clone())
    ours = descend(surface, rate, steps).paths[0]
    size = np.full_like(ours, 4 * max(map(abs, surface.start)) ** 3)
    return _compare(f"surface/{surface.kind}", ours, torch.stack(path).numpy(), Rounding(ELEMENTARY * steps, size))


def _training() -> Iterator[Comparison]:
    """The document's example trained for 100 steps at a rate where its error falls: 0.0969 to 0.0011."""
    case = document.example()
    history = train(case, [case.optimiser.learning_rate], STEPS, schedule=schedules.CosineDecay(STEPS))
    model: Any = twin.build(case.network).double()
    model.load_state_dict({name: twin.tensor(value) for name, value in case.parameters.items()})
    trainable = [p for name, p in model.named_parameters() if name not in case.frozen]
    optimiser = torch.optim.SGD(trainable, lr=case.optimiser.learning_rate)
    scheduler = _lr.CosineAnnealingLR(optimiser, T_max=STEPS)
    losses = np.empty(STEPS + 1)
    for t in range(STEPS + 1):
        optimiser.zero_grad()
        loss = twin.loss_elements(case.loss, model(twin.tensor(case.x)), twin.tensor(case.target)).sum()
        torch.autograd.backward(loss)
        losses[t] = float(loss.detach())
        optimiser.step()
        scheduler.step()
    # An error in the weights is one of its slope's share in the loss, which starts at 0.1 with slopes below 1.
    yield _compare(
        "training/document", history.loss[0], losses, Rounding(ELEMENTARY * STEPS, np.full_like(losses, 0.1))
    )
