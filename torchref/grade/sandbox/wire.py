"""Wire: how arrays travel between the grader and a submission: a small header in JSON, then their raw bytes.

frame = header's length (u64) · body's length (u64) · header (JSON, with every array's name, dtype and shape) · body

Whoever reads a frame trusts nothing in it: no pickle, dtypes from a fixed list, and no memory beyond the bytes that are
there, whatever the header claims. A header's length of 0 is the end. Header and arrays are padded to 16 bytes, so that
the arrays of a frame that was read in one piece are aligned.
"""

import json
import math
import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Complex numbers and halves too: whoever marks can then say which dtype was wrong.
_KINDS = {*"fiuc"}
DTYPES = frozenset(["|b1", "|i1", "|u1", "<f2", "<f4", "<f8", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<c8", "<c16"])
# What the owner asks for: seconds of wall clock and of CPU; bytes of memory and of the result.
ORDER = struct.Struct("<dqqq")
PREFIX = struct.Struct("<QQ")
_ALIGNMENT = 16
MOST_HEADER = 64 << 10  # bytes; of a frame that a submission wrote
MOST_ARRAYS = 256
MOST_DIMENSIONS = 16
NO_MEMORY = 77  # the exit code of a process that has not even the memory to say so
MOST_PRINTED = 64 << 10  # bytes of what a program prints that are kept
MOST_NAME = 128


class FrameError(ValueError):
    """Not a frame, or not one that may be sent."""


def pack(header: dict[str, Any], arrays: Iterable[tuple[str, NDArray[Any]]]) -> list[bytes | memoryview]:
    """The frame's bytes in pieces. Raises FrameError if an array's dtype cannot be sent."""
    described = []
    bodies: list[bytes | memoryview] = []
    for name, array in arrays:
        plain = _little_endian(name, array)
        described.append([name, plain.dtype.str, plain.shape])
        bodies += [plain.reshape(-1).view(np.uint8).data, bytes(_padding(plain.nbytes))]
    text = json.dumps({**header, "arrays": described}).encode()
    text += b" " * _padding(len(text))
    return [PREFIX.pack(len(text), sum(map(len, bodies))), text, *bodies]


def _padding(size: int) -> int:
    return -size % _ALIGNMENT


def _little_endian(name: str, array: NDArray[Any]) -> NDArray[Any]:
    plain = np.asarray(array, order="C")
    if plain.dtype.kind in _KINDS:
        plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    if plain.dtype.str not in DTYPES:
        raise FrameError(f"{name!r} must be of real or complex numbers or booleans (got dtype {plain.dtype})")
    return plain


def lengths(prefix: bytes) -> tuple[int, int]:
    """The lengths of header and body, as the frame's first 16 bytes claim them."""
    header, body = PREFIX.unpack(prefix)
    return header, body


def unpack(
    header: bytes, body: bytes | memoryview, most: int = MOST_ARRAYS
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header and the arrays, read-only views of `body`, at most so many of them.

    Raises FrameError, and nothing else, if it is no frame.
    """
    try:
        known = json.loads(header)
        described = known.pop("arrays")
        if not isinstance(described, list) or len(described) > most:
            raise FrameError("it describes no list of arrays, or too many")
        return known, _arrays(described, body)
    except FrameError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise FrameError(f"its header cannot be read ({type(error).__name__})") from None


def _arrays(described: list[Any], body: bytes | memoryview) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    start = 0
    for name, dtype, shape in described:
        if name in arrays or not _is_name(name) or dtype not in DTYPES or not _is_shape(shape):
            raise FrameError("it describes an array that cannot be")
        count = math.prod(shape)
        size = count * np.dtype(dtype).itemsize
        if size + _padding(size) > len(body) - start:
            raise FrameError("it claims more bytes than there are")
        array = np.frombuffer(body, dtype, count, start) if count else np.empty(0, dtype)
        arrays[name] = array.reshape(shape)
        start += size + _padding(size)
    if start != len(body):
        raise FrameError("it has more bytes than its arrays")
    return arrays


def _is_name(name: object) -> bool:
    return isinstance(name, str) and len(name) <= MOST_NAME


def _is_shape(shape: object) -> bool:
    # bool is an int too, so the type is compared; 2**40 keeps NumPy's own products within 64 bits
    return (
        isinstance(shape, list)
        and len(shape) <= MOST_DIMENSIONS
        and all(type(n) is int and 0 <= n < 1 << 40 for n in shape)
    )
