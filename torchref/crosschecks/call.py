"""Call: runs somebody's code on copies, twice, and turns whatever happens into a clear outcome."""

import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from manual.arrays import Array

Run = Callable[[dict[str, Array], Array, Array], Any]


@dataclass(frozen=True)
class Call:
    """One call: what came back, the parameters as the call left them, and what it changed that it should not."""

    result: Any
    parameters: dict[str, Array]
    changed: tuple[str, ...]
    warnings: tuple[str, ...]


class CrashedError(Exception):
    """Somebody's code ended with an error; the message says which, and in which line of theirs."""


def call(run: Run, parameters: Mapping[str, Array], x: Array, target: Array) -> Call:
    """Calls somebody's code with copies of everything.

    Raises    CrashedError if it raises anything, endless recursion included
    """
    mine = {name: array.copy() for name, array in parameters.items()}
    own_x, own_target = x.copy(), target.copy()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = run(mine, own_x, own_target)
        except KeyboardInterrupt:
            raise
        except RecursionError as error:
            raise CrashedError(f"it calls itself without end ({place_of(error)})") from error
        except BaseException as error:
            raise CrashedError(f"{type(error).__name__}: {error} ({place_of(error)})") from error
    changed = [
        name for name, before, after in (("x", x, own_x), ("target", target, own_target)) if _differ(before, after)
    ]
    said = dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught)
    return Call(result, mine, tuple(changed), tuple(said))


def _differ(before: Array, after: Array) -> bool:
    return before.shape != after.shape or not np.array_equal(before, after, equal_nan=True)


def place_of(error: BaseException) -> str:
    """The innermost line of the traceback that is not a library's, or the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "site-packages" not in f.filename and "torchref" not in f.filename.split("/")[-3:-1]]
    frame = (own or frames)[-1]
    return f"{frame.filename.rpartition('/')[2]}, line {frame.lineno}: {(frame.line or frame.name).strip()}"
