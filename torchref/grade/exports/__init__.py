"""Exports: marks in the formats of platforms, one file each. A new file here is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from torchref.grade.exports.exporter import (
    CLASS_EXPORTS,
    RESULT_EXPORTS,
    ClassContext,
    ClassExport,
    Exported,
    ResultContext,
    ResultExport,
    export_class,
    export_result,
)

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = [
    "CLASS_EXPORTS",
    "RESULT_EXPORTS",
    "ClassContext",
    "ClassExport",
    "Exported",
    "ResultContext",
    "ResultExport",
    "export_class",
    "export_result",
]
