"""Sandbox: others' programs, each run in a process of its own that can reach nothing but its own memory."""

from torchref.grade.sandbox.client import Sandbox

__all__ = ["Sandbox"]
