"""Modules: somebody's code beside any torch.nn.Module and loss, where we know nothing of what is inside.

The reference is the module in float64 and autograd's gradients. How far right code may be off is found by shaking:
everything that enters or leaves one of the module's parts, forward and back, is moved at random by a few roundings,
and what that does to the outputs and gradients is what is allowed. Quantities are judged from end to end; wrong ones
are compared with what constant factors, transposes and sums for means would give.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from manual.arrays import Array
from torchref import twin
from torchref.allowance import MODULE_ROUNDINGS, SHAKEN, unit_roundoff
from torchref.compare import compare
from torchref.crosschecks.adapter import Adapter, call_notes, trace_of
from torchref.crosschecks.call import CrashedError, call
from torchref.crosschecks.guesses import guess
from torchref.precision import ieee_float32
from torchref.report import Report
from torchref.steps import StepVerdict

LossOf = Callable[[Any, Tensor], Tensor]

FIRST, MORE = 8, 56


@dataclass(frozen=True)
class ModuleCase:
    """A module, a batch, and a loss of (output, target), or the gradient from above as target where there is none."""

    module: nn.Module
    x: Array
    target: Array
    loss: LossOf | None
    learning_rate: float = 1.0

    @property
    def parameters(self) -> dict[str, Array]:
        """The module's parameters by name."""
        dtype = self.x.dtype if self.x.dtype.kind == "f" else np.float64
        return {name: twin.array(value).astype(dtype) for name, value in self.module.named_parameters()}


def check_module(adapter: Adapter, case: ModuleCase, title: str) -> Report:
    """Runs somebody's code beside a module, twice, and reports on every quantity that it gives."""
    packed = {name: packing.pack(case.parameters) for name, packing in adapter.parameters.items()}
    x, target = adapter.turn(case.x), adapter.turn(case.target)
    try:
        calls = [call(adapter.run, packed, x, target) for _ in range(2)]
    except CrashedError as error:
        return Report(title, crashed=str(error))
    traces = [trace_of(adapter, False, case.x.dtype, made, packed) for made in calls]
    known = {name: value for name, value in traces[0].items() if name != "loss" or case.loss is not None}
    if not known:
        wanted = ", ".join(adapter.parameters) or "any parameter"
        return Report(title, crashed=f"nothing to judge was found: no output, and no gradient or new value of {wanted}")
    steps = judge_module(case, known)
    right, counts = run_module(case), {"the number of examples": len(case.x)}
    findings = [guess(step, known.get(step.name), right[step.name], counts) for step in steps]
    wrong = tuple(f for f in findings if f is not None)
    return Report(title, tuple(steps), wrong, tuple(call_notes(calls, traces)))


def redraw_constants(module: nn.Module, seed: int, dtype: torch.dtype) -> nn.Module:
    """A copy in float64 whose constant parameters (γ = 1, β = 0, biases of 0), which hide mistakes, are drawn anew."""
    copied = _copy(module)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in copied.parameters():
            if parameter.numel() > 1 and (parameter == parameter.flatten()[0]).all():
                parameter.add_(0.5 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return copied.to(dtype).double()  # the numbers that the code will get, exactly


@ieee_float32()
def judge_module(case: ModuleCase, trace: Mapping[str, Array], unit: float | None = None) -> list[StepVerdict]:
    """The verdict on every quantity of a trace: forward/output, loss, backward/input, gradients and updates."""
    dtype = case.x.dtype
    unit = unit or unit_roundoff(dtype)
    clean = run_module(case)
    moved = {name: np.zeros(value.shape) for name, value in clean.items()}
    generator = torch.Generator().manual_seed(0)
    samples, steps = 0, list[StepVerdict]()
    for count in (FIRST, MORE):
        for _ in range(count):
            for name, value in run_module(case, Noise(unit * MODULE_ROUNDINGS, generator)).items():
                moved[name] = np.hypot(moved[name], value - clean[name])
        samples += count
        least = float(np.finfo(np.float32 if dtype == np.float32 else np.float64).smallest_normal)
        steps = []
        for name, value in clean.items():
            allowed = SHAKEN * moved[name] / np.sqrt(samples) + MODULE_ROUNDINGS * unit * np.abs(value) + least
            comparison = compare(name, trace.get(name), value, allowed, dtype)
            steps.append(StepVerdict(comparison, name.partition("/")[0], comparison.verdict, ()))
        if not any(step.verdict.is_wrong for step in steps):
            break
    return steps


@dataclass(frozen=True)
class Noise:
    """Random relative movements of a size."""

    size: float
    generator: torch.Generator

    def move(self, value: Any) -> Any:
        """A tensor, or every tensor of a tuple, times 1 + size · (−1 … 1); anything else as it is."""
        if isinstance(value, tuple | list):
            return type(value)(self.move(v) for v in value)
        if not isinstance(value, Tensor) or not value.is_floating_point():
            return value
        drawn = torch.rand(value.shape, generator=self.generator, dtype=torch.float64) * 2 - 1
        return value * (1 + self.size * drawn)


def output_of(module: nn.Module, x: Array) -> Array:
    """The module's output in float64, the first of them if it gives several."""
    inputs = torch.tensor(x)
    with torch.no_grad():
        output = _copy(module)(inputs.double() if inputs.is_floating_point() else inputs)
    return twin.array(output if isinstance(output, Tensor) else output[0])


def run_module(case: ModuleCase, noise: Noise | None = None) -> dict[str, Array]:
    """Output, loss, gradients and updates in float64; with noise, each part gives and takes moved values."""
    module = _copy(case.module)
    hooks = list(_disturb(module, noise)) if noise else []
    x = torch.tensor(case.x)
    target = torch.tensor(case.target)
    if x.is_floating_point():
        x = (noise.move(x.double()) if noise else x.double()).requires_grad_()
    if noise:
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.copy_(noise.move(parameter))
    output = module(x)
    outputs = output if isinstance(output, Tensor) else output[0]
    if case.loss is None:
        loss = (outputs * target.double()).sum()
    else:
        loss = case.loss(output, target.double() if target.is_floating_point() else target)
    torch.autograd.backward(loss)
    for hook in hooks:
        hook.remove()
    values: dict[str, Array] = {"forward/output": twin.array(outputs)}
    if case.loss is not None:
        values["loss"] = twin.array(loss)
    if x.grad is not None:
        values["backward/input"] = twin.array(x.grad)
    old = dict(case.module.named_parameters())
    for name, parameter in module.named_parameters():
        gradient = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
        values[f"gradient/{name}"] = twin.array(gradient)
    for name in old:
        gradient_of = torch.tensor(values[f"gradient/{name}"])
        values[f"updated/{name}"] = twin.array(old[name].detach().double() - case.learning_rate * gradient_of)
    return values


def _copy(module: nn.Module) -> nn.Module:
    import copy

    return copy.deepcopy(module).double()


def _disturb(module: nn.Module, noise: Noise) -> Iterator[Any]:
    """Hooks on every part that has no parts: what it gives forward and back is moved."""
    for part in module.modules():
        if next(part.children(), None) is None:
            yield part.register_forward_hook(lambda _m, _i, output: noise.move(output))
            yield part.register_full_backward_hook(lambda _m, grad_input, _g: noise.move(grad_input))
