"""Crosscheck: anyone's code beside a reference, in the shape in which it is written."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from manual.case import Case
from manual.layers import Layer
from manual.losses import Loss, parse_loss
from manual.network import Network
from manual.penalty import Penalty
from torchref.crosscheck.call import Run
from torchref.crosscheck.cases import make_case
from torchref.crosscheck.layout import Layout
from torchref.crosscheck.networks import Adapter, check_network, make_packings
from torchref.report import Report

__all__ = ["Report", "crosscheck"]


def crosscheck(
    run: Run,
    reference: Network | Layer | Case | Any,
    parameters: Mapping[str, Layout],
    *,
    loss: str | Loss | None = None,
    learning_rate: float = 1.0,
    penalty: Penalty | None = None,
    frozen: Sequence[str] = (),
    x: ArrayLike | None = None,
    target: ArrayLike | None = None,
    gradients: Mapping[str, str] | None = None,
    quantities: Mapping[str, str] | None = None,
    returns: Sequence[str] = (),
    columns: bool = False,
    dtype: DTypeLike = np.float64,
    seed: int = 0,
) -> Report:
    """Runs somebody's hand-written code on a case and reports which of its quantities are right, step by step.

    `run(p, x, target)` drives the code: p holds parameters under its own names and in its own layout. What `run`
    returns (an object with attributes, a dict, a tuple named by `returns`, a namespace) is searched for gradients,
    which are found under the usual names, for new values of the parameters, and for the loss. What `run` gets are
    copies; it is called twice.

    reference    a network specification, a single layer, or a whole Case; or a torch module
    parameters   their name (or path) -> which of the reference's parameters it holds, and how: see layout.py
    loss         a name such as half_squared_error_sum. Without one, target is the gradient that comes from above
    gradients    where the gradient of a parameter is, for those that are not found by themselves
    quantities   their name -> ours, as in {"a1": "forward/sigmoid1", "delta2": "backward/linear2"}
    columns      whether examples are columns

    Raises       InputError if a layout or a name does not fit the reference
    """
    declared = parse_loss(loss) if isinstance(loss, str) else loss
    if isinstance(reference, Case):
        case = reference
    elif isinstance(reference, Network | Layer):
        case = make_case(
            reference,
            declared,
            learning_rate,
            penalty or Penalty(),
            frozenset(frozen),
            None if x is None else np.asarray(x),
            None if target is None else np.asarray(target),
            seed,
        ).astype(dtype)
    else:
        raise NotImplementedError
    packings = make_packings(parameters, case)
    adapter = Adapter(run, packings, gradients or {}, quantities or {}, returns, columns)
    title = getattr(run, "__name__", "your code")
    return check_network(adapter, case, "your code" if title == "<lambda>" else title)
