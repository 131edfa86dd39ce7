"""RMSprop: v⁺ = α v + (1 − α) g² and w⁺ = w − η g / (√v⁺ + ε): Adagrad with a memory that fades.

Derivation   v is a mean of g² over some 1/(1 − α) steps, so that steps do not shrink for ever.
Centered     takes the variance for the mean square: ḡ⁺ = α ḡ + (1 − α) g, and √(v⁺ − ḡ⁺²) for √v⁺. By Jensen's
             inequality v ≥ ḡ²; where rounding says otherwise the difference is taken to be 0.
Momentum     m⁺ = μ m + g / (√… + ε) and w⁺ = w − η m⁺, if μ > 0
Decay        g = ∂E/∂w + λ w, coupled
Shapes       parameter, gradient, v, ḡ, m (…) -> parameter (…); learning_rate a scalar, or one a network as (R, 1)
Raises       InputError unless 0 ≤ α < 1, μ and λ are at least 0 and ε is above 0
Source       Hinton's lecture 6e, 2012; Graves 2013, arXiv 1308.0850 (centered); torch.optim.RMSprop
"""

from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.optimisers.optimiser import Optimiser, State, check_settings, decayed


@dataclass(frozen=True)
class RMSprop(Optimiser):
    """Gradient descent over the root of a running mean of squared gradients."""

    kind = "rmsprop"

    alpha: float = 0.99
    eps: float = 1e-8
    momentum: float = 0.0
    centered: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        given = {"momentum": self.momentum, "weight_decay": self.weight_decay}
        check_settings(self.kind, given, {"alpha": self.alpha}, {"eps": self.eps})

    @property
    def buffers(self) -> tuple[str, ...]:
        """The mean square, and as the settings say the mean and the velocity."""
        return ("v", *(["mean"] if self.centered else []), *(["m"] if self.momentum else []))

    def update(
        self,
        parameter: Array,
        gradient: Array,
        learning_rate: Array | float,
        scratch: Array | None = None,
        out: Array | None = None,
        state: State | None = None,
    ) -> Array:
        """w⁺ = w − η g / (√v⁺ + ε)."""
        state = state or self.init_state(parameter)
        g = decayed(gradient, parameter, self.weight_decay, scratch)
        step = np.divide(g, self._root(g, state) + self.eps, out=scratch)
        if self.momentum:
            m = state.buffers["m"]
            m *= self.momentum
            m += step
            step = m
        state.step += 1
        return np.subtract(parameter, np.multiply(learning_rate, step, out=scratch), out=out)

    def _root(self, g: Array, state: State) -> Array:
        """√v⁺, or centered √(v⁺ − ḡ⁺²); the new means are kept."""
        v = state.buffers["v"]
        v *= self.alpha
        v += (1.0 - self.alpha) * np.square(g)
        if not self.centered:
            return np.sqrt(v)
        mean = state.buffers["mean"]
        mean *= self.alpha
        mean += (1.0 - self.alpha) * g
        return np.sqrt(np.maximum(v - np.square(mean), 0.0))
