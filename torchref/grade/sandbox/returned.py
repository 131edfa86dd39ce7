"""Returned: what a submission's function gave, as named arrays; and what it raised, as one line and a place.

All of this runs beside the submission, which may have changed anything here: nothing that it makes is believed.
"""

import types
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import wire

MOST_MESSAGE = 2000  # characters
_ADVICE = "return an array of numbers, several in a tuple, or a dict of them"


def as_arrays(function: str, value: Any) -> list[tuple[str, NDArray[Any]]]:
    """The arrays of a dict by key, of a tuple or list that has arrays by place, else the one array that it makes.

    Raises TypeError or ValueError that say what was returned.
    """
    named = _named(value)
    if len(named) > wire.MOST_ARRAYS:
        raise ValueError(f"{function} must return at most {wire.MOST_ARRAYS} arrays (got {len(named)})")
    is_one = len(named) == 1 and not isinstance(value, dict)
    arrays = [(name, _as_array(function, "" if is_one else f" as {name!r}", each)) for name, each in named]
    names = {name for name, _ in arrays}
    if len(names) < len(arrays) or max(map(len, names), default=0) > wire.MOST_NAME:
        raise ValueError(f"{function} must return different names of at most {wire.MOST_NAME} characters")
    return arrays


def _named(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(str(name), each) for name, each in dict(value).items()]
    if isinstance(value, tuple | list) and (_holds_arrays(value) or _is_ragged(value)):
        return [(str(i), each) for i, each in enumerate(value)]
    return [("0", value)]


def _holds_arrays(value: Collection[Any]) -> bool:
    return any(isinstance(each, np.ndarray) for each in value)


def _is_ragged(value: Collection[Any]) -> bool:
    # a loss beside a nested list: no one array, but each is
    try:
        np.asarray(value)
    except ValueError:
        return True
    return False


def _as_array(function: str, where: str, value: Any) -> NDArray[Any]:
    kind = type(value).__name__
    try:
        array = np.asarray(value)
    except ValueError:
        raise TypeError(f"{function} must return numbers (got a ragged {kind}{where}); {_ADVICE}") from None
    if array.dtype.kind in "OSUVMm":
        raise TypeError(f"{function} must return numbers (got {_article(kind)}{where}); {_ADVICE}")
    if array.ndim > wire.MOST_DIMENSIONS:
        raise ValueError(f"{function} must return at most {wire.MOST_DIMENSIONS} dimensions (got {array.ndim})")
    return array


def _article(kind: str) -> str:
    return kind if kind == "NoneType" else f"a {kind}"


def as_error(error: BaseException, traceback: types.TracebackType | None, files: Collection[str]) -> dict[str, Any]:
    """The error's type, message and place. Never raises, whatever the error's own methods do."""
    try:
        text = f"{type.__getattribute__(type(error), '__name__')}: "
    except BaseException:
        text = "an error whose type has no name: "
    try:
        text += str.__getitem__(str(error), slice(MOST_MESSAGE))
    except BaseException:
        text += "(its message could not be made)"
    return {"error": text.removesuffix(": "), "place": _syntax_place(error, files) or _place(traceback, files)}


def _place(traceback: types.TracebackType | None, files: Collection[str]) -> str:
    place = ""
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file in files:
            place = f"{file}, line {traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def _syntax_place(error: BaseException, files: Collection[str]) -> str:
    # a file that does not compile has no frame
    try:
        if isinstance(error, SyntaxError) and error.filename in files and isinstance(error.lineno, int):
            return f"{error.filename}, line {error.lineno}"
    except BaseException:
        return ""
    return ""
