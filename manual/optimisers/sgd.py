"""SGD: w⁺ = w − η ∂E/∂w, a step against the gradient.

Derivation   For a small step d, E(w + d) ≈ E(w) + ∂E/∂w · d. Among all d of one length the sum is least where d
             points against ∂E/∂w; the learning rate η sets the length.
Shapes       parameter, gradient (…) -> parameter (…); learning_rate a scalar, or one a network as (R, 1)
Source       the document, sections 2.2 (w5⁺ = w5 − η ∂E/∂w5) and 2.3.1
"""

import numpy as np

from manual.arrays import Array
from manual.optimisers.optimiser import Optimiser, State


class SGD(Optimiser):
    """Gradient descent, called stochastic where a batch stands for all the data."""

    kind = "sgd"

    def update(
        self,
        parameter: Array,
        gradient: Array,
        learning_rate: Array | float,
        scratch: Array | None = None,
        out: Array | None = None,
        state: State | None = None,
    ) -> Array:
        """w⁺ = w − η ∂E/∂w."""
        if state:
            state.step += 1
        return np.subtract(parameter, np.multiply(learning_rate, gradient, out=scratch), out=out)
