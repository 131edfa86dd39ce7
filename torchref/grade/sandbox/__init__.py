"""Sandbox: others' programs, each run in a process of its own that can reach nothing but its own memory."""

from torchref.grade.sandbox.client import Sandbox
from torchref.grade.sandbox.selftest import ensure, possible_effects

__all__ = ["Sandbox", "ensure", "possible_effects"]
