"""Twin optimisers: torch.optim's class for each kind, its names for what is kept, and one step from a given state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from manual.clipping import Clipping
from manual.optimisers import Optimiser

Build = Callable[[Sequence[nn.Parameter], Any], torch.optim.Optimizer]


@dataclass(frozen=True)
class OptimiserTwin:
    """How torch makes an optimiser of a kind, and what it calls the buffers that we name."""

    build: Build
    buffers: Mapping[str, str] = field(default_factory=dict)


def _adam(make: Any) -> OptimiserTwin:
    def build(parameters: Sequence[nn.Parameter], rule: Any) -> torch.optim.Optimizer:
        settings = {"eps": rule.eps, "weight_decay": rule.weight_decay, "amsgrad": rule.amsgrad}
        made: torch.optim.Optimizer = make(
            parameters, lr=rule.learning_rate, betas=(rule.beta1, rule.beta2), **settings
        )
        return made

    return OptimiserTwin(build, {"m": "exp_avg", "v": "exp_avg_sq", "v_max": "max_exp_avg_sq"})


OPTIMISERS: dict[str, OptimiserTwin] = {
    "sgd": OptimiserTwin(lambda parameters, rule: torch.optim.SGD(parameters, lr=rule.learning_rate)),
    "momentum": OptimiserTwin(
        lambda parameters, rule: torch.optim.SGD(
            parameters, rule.learning_rate, rule.momentum, rule.dampening, rule.weight_decay, rule.nesterov
        ),
        {"m": "momentum_buffer"},
    ),
    "adagrad": OptimiserTwin(
        lambda parameters, rule: torch.optim.Adagrad(
            parameters, rule.learning_rate, rule.lr_decay, rule.weight_decay, eps=rule.eps
        ),
        {"s": "sum"},
    ),
    "rmsprop": OptimiserTwin(
        lambda parameters, rule: torch.optim.RMSprop(
            parameters, rule.learning_rate, rule.alpha, rule.eps, rule.weight_decay, rule.momentum, rule.centered
        ),
        {"v": "square_avg", "mean": "grad_avg", "m": "momentum_buffer"},
    ),
    "adam": _adam(torch.optim.Adam),
    "adamw": _adam(torch.optim.AdamW),
}


def build_optimiser(
    optimiser: Optimiser,
    parameters: Sequence[nn.Parameter],
    buffers: Sequence[Mapping[str, Tensor]] | None = None,
    step: int = 0,
) -> torch.optim.Optimizer:
    """Torch's optimiser for some parameters, as it stands after `step` steps that left it these buffers."""
    row = OPTIMISERS[optimiser.kind]
    made = row.build(parameters, optimiser)
    # Before its first step torch has no momentum_buffer: that makes the first one the gradient itself.
    if step or optimiser.kind != "momentum":
        for parameter, kept in zip(parameters, buffers or [], strict=False):
            named = {row.buffers[name]: value.clone() for name, value in kept.items()}
            made.state[parameter] = {"step": torch.tensor(float(step)), **named}
    return made


def update(
    optimiser: Optimiser,
    parameter: Tensor,
    gradient: Tensor,
    buffers: Mapping[str, Tensor] | None = None,
    step: int = 0,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The parameter and the buffers after one step of torch's optimiser with the given gradient."""
    new = nn.Parameter(parameter.clone())
    new.grad = gradient
    made = build_optimiser(optimiser, [new], [buffers] if buffers else None, step)
    made.step()
    return new, buffers_of(optimiser, made, new)


def buffers_of(optimiser: Optimiser, made: torch.optim.Optimizer, parameter: nn.Parameter) -> dict[str, Tensor]:
    """What torch's optimiser keeps of a parameter, under our names."""
    names = OPTIMISERS[optimiser.kind].buffers
    return {name: made.state[parameter][names[name]] for name in optimiser.buffers}


def clip(clipping: Clipping | None, parameters: Sequence[nn.Parameter]) -> None:
    """Clips the gradients of the parameters, in place."""
    if clipping and clipping.by == "norm":
        torch.nn.utils.clip_grad_norm_(parameters, clipping.bound)
    elif clipping:
        torch.nn.utils.clip_grad_value_(parameters, clipping.bound)


def clipped(clipping: Clipping, gradients: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Gradients after clipping; the norm is that of all of them together."""
    parameters = [nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients.values()]
    for parameter, gradient in zip(parameters, gradients.values(), strict=True):
        parameter.grad = gradient.clone()
    clip(clipping, parameters)
    return {name: p.grad for name, p in zip(gradients, parameters, strict=True) if p.grad is not None}
