"""Torchref: the proof-reader for hand-derived neural-network mathematics.

report = torchref.crosscheck(run, network, {"W1": "linear0.weight.T", "b1": "linear0.bias"}, loss="…")
report = torchref.crosscheck_function(MyFunction.apply, formula, inputs)
report = torchref.crosscheck_optimiser(run, "adam", learning_rate=0.01)
namespace = torchref.run_script("backprop.py", W1=…, X=…)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torchref.crosschecks import crosscheck
    from torchref.crosschecks.functions import crosscheck_function
    from torchref.crosschecks.optimisers import crosscheck_optimiser
    from torchref.crosschecks.scripts import run_script
    from torchref.report import Report

__all__ = ["Report", "crosscheck", "crosscheck_function", "crosscheck_optimiser", "run_script"]

_HOMES = {
    "crosscheck": "torchref.crosschecks",
    "crosscheck_function": "torchref.crosschecks.functions",
    "crosscheck_optimiser": "torchref.crosschecks.optimisers",
    "run_script": "torchref.crosschecks.scripts",
    "Report": "torchref.report",
}


def __getattr__(name: str) -> Any:
    """Imports what is asked for when it is asked for: the command line needs none of it to show its help."""
    if name not in _HOMES:
        raise AttributeError(f"module 'torchref' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
