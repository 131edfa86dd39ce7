"""Crosscheck: anyone's code beside a reference, in the shape in which it is written."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from manual.arrays import Array, Shape
from manual.case import Case
from manual.layers import Layer
from manual.losses import Loss, parse_loss
from manual.network import Network
from manual.optimisers import Optimiser
from manual.optimisers.sgd import SGD
from manual.penalty import Penalty
from torchref.crosschecks.adapter import Adapter, Quantity
from torchref.crosschecks.call import Run
from torchref.crosschecks.cases import make_case
from torchref.crosschecks.collected import collect
from torchref.crosschecks.layout import Layout, Packing
from torchref.errors import must_be
from torchref.report import Report

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Report", "crosscheck"]


def crosscheck(
    run: Run,
    reference: "Network | Layer | Case | nn.Module",
    parameters: Mapping[str, Layout],
    *,
    loss: "str | Loss | Callable[..., Any] | None" = None,
    learning_rate: float = 1.0,
    optimiser: Optimiser | None = None,
    penalty: Penalty | None = None,
    frozen: Sequence[str] = (),
    x: ArrayLike | None = None,
    target: ArrayLike | None = None,
    gradients: Mapping[str, str] | None = None,
    quantities: Mapping[str, Quantity] | None = None,
    returns: Sequence[str] = (),
    columns: bool = False,
    dtype: DTypeLike = np.float64,
    seed: int = 0,
    states: Mapping[str, ArrayLike] | None = None,
) -> Report:
    """Runs somebody's hand-written code and reports which of its quantities are right, step by step.

    `run(p, x, target)` drives the code: p holds the parameters under the code's own names and in its own layout. What
    `run` returns (an object with attributes, a dict, a tuple named by `returns`, a namespace) is searched for
    gradients, which are found under the usual names, for new values of the parameters, and for the loss. What `run`
    gets are copies; it is called twice.

    reference    a network specification, a single layer, a whole Case; or any torch module
    parameters   the code's name (or path) -> the reference's parameter that it holds, and how: see layout.py
    loss         a name such as half_squared_error_sum, or for a torch module a function of (output, target). Without
                 one, target is the gradient that comes from above
    optimiser    how the code updates, as in manual.Adam(0.01), in its first step, before which all that it keeps is 0;
                 plain gradient descent with `learning_rate` if it is not given
    x, target    a batch; drawn at random if not given (a torch module needs x)
    gradients    where the gradient of a parameter is, for those that are not found by themselves
    quantities   the code's name -> ours, as in {"a1": "forward/sigmoid1", "delta2": "backward/linear2"}; if need be
                 with what turns the code's array into ours: ("forward/output", lambda hs: hs.swapaxes(0, 1))
    states       masks, running statistics, first states by the reference's names (dropout1.mask); drawn at random if
                 not given. `run` gets them in p, like parameters, under the names that `parameters` has for them
    columns      whether the code has examples as columns; x and target are given as rows all the same

    Raises       InputError if a layout or a name does not fit the reference
    """
    title = getattr(run, "__name__", "<lambda>").replace("<lambda>", "your code")
    given_x, given_target = (None if value is None else np.asarray(value) for value in (x, target))

    def adapter(shapes: Mapping[str, Shape]) -> Adapter:
        packings = {name: Packing(name, layout, shapes) for name, layout in parameters.items()}
        return Adapter(run, packings, gradients or {}, quantities or {}, returns, columns)

    if not isinstance(reference, Network | Layer | Case):
        if optimiser is not None:
            raise must_be("optimiser", "left out beside a torch module", optimiser.kind, "use crosscheck_optimiser")
        return collect(
            _beside_module(adapter, reference, loss, learning_rate, given_x, given_target, dtype, seed, title)
        )

    from torchref.crosschecks.networks import check_network

    declared = parse_loss(loss) if isinstance(loss, str) else loss
    if declared is not None and not isinstance(declared, Loss):
        raise must_be("loss", "the name of one of manual's losses beside a network specification", loss)

    def drawn(network: Network | Layer, x: Array | None, target: Array | None, states: Mapping[str, Array]) -> Case:
        settings = (declared, optimiser or SGD(learning_rate), penalty or Penalty(), frozenset(frozen))
        return make_case(network, *settings, x, target, seed, states, given_x).astype(dtype)

    if isinstance(reference, Case):
        return collect(check_network(adapter(_shapes(reference)), reference, title))
    given_states = {name: np.asarray(value) for name, value in (states or {}).items()}
    case = drawn(reference, given_x, given_target, given_states)
    is_given = given_x is not None or given_target is not None or bool(given_states)
    better = drawn(reference, None, None, {}) if is_given else None
    return collect(check_network(adapter(_shapes(case)), case, title, better))


def _shapes(case: Case) -> dict[str, Shape]:
    """The shapes of what the code gets: parameters and states."""
    return {name: value.shape for name, value in case.given.items()}


def _beside_module(
    adapter: Callable[[Mapping[str, Shape]], Adapter],
    module: Any,
    loss: Any,
    learning_rate: float,
    x: Array | None,
    target: Array | None,
    dtype: DTypeLike,
    seed: int,
    title: str,
) -> Report:
    """Beside any torch module: constant parameters are drawn anew, and without a loss so is the gradient from above."""
    import torch
    from torch import nn

    from torchref.crosschecks.modules import ModuleCase, check_module, output_of, redraw_constants

    if not isinstance(module, nn.Module):
        raise must_be("reference", "a network, a layer, a case or a torch module", type(module).__name__)
    if isinstance(loss, str):
        raise must_be("loss", "a function of (output, target) beside a torch module", repr(loss))
    if x is None:
        raise must_be("x", "given beside a torch module", "nothing", "pass x=, a batch of its inputs")
    x = x.astype(dtype) if x.dtype.kind == "f" else x
    redrawn = redraw_constants(module, seed, torch.from_numpy(np.empty(0, dtype)).dtype)
    if target is None:
        if loss is not None:
            raise must_be("target", "given with a loss", "nothing")
        target = np.random.default_rng(seed).standard_normal(output_of(redrawn, x).shape)
    target = target.astype(dtype) if target.dtype.kind == "f" else target
    case = ModuleCase(redrawn, x, target, loss, learning_rate)
    return check_module(adapter({name: value.shape for name, value in case.parameters.items()}), case, title)
