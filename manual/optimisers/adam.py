"""Adam: m⁺ = β₁ m + (1 − β₁) g, v⁺ = β₂ v + (1 − β₂) g², w⁺ = w − η m̂ / (√v̂ + ε).

Derivation   m and v are running means of g and g². From 0, after t steps with a constant g,
             m = (1 − β₁) Σ_{i<t} β₁ⁱ g = (1 − β₁ᵗ) g: the weights of the mean add up to 1 − β₁ᵗ only.
             m̂ = m⁺ / (1 − β₁ᵗ) and v̂ = v⁺ / (1 − β₂ᵗ) make up for it, t counting from 1: the first step is
             η g / (|g| + ε), of the size η whatever the gradient's scale.
             ε stands outside the root, and v̂ is corrected before it: √v̂ = √v⁺ / √(1 − β₂ᵗ).
AMSGrad      takes the largest v so far for v⁺ in v̂, so that steps never grow again.
Decay        g = ∂E/∂w + λ w, coupled: it goes through m and v (AdamW does not: see adamw.py)
Shapes       parameter, gradient, m, v, v_max (…) -> parameter (…); learning_rate a scalar, or one a network as (R, 1)
Raises       InputError unless 0 ≤ β₁, β₂ < 1, λ is at least 0 and ε is above 0
Source       Kingma & Ba 2014, arXiv 1412.6980; Reddi, Kale & Kumar 2018 (AMSGrad); torch.optim.Adam
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from manual.arrays import Array
from manual.optimisers.optimiser import Optimiser, State, check_settings, decayed


@dataclass(frozen=True)
class Adam(Optimiser):
    """Gradient descent along a running mean, over the root of a running mean of squares."""

    kind = "adam"

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        betas = {"beta1": self.beta1, "beta2": self.beta2}
        check_settings(self.kind, {"weight_decay": self.weight_decay}, betas, {"eps": self.eps})

    @property
    def buffers(self) -> tuple[str, ...]:
        """The mean, the mean square, and for AMSGrad the largest of these."""
        return ("m", "v", "v_max") if self.amsgrad else ("m", "v")

    def update(
        self,
        parameter: Array,
        gradient: Array,
        learning_rate: Array | float,
        scratch: Array | None = None,
        out: Array | None = None,
        state: State | None = None,
    ) -> Array:
        """w⁺ = w − η m̂ / (√v̂ + ε)."""
        state = state or self.init_state(parameter)
        self._remember(decayed(gradient, parameter, self.weight_decay, scratch), state)
        step = np.multiply(self._direction(state), learning_rate, out=scratch)
        return np.subtract(parameter, step, out=out)

    def _remember(self, g: Array, state: State) -> None:
        """Brings m, v and the count of steps up to date."""
        m, v = state.buffers["m"], state.buffers["v"]
        m *= self.beta1
        m += (1.0 - self.beta1) * g
        v *= self.beta2
        v += (1.0 - self.beta2) * np.square(g)
        if self.amsgrad:
            np.maximum(state.buffers["v_max"], v, out=state.buffers["v_max"])
        state.step += 1

    def _direction(self, state: State) -> Array:
        """m̂ / (√v̂ + ε) of the state after t steps."""
        t, v = state.step, state.buffers["v_max" if self.amsgrad else "v"]
        root = np.sqrt(v)
        root /= sqrt(1.0 - self.beta2**t)
        root += self.eps
        return state.buffers["m"] / (1.0 - self.beta1**t) / root
