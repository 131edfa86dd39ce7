"""Peers: the judgements that people use today, each on the numbers of a whole trace beside torch's, end to end.

Each is given every quantity that this project judges, more than people compare, so that what it misses it misses for
its tolerance alone.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from manual.arrays import Array
from manual.case import Case
from torchref import twin

Arrays = Mapping[str, Array]

# Stanford's CS231n counts a relative error up to this as right for smooth functions (notes on gradient checks).
CS231N = 1e-7
# Its notebooks' rel_error(): |x − y| / max(1e-8, |x| + |y|), the worst of all elements.
CS231N_FLOOR = 1e-8
# gradcheck moves every parameter twice a check; beyond so many it takes too long to be used.
MOST_PARAMETERS = 150


def allclose(got: Arrays, right: Arrays) -> bool:
    """np.allclose with its defaults: |x − y| ≤ 1e-8 + 1e-5 |y|."""
    return all(np.allclose(got[name], right[name]) for name in right)


def assert_close(got: Arrays, right: Arrays) -> bool:
    """torch.testing.assert_close with its defaults for the dtype."""
    try:
        for name in right:
            torch.testing.assert_close(torch.tensor(got[name]), torch.tensor(right[name]))
    except AssertionError:
        return False
    return True


def cs231n(got: Arrays, right: Arrays) -> bool:
    """The relative-error rule of Stanford's CS231n."""
    for name in right:
        x, y = got[name].astype(np.float64), right[name].astype(np.float64)
        if not (np.abs(x - y) / np.maximum(CS231N_FLOOR, np.abs(x) + np.abs(y))).max() <= CS231N:
            return False
    return True


def gradcheck_applies(case: Case) -> bool:
    """Whether torch.autograd.gradcheck can be used: float64, not too many parameters, no penalty on top."""
    count = sum(value.size for value in case.parameters.values())
    return case.dtype == np.float64 and count <= MOST_PARAMETERS and not case.penalty


def gradcheck(case: Case, got: Arrays) -> bool:
    """torch.autograd.gradcheck with its defaults, of the right loss with the gradients that were got."""
    names = list(case.parameters)
    model = twin.build(case.network).double()
    states = {name: twin.tensor(value) for name, value in case.states.items()}

    class Loss(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *values: Tensor) -> Tensor:  # type: ignore[override]
            given = dict(zip(names, values, strict=True))
            output = torch.func.functional_call(model, given, (twin.tensor(case.x), states))
            elements = twin.loss_elements(case.loss, output, twin.tensor(case.target))
            return twin.reduce(case.loss, elements, twin.tensor(case.target))

        @staticmethod
        def backward(ctx, grad_output: Tensor):  # type: ignore[override]
            return tuple(grad_output * torch.tensor(got[f"gradient/{name}"]) for name in names)

    leaves = [twin.tensor(case.parameters[name]).requires_grad_() for name in names]
    return torch.autograd.gradcheck(Loss.apply, leaves, raise_exception=False)
