"""Child: the fork that runs one submission: waits for it, locks itself in, imports it, and answers its calls.

Each answer is a frame at the end of the result, so that whatever happens to a call, the answers before it are there.
"""

import itertools
import os
import random
import socket
import sys
import types
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import wire
from .lockdown import Lockdown
from .modules import OwnFiles, open_to
from .returned import as_arrays, as_error

LOCKED = b"\0"  # the first byte of the news that the clock may start; its limit follows
# Descriptors, once all is in place; 0 is /dev/null.
SOCKET, NEWS, OUTPUT, RESULT = 3, 4, 1, 3
MOST_CHUNKS = 1024  # IOV_MAX


def serve(lockdown: Lockdown) -> None:
    """Takes one order from the socket and does it; returns at once when there is none to come."""
    lockdown.isolate()
    with socket.socket(fileno=SOCKET) as owner:
        message, descriptors, _, _ = socket.recv_fds(owner, wire.ORDER.size, 3)
        if not message:
            return
        owner.detach()
    _, cpu, memory, capacity = wire.ORDER.unpack(message)
    job, result, output = descriptors
    os.dup2(output, OUTPUT)
    os.dup2(output, 2)
    order, arrays = read(job)
    largest = os.fstat(result).st_size + wire.MOST_PRINTED
    os.dup2(result, RESULT)
    os.closerange(NEWS + 1, 1 << 20)
    lockdown.limit(cpu, memory, largest)
    os.write(NEWS, LOCKED + message[:8])
    os.close(NEWS)
    own = open_to(order["files"])
    sys.argv = [order["entry"]]
    # a twentieth of a launch, for the few that draw
    if any("random" in text for text in order["files"].values()):
        np.random.seed(order["seed"])  # noqa: NPY002  the one that submissions use
        random.seed(order["seed"])
    Run(own, order, arrays, RESULT, capacity).answer_all()


def read(job: int) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """The order and its arrays."""
    content = os.pread(job, os.fstat(job).st_size, 0)
    start = wire.PREFIX.size
    header = start + wire.lengths(content[:start])[0]
    order, arrays = wire.unpack(content[start:header], memoryview(content)[header:], most=sys.maxsize)
    return order, list(arrays.values())


class Run:
    """The calls of one submission."""

    def __init__(
        self, own: OwnFiles, order: dict[str, Any], arrays: list[NDArray[Any]], result: int, capacity: int
    ) -> None:
        self.own, self.order, self.arrays = own, order, arrays
        self.result, self.left = result, capacity
        # taken before the submission can put something else in their place
        self.write, self.pack = os.writev, wire.pack

    def answer_all(self) -> None:
        """One frame a call."""
        module = self.attempt(self.load)
        for call in self.order["calls"]:
            error = module
            if not isinstance(module, dict):
                error = self.attempt(partial(self.call, module, **call))
            if isinstance(error, dict):
                self.append(self.pack(error, []))

    def attempt(self, act: Callable[[], Any]) -> Any:
        """What `act` gives, or else the error that it raised, SystemExit and KeyboardInterrupt too, as a dict."""
        try:
            return act()
        except BaseException as error:
            return as_error(error, sys.exc_info()[2], self.own.files)

    def load(self) -> types.ModuleType:
        """Imports the program."""
        module = self.own.module(self.order["entry"])
        self.own.exec_module(module)
        return module

    def call(self, module: types.ModuleType, function: str, arguments: dict[str, int], repeat: int) -> None:
        """Makes one call, and sends what it gives."""
        act = vars(module).get(function)
        if act is None:
            raise AttributeError(f"{self.order['entry']} must define the function {function!r} (got none of that name)")
        if not callable(act):
            raise TypeError(f"{function!r} must be a function (got {type(act).__name__})")
        value = None
        for _ in itertools.repeat(None, repeat):
            value = act(**{name: self.arrays[i].copy() for name, i in arguments.items()})
        self.send({}, as_arrays(function, value))

    def send(self, header: dict[str, Any], arrays: list[tuple[str, NDArray[Any]]]) -> None:
        """Appends one frame. Raises ValueError if it is too large."""
        chunks = self.pack(header, arrays)
        size = sum(map(len, chunks))
        if size > self.left:
            raise ValueError(f"what is returned must fit in {self.left} bytes (got {size})")
        if len(chunks[1]) > wire.MOST_HEADER:
            raise ValueError(f"names and shapes must fit in {wire.MOST_HEADER} bytes (got {len(chunks[1])})")
        self.left -= size
        self.append(chunks)

    def append(self, chunks: Sequence[bytes | memoryview]) -> None:
        """Writes all of it."""
        while chunks:
            written = self.write(self.result, chunks[:MOST_CHUNKS])
            chunks = _rest(chunks, written)


def _rest(chunks: Sequence[bytes | memoryview], written: int) -> list[bytes | memoryview]:
    rest: list[bytes | memoryview] = []
    for chunk in chunks:
        if written < len(chunk):
            rest.append(memoryview(chunk)[written:])
        written = max(0, written - len(chunk))
    return rest
