"""Losses: one file each, with its slope. A new file here is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from manual.losses.loss import LOSSES, Loss, Reduction, parse_loss

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["LOSSES", "Loss", "Reduction", "parse_loss"]
