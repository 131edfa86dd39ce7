"""Mistakes: the catalogue of what people do wrong: each a hypothesis about a wrong number, and a mutant for tests."""

from torchref.mistakes import activations, gated, gradients, linear, losses, rectifiers
from torchref.mistakes.mistake import MISTAKES, Mistake
from torchref.mistakes.site import Site

__all__ = ["MISTAKES", "Mistake", "Site", "activations", "gated", "gradients", "linear", "losses", "rectifiers"]
