"""Over time: what the mistakes in recurrent layers are made of: shifts in time, and what is carried back."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.linear import penalty_gradient
from torchref.mistakes.site import Site

RECURRENT = "rnn lstm gru"


def parameter(site: Site, name: str) -> Array:
    """A parameter or state that every such layer has."""
    value = site.own(name)
    assert value is not None
    return value


def upstream(site: Site) -> Array:
    """What the layer's output sends back to each h_t, (N, T, H)."""
    layer: Any = site.layer
    if layer.sequences:
        return site.grad_output
    given = np.zeros((*site.x.shape[:2], layer.hidden_size))
    given[:, -1] = site.grad_output
    return given


def before(site: Site, name: str = "h") -> Array:
    """h_(t−1), or c_(t−1), for every t."""
    return np.concatenate((parameter(site, f"{name}0")[:, None], site.inside(name)[:, :-1]), axis=1)


def after(array: Array) -> Array:
    """What an array has at t + 1, for every t; 0 after the last."""
    return np.concatenate((array[:, 1:], np.zeros_like(array[:, :1])), axis=1)


def carried(site: Site, array: Array) -> Array:
    """What comes back from t + 1 to t: nothing over a cut."""
    layer: Any = site.layer
    back = after(array)
    back[:, [t for t in range(back.shape[1]) if layer.is_cut(t + 1)]] = 0.0
    return back


def at_cuts(site: Site, array: Array) -> Array | None:
    """What would come back over the cuts, and nothing elsewhere; None if there are none."""
    layer: Any = site.layer
    times = range(site.x.shape[1])
    if not any(layer.is_cut(t) for t in times):
        return None
    return np.asarray(after(array) - carried(site, array))


def recurrent_gradient(site: Site) -> Array:
    """The gradient of what h_(t−1) W_hhᵀ goes into."""
    return site.inside("ah" if site.kind == "gru" else "a", "backward")


def input_gradient(site: Site) -> Array:
    """The gradient of what x_t W_ihᵀ goes into."""
    return site.inside("ax" if site.kind == "gru" else "a", "backward")


def of_parameter(site: Site, at: Any = slice(None)) -> Array:
    """The parameter's gradient, with what the penalty adds, from some of the times alone."""
    name = site.parameter_kind
    d = (recurrent_gradient(site) if name.endswith("hh") else input_gradient(site))[:, at]
    if name.startswith("bias"):
        return np.asarray(d.sum((0, 1)) + penalty_gradient(site))
    entered = (before(site) if name == "weight_hh" else site.x)[:, at]
    return product(d, entered) + penalty_gradient(site)


def product(d: Array, entered: Array) -> Array:
    """Σₙ Σₜ d_tᵀ (what entered)."""
    return np.asarray(np.einsum("nto,nti->oi", d, entered))


def is_parameter(site: Site) -> bool:
    """Whether the gradient is of a weight or bias, not of a first state."""
    return site.parameter_kind in site.layer.parameter_shapes()
