"""Perturbed: what roundings do to a torch function: every operation's result is moved at random by a few of them.

This is Monte Carlo arithmetic (Parker 1997): run a few times, it shows how far two right computations of the same
numbers may lie apart, for any function, through its loops and its autograd, without an analysis of its steps.
"""

from collections.abc import Callable, Mapping
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


class Perturbed(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, every new floating-point result is multiplied by 1 + size · (−1 … 1)."""

    def __init__(self, size: float, seed: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.size = size
        self.generator = torch.Generator().manual_seed(seed)

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
        returns = func._schema.returns
        if isinstance(made, Tensor):
            return made if returns[0].alias_info else self.move(made)
        if isinstance(made, tuple | list) and len(made) == len(returns):
            return type(made)(
                self.move(m) if isinstance(m, Tensor) and not r.alias_info else m
                for m, r in zip(made, returns, strict=True)
            )
        return made

    def move(self, value: Tensor) -> Tensor:
        """A tensor of floating-point numbers, moved; anything else as it is."""
        if not value.is_floating_point():
            return value
        noise = torch.empty_like(value).uniform_(-self.size, self.size, generator=self.generator)
        return value.mul(noise.add_(1.0))


def perturbed(function: Callable[[], Any], size: float, seed: int) -> Any:
    """What a function of nothing gives when each of its operations is moved by a relative size."""
    with Perturbed(size, seed):
        return function()
