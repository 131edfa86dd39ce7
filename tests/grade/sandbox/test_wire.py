"""The frames between grader and submission: what goes through, and that nothing hostile does or takes memory."""

import contextlib
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchref.grade.sandbox import wire


def frame(header, arrays):
    prefix, text, *bodies = wire.pack(header, arrays)
    assert wire.lengths(prefix) == (len(text), sum(map(len, bodies)))
    return text, b"".join(bodies)


@pytest.mark.parametrize("dtype", sorted(wire.DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (3,), (2, 3, 1)])
def test_arrays_go_through(dtype, shape):
    array = np.ones(shape, dtype)
    header, arrays = wire.unpack(*frame({"seed": 1}, [("a", array), ("b", array[..., None].T)]))
    assert header == {"seed": 1}
    assert list(arrays) == ["a", "b"]
    assert arrays["a"].dtype == dtype
    assert arrays["a"].shape == shape
    assert np.array_equal(arrays["b"], array[..., None].T)
    assert not array.size or not arrays["a"].flags.writeable


def test_what_is_no_number_is_not_sent():
    for array in (np.array(["a"]), np.array([object()]), np.zeros(1, "M8[s]"), np.zeros(1, [("a", "f8")])):
        with pytest.raises(wire.FrameError, match="must be of real or complex numbers or booleans"):
            wire.pack({}, [("a", array)])


def described(*arrays):
    return json.dumps({"arrays": arrays}).encode()


HOSTILE = {
    "nothing": b"",
    "no JSON": b"\xff\xfe{",
    "no object": b"[]",
    "a number": b"1",
    "no arrays": b"{}",
    "arrays are a number": b'{"arrays": 3}',
    "arrays are text": b'{"arrays": "abc"}',
    "nested without end": b"[" * wire.MOST_HEADER,
    "objects nested without end": b'{"a":' * 10_000,
    "a number without end": b'{"arrays": [["a", "<f8", [' + b"9" * 60_000 + b"]]]}",
    "too many arrays": described(*[[str(i), "<f8", [0]] for i in range(wire.MOST_ARRAYS + 1)]),
    "an array of two": described(["a", "<f8"]),
    "an array of four": described(["a", "<f8", [1], 1]),
    "objects": described(["a", "|O", [1]]),
    "text": described(["a", "<U8", [1]]),
    "records": described(["a", [["b", "<f8"]], [1]]),
    "a dtype of another order": described(["a", ">f8", [1]]),
    "a dtype that is a dict": described(["a", {}, [1]]),
    "a name that is a number": described([1, "<f8", [1]]),
    "a name that is a list": described([[], "<f8", [1]]),
    "a long name": described(["n" * 129, "<f8", [1]]),
    "the same name twice": described(["a", "|u1", [16]], ["a", "|u1", [0]]),
    "a shape that is a number": described(["a", "<f8", 1]),
    "a negative length": described(["a", "<f8", [-1]]),
    "two negative lengths": described(["a", "<f8", [-1, -1]]),
    "a length that is true": described(["a", "<f8", [True]]),
    "a length that is a float": described(["a", "<f8", [1.0]]),
    "a length that is infinite": b'{"arrays": [["a", "<f8", [Infinity]]]}',
    "more bytes than there are": described(["a", "<f8", [1 << 39]]),
    "a product beyond 64 bits": described(["a", "<f8", [1 << 39] * 16]),
    "zero of a product beyond 64 bits": described(["a", "<f8", [0] + [1 << 39] * 8]),
    "too many dimensions": described(["a", "|u1", [1] * 17]),
    "fewer bytes than there are": described(["a", "|u1", [0]]),
}


@pytest.mark.parametrize("header", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_header_is_an_error_and_takes_no_memory(header):
    tracemalloc.start()
    try:
        with pytest.raises(wire.FrameError):
            wire.unpack(header, bytes(16))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=300), st.binary(max_size=64))
def test_any_bytes_are_a_frame_or_a_frame_error(header, body):
    with contextlib.suppress(wire.FrameError):
        wire.unpack(header, body)


@given(st.data())
def test_a_damaged_frame_is_a_frame_or_a_frame_error(data):
    text, body = frame({"error": ""}, [("a", np.ones(3)), ("b", np.ones((2, 2), "f4"))])
    damaged = bytearray(text)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(wire.FrameError):
        wire.unpack(bytes(damaged), body[: data.draw(st.integers(0, len(body)))])
