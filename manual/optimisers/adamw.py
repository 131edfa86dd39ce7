"""AdamW: w⁺ = (1 − η λ) w − η m̂ / (√v̂ + ε), with Adam's m̂ and v̂ of the gradient alone.

Derivation   In Adam a term λ w in the gradient is divided by √v̂ with the rest: weights with large gradients hardly
             decay. Decoupled, every weight shrinks by the same share η λ, as it does under plain gradient descent.
Shapes       parameter, gradient, m, v, v_max (…) -> parameter (…); learning_rate a scalar, or one a network as (R, 1)
Raises       as Adam
Source       Loshchilov & Hutter 2017, arXiv 1711.05101; torch.optim.AdamW
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.optimisers.adam import Adam
from manual.optimisers.optimiser import State


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay beside it."""

    kind = "adamw"

    weight_decay: float = 0.01

    def update(
        self,
        parameter: Array,
        gradient: Array,
        learning_rate: Array | float,
        scratch: Array | None = None,
        out: Array | None = None,
        state: State | None = None,
    ) -> Array:
        """w⁺ = (1 − η λ) w − η m̂ / (√v̂ + ε)."""
        state = state or self.init_state(parameter)
        self._remember(gradient, state)
        step = np.multiply(self._direction(state), learning_rate, out=scratch)
        shrunk = np.multiply(parameter, 1.0 - learning_rate * self.weight_decay)
        return np.subtract(shrunk, step, out=out)
