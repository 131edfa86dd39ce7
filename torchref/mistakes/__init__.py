"""Mistakes: the catalogue of what people do wrong: each a hypothesis about a wrong number, and a mutant for tests."""

from torchref.mistakes import (
    activations,
    attention,
    blocks,
    class_losses,
    clipping,
    gated,
    gradients,
    gru,
    linear,
    losses,
    lstm,
    optimisers,
    rectifiers,
    recurrent,
    robust_losses,
)
from torchref.mistakes.mistake import MISTAKES, Mistake
from torchref.mistakes.site import Site

__all__ = [
    "MISTAKES",
    "Mistake",
    "Site",
    "activations",
    "attention",
    "blocks",
    "class_losses",
    "clipping",
    "gated",
    "gradients",
    "gru",
    "linear",
    "losses",
    "lstm",
    "optimisers",
    "rectifiers",
    "recurrent",
    "robust_losses",
]
