"""Optimisers: one file each. A new file here is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from manual.optimisers.optimiser import OPTIMISERS, Optimiser, State

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["OPTIMISERS", "Optimiser", "State"]
