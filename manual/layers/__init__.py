"""Layers: one file each, a derivation and the lines that are the derivation. A new file here is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from manual.layers.layer import LAYERS, Layer

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["LAYERS", "Layer"]
