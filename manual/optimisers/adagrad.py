"""Adagrad: s⁺ = s + g² and w⁺ = w − η_t g / (√s⁺ + ε): every weight at a rate of its own.

Derivation   Dividing by √Σ g² makes steps independent of the gradient's scale, weight by weight: one that rarely has
             a gradient moves far when it does. s only grows, so steps shrink like 1/√t.
             η_t = η / (1 + (t − 1) d), t counting from 1: a decay d of the rate on top, 0 by default.
Decay        g = ∂E/∂w + λ w, coupled
Shapes       parameter, gradient, s (…) -> parameter (…); learning_rate a scalar, or one a network as (R, 1)
Raises       InputError unless d and λ are at least 0 and ε is above 0
Source       Duchi, Hazan & Singer 2011; torch.optim.Adagrad
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.optimisers.optimiser import Optimiser, State, check_settings, decayed


@dataclass(frozen=True)
class Adagrad(Optimiser):
    """Gradient descent over the root of the sum of squared gradients."""

    kind = "adagrad"

    lr_decay: float = 0.0
    eps: float = 1e-10
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        given = {"lr_decay": self.lr_decay, "weight_decay": self.weight_decay}
        check_settings(self.kind, given, {}, {"eps": self.eps})

    @property
    def buffers(self) -> tuple[str, ...]:
        """The sum of squared gradients."""
        return ("s",)

    def update(
        self,
        parameter: Array,
        gradient: Array,
        learning_rate: Array | float,
        scratch: Array | None = None,
        out: Array | None = None,
        state: State | None = None,
    ) -> Array:
        """w⁺ = w − η_t g / (√s⁺ + ε)."""
        state = state or self.init_state(parameter)
        g, s = decayed(gradient, parameter, self.weight_decay, scratch), state.buffers["s"]
        s += np.square(g)
        step = np.divide(g, np.sqrt(s) + self.eps, out=scratch)
        step = np.multiply(step, learning_rate / (1.0 + state.step * self.lr_decay), out=scratch)
        state.step += 1
        return np.subtract(parameter, step, out=out)
