"""Own code: runs a student's own file in this very process, on their own machine: no sandbox, no limits, no secrets."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.crosschecks.call import place_of
from torchref.crosschecks.collect import as_array
from torchref.crosschecks.scripts import run_script
from torchref.errors import InputError
from torchref.grade.program import Answer, Call, Limits, Outcome, Program, Status


class OwnCode:
    """A Runner for one file, in Python or a notebook, which is run anew for each list of calls."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, program: Program, calls: Sequence[Call], limits: Limits, seed: int = 0) -> Outcome:
        """Runs the file and calls its functions; what it prints goes where prints go."""
        np.random.seed(seed)  # noqa: NPY002  the student's code may use NumPy's global generator
        start = time.process_time()
        try:
            namespace = run_script(self.path, __name__="solution")
        except (InputError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise InputError(f"{self.path}: {type(error).__name__}: {error} ({place_of(error)})") from error
        answers = tuple(_answer(namespace, call) for call in calls)
        return Outcome(Status.DONE, answers, cpu=time.process_time() - start)


def _answer(namespace: dict[str, Any], call: Call) -> Answer:
    if not callable(namespace.get(call.function)):
        return Answer(error=f"NotImplementedError: there is no function {call.function}")
    try:
        for _ in range(call.repeat):
            arguments = {name: np.array(array)[()] for name, array in call.arguments.items()}
            result = namespace[call.function](**arguments)
        return Answer(named(result))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return Answer(error=f"{type(error).__name__}: {error}", place=place_of(error))


def named(result: Any) -> dict[str, Array]:
    """What a function returned as arrays by name: a dict's names, else places: 0, 1, …"""
    if isinstance(result, dict):
        items = {str(name): value for name, value in result.items()}
    elif isinstance(result, tuple):
        items = {str(k): value for k, value in enumerate(result)}
    else:
        items = {"0": result}
    arrays = {name: as_array(value) for name, value in items.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "biufc":
            raise TypeError(f"it must return numbers (got {items[name]!r:.60})")
    return arrays
