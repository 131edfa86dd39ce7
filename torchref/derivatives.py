"""Derivatives: any number that the document names, by torch's autograd."""

import torch
from torch import Tensor

from manual.case import Case
from manual.names import Derivative, Element
from manual.trace import Trace
from torchref import twin


def value(case: Case, trace: Trace, quantity: Element | Derivative) -> float:
    """The number that a quantity stands for, from the twin's trace or by autograd."""
    if isinstance(quantity, Derivative):
        return _derivative(case, quantity)
    room, _, name = quantity.path.partition("/")
    if room == "input":
        return float(case.x[quantity.index])
    array = case.parameters[name] if room == "parameter" else trace[quantity.path]
    return float(array[quantity.index])


def _derivative(case: Case, quantity: Derivative) -> float:
    model = twin.build(case.network).to(twin.dtype_of(case))
    model.load_state_dict({name: twin.tensor(value) for name, value in case.parameters.items()})
    nodes: dict[str, Tensor] = {f"parameter/{name}": parameter for name, parameter in model.named_parameters()}
    outputs = model.outputs(twin.tensor(case.x).requires_grad_())
    nodes |= {"input": outputs["input"]} | {f"forward/{name}": outputs[name] for name in case.network.names}
    value = outputs[case.network.names[-1]]
    nodes["loss/elements"] = twin.loss_elements(case.loss, value, twin.tensor(case.target))
    of, by = nodes[quantity.of.path][quantity.of.index], nodes[quantity.by.path]
    (gradient,) = torch.autograd.grad(of, by, allow_unused=True, materialize_grads=True)
    return float(gradient[quantity.by.index])
