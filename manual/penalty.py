"""Penalty: what a regularised objective adds to the loss, objective = E + l1 Σ|w| + ½ l2 Σ w².

Derivation   ∂/∂w l1 |w| = l1 sign(w), with 0 at w = 0 (a convention, torch's); ∂/∂w ½ l2 w² = l2 w.
             With the ½, l2 is the factor on the weight in the update: w⁺ = w − η (∂E/∂w + l2 w), which shrinks
             each weight by the share η l2 ("weight decay", torch.optim.SGD's weight_decay).
Source       the document, section 2.3.3: objective = loss + regularisation, which makes weights smaller
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be


@dataclass(frozen=True)
class Penalty:
    """The strengths of the L1 and the L2 term; biases are left out, as is usual, unless `biases` is set."""

    l1: float = 0.0
    l2: float = 0.0
    biases: bool = False

    def __post_init__(self) -> None:
        if not (0 <= self.l1 < float("inf") and 0 <= self.l2 < float("inf")):
            raise must_be("penalty: l1 and l2", "finite and at least 0", (self.l1, self.l2))

    def __bool__(self) -> bool:
        return bool(self.l1 > 0 or self.l2 > 0)

    def applies_to(self, name: str) -> bool:
        """Whether the parameter of this name is penalised."""
        return bool(self) and (self.biases or not name.rpartition(".")[2].startswith("bias"))

    def value(self, parameters: Mapping[str, Array], shapes: Mapping[str, Shape]) -> Array:
        """l1 Σ|w| + ½ l2 Σ w² over the penalised parameters; axes before those of `shapes` are kept apart."""
        total: Array | float = 0.0
        for name, parameter in parameters.items():
            if self.applies_to(name):
                over = tuple(range(-len(shapes[name]), 0))
                total = total + self.l1 * np.abs(parameter).sum(axis=over)
                total = total + 0.5 * self.l2 * np.square(parameter).sum(axis=over)
        return np.asarray(total)

    def gradient(self, parameter: Array) -> Array:
        """l1 sign(w) + l2 w."""
        return self.l1 * np.sign(parameter) + self.l2 * parameter
