"""Mistakes: the catalogue of what people do wrong: each a hypothesis about a wrong number, and a mutant for tests."""

from torchref.mistakes import (
    activations,
    class_losses,
    gated,
    gradients,
    linear,
    losses,
    rectifiers,
    robust_losses,
)
from torchref.mistakes.mistake import MISTAKES, Mistake
from torchref.mistakes.site import Site

__all__ = [
    "MISTAKES",
    "Mistake",
    "Site",
    "activations",
    "class_losses",
    "gated",
    "gradients",
    "linear",
    "losses",
    "rectifiers",
    "robust_losses",
]
