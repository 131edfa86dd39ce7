"""Layers: one file each, a derivation and the lines that are the derivation. A new file here is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from manual.layers.layer import LAYERS, Layer


def discover() -> None:
    """Imports every file of this folder (of this package's path), so that its layers are in LAYERS."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")


discover()

__all__ = ["LAYERS", "Layer", "discover"]
