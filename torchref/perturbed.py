"""Perturbed: what roundings do to a torch function: every operation's result is moved at random by a few of them.

This is Monte Carlo arithmetic (Parker 1997): run a few times, it shows how far two right computations of the same
numbers may lie apart, for any function, through its loops and its autograd, without an analysis of its steps.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode


def _softmax_backward(grad_output: Tensor, output: Tensor, dim: int, _: torch.dtype) -> Tensor:
    """The gradient y (g − Σ g y), operation by operation: its two parts cancel where one y is near 1."""
    products = grad_output * output
    return products - output * products.sum(dim, keepdim=True)


# Operations that cancel inside, where nothing could be moved, as what they are made of.
TAKEN_APART: dict[Any, Callable[..., Any]] = {torch.ops.aten._softmax_backward_data.default: _softmax_backward}


# How many random factors are drawn ahead for each seed; what needs more draws its own.
AHEAD = 1 << 16


@lru_cache(maxsize=32)
def _factors(size: float, seed: int) -> Tensor:
    """Factors 1 + size · (−1 … 1)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(AHEAD, dtype=torch.float64).uniform_(-size, size, generator=generator).add_(1.0)


@lru_cache(maxsize=1024)
def _new_results(operation: Any) -> tuple[bool, ...]:
    """Of each result of an operation, whether it is new, and no view or argument that was written to."""
    return tuple(not result.alias_info for result in operation._schema.returns)


class Perturbed(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, every new floating-point result is multiplied by 1 + size · (−1 … 1)."""

    def __init__(self, size: float, seed: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.size = size
        self.generator = torch.Generator().manual_seed(seed)
        self.factors = _factors(size, seed)
        self.used = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here: torch need not guard each operation against that, which takes half of its time."""
        return False

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Runs the operation, then moves what it made; a view or an argument that it wrote to is left as it is."""
        if func in TAKEN_APART:
            with self:
                return TAKEN_APART[func](*args)
        made = func(*args, **(kwargs or {}))
        is_new = _new_results(func)
        if isinstance(made, Tensor):
            return self.move(made) if is_new[0] else made
        if isinstance(made, tuple | list) and len(made) == len(is_new):
            return type(made)(
                self.move(m) if isinstance(m, Tensor) and new else m for m, new in zip(made, is_new, strict=True)
            )
        return made

    def move(self, value: Tensor) -> Tensor:
        """A tensor of floating-point numbers, moved; anything else as it is."""
        if not value.is_floating_point():
            return value
        return value.mul(self._next(value))

    def _next(self, value: Tensor) -> Tensor:
        """Factors for a tensor: the next of those drawn ahead, from the first again where they end."""
        count = value.numel()
        if count > AHEAD or value.dtype != torch.float64 or value.device.type != "cpu":
            return torch.empty_like(value).uniform_(-self.size, self.size, generator=self.generator).add_(1.0)
        if self.used + count > AHEAD:
            self.used = 0
        self.used += count
        return self.factors[self.used - count : self.used].view(value.shape)


def perturbed(function: Callable[[], Any], size: float, seed: int) -> Any:
    """What a function of nothing gives when each of its operations is moved by a relative size."""
    with Perturbed(size, seed):
        return function()
