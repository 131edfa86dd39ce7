"""Functions: a hand-written torch.autograd.Function beside the formula it stands for, on any device, in any precision.

The formula is computed in float64 from the same inputs, rounded to the function's own dtype. What is allowed follows
from that dtype's roundoff and from how far roundings of inputs and upstream gradient move the exact answer, so nobody
has to invent a tolerance for float16 or bfloat16.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from torchref.allowance import FUNCTION_ROUNDINGS, SHAKEN
from torchref.compare import Comparison, compare
from torchref.crosschecks.collected import collect
from torchref.precision import ieee_float32
from torchref.report import Report
from torchref.steps import StepVerdict

SAMPLES = 32


@ieee_float32()
def crosscheck_function(
    function: Callable[..., Tensor],
    formula: Callable[..., Tensor],
    inputs: Sequence[Tensor],
    *,
    seed: int = 0,
) -> Report:
    """Compares a differentiable function's output and the gradients of its inputs with those of a formula in float64.

    function   such as MyFunction.apply; it gets `inputs` as they are, on their device and in their dtype
    formula    the same mathematics in plain torch operations; it gets them in float64
    inputs     tensors; those with requires_grad are differentiated
    """
    generator = torch.Generator().manual_seed(seed)
    dtype = next(t.dtype for t in inputs if t.is_floating_point())
    unit = torch.finfo(dtype).eps / 2
    own = [t.detach().clone().requires_grad_(t.requires_grad) for t in inputs]
    title = getattr(getattr(function, "__self__", function), "__name__", "the function")
    try:
        output = function(*own)
        upstream = torch.randn(output.shape, generator=generator, dtype=torch.float64).to(output.device, output.dtype)
        wanted = [t for t in own if t.requires_grad]
        grads = torch.autograd.grad(output, wanted, upstream, allow_unused=True)
    except Exception as error:
        return collect(Report(title, crashed=f"{type(error).__name__}: {error}"))
    got = [output.detach(), *grads]
    clean = _exact(formula, inputs, upstream, 0.0, generator)
    moved = [torch.zeros_like(value) for value in clean]
    for _ in range(SAMPLES):
        shaken = _exact(formula, inputs, upstream, unit * FUNCTION_ROUNDINGS, generator)
        moved = [torch.hypot(m, s - c) for m, s, c in zip(moved, shaken, clean, strict=True)]
    places = [k for k, t in enumerate(inputs) if t.requires_grad]
    names = ["forward/output", *(f"gradient/input{k}" for k in places)]
    steps = []
    for name, mine, value, m in zip(names, got, clean, moved, strict=True):
        own_rounding = 2 * FUNCTION_ROUNDINGS * unit * value.abs() + torch.finfo(dtype).smallest_normal
        bound = SHAKEN * m / SAMPLES**0.5 + own_rounding
        comparison = _compare(name, mine, value, bound, dtype)
        steps.append(StepVerdict(comparison, name.partition("/")[0], comparison.verdict, ()))
    from torchref.crosschecks.guesses import guess

    findings = [guess(step, _array(mine), value.numpy()) for step, mine, value in zip(steps, got, clean, strict=True)]
    return collect(Report(title, tuple(steps), tuple(f for f in findings if f is not None)))


def _exact(
    formula: Callable[..., Tensor], inputs: Sequence[Tensor], upstream: Tensor, size: float, generator: torch.Generator
) -> list[Tensor]:
    """Output and gradients of the formula in float64 on the CPU, from inputs moved by a relative size."""

    def move(value: Tensor) -> Tensor:
        value = value.detach().cpu()
        if not value.is_floating_point():
            return value
        value = value.double()
        return value * (1 + size * (torch.rand(value.shape, generator=generator, dtype=torch.float64) * 2 - 1))

    leaves = [move(t).requires_grad_(t.requires_grad) if t.is_floating_point() else t.cpu() for t in inputs]
    output = formula(*leaves)
    wanted = [t for t in leaves if t.requires_grad]
    return [output.detach(), *torch.autograd.grad(output, wanted, move(upstream), materialize_grads=True)]


def _array(value: Tensor | None) -> np.ndarray | None:
    return None if value is None else value.detach().cpu().double().numpy()


def _compare(name: str, got: Tensor | None, value: Tensor, bound: Tensor, dtype: torch.dtype) -> Comparison:
    """Compares in float64, once the dtype has been seen to be right."""
    if got is not None and got.dtype != dtype:
        from torchref.verdict import Verdict

        return Comparison(name, Verdict.WRONG_DTYPE, f"its dtype must be {dtype} (got {got.dtype})")
    return compare(name, _array(got), value.numpy(), bound.numpy(), np.float64)
