"""Mistakes: what people do wrong, each a hypothesis and a mutant for tests. A new file here is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from torchref.mistakes.mistake import MISTAKES, Mistake
from torchref.mistakes.site import Site

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["MISTAKES", "Mistake", "Site"]
