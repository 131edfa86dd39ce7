"""Momentum: m⁺ = μ m + (1 − d) g and w⁺ = w − η m⁺: a step along the mean of the gradients so far.

Derivation   A body of mass 1 on the surface E, slowed by friction: its velocity keeps the share μ from step to step
             and gains the force −g. With a constant g, m goes to g / (1 − μ): steps add up where gradients agree,
             and cancel where they alternate. The first m is g itself, whatever the dampening d.
Nesterov     takes the gradient after the step that the old velocity will make anyway; written in the parameter that
             is seen, this is w⁺ = w − η (g + μ m⁺).
Decay        g = ∂E/∂w + λ w, coupled: it goes through m (the document's L2 term)
Shapes       parameter, gradient, m (…) -> parameter (…); learning_rate a scalar, or one a network as (R, 1)
Raises       InputError unless 0 ≤ μ, d and λ, and for Nesterov μ > 0 and d = 0
Source       Polyak 1964; Sutskever et al. 2013; torch.optim.SGD
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.errors import must_be
from manual.optimisers.optimiser import Optimiser, State, check_settings, decayed


@dataclass(frozen=True)
class Momentum(Optimiser):
    """Gradient descent with a velocity."""

    kind = "momentum"

    momentum: float = 0.9
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        given = {"momentum": self.momentum, "dampening": self.dampening, "weight_decay": self.weight_decay}
        check_settings(self.kind, given, {}, {})
        if self.nesterov and not (self.momentum > 0 and self.dampening == 0):
            got = (self.momentum, self.dampening)
            raise must_be("momentum: momentum and dampening", "above 0, and 0, for Nesterov", got)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The velocity, if there is any."""
        return ("m",) if self.momentum else ()

    def update(
        self,
        parameter: Array,
        gradient: Array,
        learning_rate: Array | float,
        scratch: Array | None = None,
        out: Array | None = None,
        state: State | None = None,
    ) -> Array:
        """w⁺ = w − η m⁺, or with Nesterov w − η (g + μ m⁺)."""
        state = state or self.init_state(parameter)
        step = decayed(gradient, parameter, self.weight_decay, scratch)
        if self.momentum:
            m = state.buffers["m"]
            if state.step == 0:
                np.copyto(m, step)
            else:
                m *= self.momentum
                m += (1.0 - self.dampening) * step
            step = np.add(step, self.momentum * m, out=scratch) if self.nesterov else m
        state.step += 1
        return np.subtract(parameter, np.multiply(learning_rate, step, out=scratch), out=out)
