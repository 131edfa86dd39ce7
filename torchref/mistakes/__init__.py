"""Mistakes: the catalogue of what people do wrong: each a hypothesis about a wrong number, and a mutant for tests."""

from torchref.mistakes import activations, gradients, linear, losses
from torchref.mistakes.mistake import MISTAKES, Mistake
from torchref.mistakes.site import Site

__all__ = ["MISTAKES", "Mistake", "Site", "activations", "gradients", "linear", "losses"]
