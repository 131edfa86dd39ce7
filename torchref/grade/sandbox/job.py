"""Job: one run as it goes to the zygote, in memory files, and the outcome as it is read back from them."""

import os
import signal
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from manual.arrays import Array
from torchref.errors import InputError
from torchref.grade.program import Answer, Call, Limits, Outcome, Program, Status
from torchref.grade.sandbox import memory_files, wire
from torchref.grade.sandbox.visible import visible

_ERROR_ROOM = 32 << 10  # bytes of a frame for a call that failed, at most
_SEEDS = 1 << 32  # NumPy's legacy generator takes 32 bits


class Job:
    """A run's three memory files: the order, the result, and what is printed."""

    def __init__(self, program: Program, calls: Sequence[Call], limits: Limits, seed: int) -> None:
        self.calls, self.limits = calls, limits
        self.capacity = limits.result + _ERROR_ROOM * (len(calls) + 1)
        self.descriptors: list[int] = [memory_files.of_content(_order(program, calls, seed))]
        try:
            self.empty()
        except BaseException:
            self.close()
            raise

    def empty(self) -> None:
        """Takes new files for what comes back."""
        while len(self.descriptors) > 1:
            os.close(self.descriptors.pop())
        self.descriptors.append(memory_files.of_size(self.capacity))
        self.descriptors.append(memory_files.of_size(wire.MOST_PRINTED))

    @property
    def order(self) -> bytes:
        """The message that goes with the descriptors."""
        limits = self.limits
        return wire.ORDER.pack(limits.wall, limits.cpu, limits.memory, limits.result)

    def outcome(self, news: dict[str, Any]) -> Outcome:
        """What came of it. Called after the process is dead, so that nothing changes while it is read."""
        answers, unreadable = self._answers()
        status, reason = _status(news, self.limits)
        if status is Status.DONE and unreadable:
            status, reason = Status.UNREADABLE, unreadable
        elif status is Status.DONE and len(answers) < len(self.calls):
            status, reason = Status.ENDED, "it left before it answered"
        return Outcome(
            status, answers, reason, self._printed(), wall=news["wall"], cpu=news["cpu"], memory=news["memory"]
        )

    def _answers(self) -> tuple[tuple[Answer, ...], str]:
        """The answers, and why the next one cannot be read, if there is something that cannot."""
        result = self.descriptors[1]
        answers: list[Answer] = []
        start, left = 0, memory_files.received(result)
        while len(answers) < len(self.calls) and left > 0:
            header, body = wire.lengths(os.pread(result, wire.PREFIX.size, start))
            if not header:
                break
            start += wire.PREFIX.size
            left -= wire.PREFIX.size
            if header > wire.MOST_HEADER or header + body > left:
                return tuple(answers), "it claims more bytes than there are"
            content = os.pread(result, header + body, start)
            try:
                answers.append(_answer(*wire.unpack(content[:header], memoryview(content)[header:])))
            except wire.FrameError as error:
                return tuple(answers), str(error)
            start += header + body
            left -= header + body
        return tuple(answers), ""

    def _printed(self) -> str:
        output = self.descriptors[2]
        size = min(os.lseek(output, 0, os.SEEK_CUR), memory_files.received(output))
        return visible(os.pread(output, max(0, size), 0).decode("utf-8", "replace"))

    def close(self) -> None:
        """Gives the memory back."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors.clear()

    def __enter__(self) -> "Job":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _order(program: Program, calls: Sequence[Call], seed: int) -> list[bytes | memoryview]:
    places: dict[int, int] = {}  # an array that several calls get is sent once
    arrays: list[tuple[str, Array]] = []
    described = []
    for call in calls:
        for name, array in call.arguments.items():
            if array.dtype.str not in wire.DTYPES and array.dtype.newbyteorder("<").str not in wire.DTYPES:
                raise InputError(f"argument {name!r} must be of numbers or booleans (got dtype {array.dtype})")
            if places.setdefault(id(array), len(arrays)) == len(arrays):
                arrays.append((str(len(arrays)), array))
        arguments = {name: places[id(array)] for name, array in call.arguments.items()}
        described.append({"function": call.function, "arguments": arguments, "repeat": call.repeat})
    header = {"files": dict(program.files), "entry": program.entry, "calls": described, "seed": seed % _SEEDS}
    return wire.pack(header, arrays)


def _answer(header: dict[str, Any], arrays: dict[str, Array]) -> Answer:
    error, place = header.get("error", ""), header.get("place", "")
    if not isinstance(error, str) or not isinstance(place, str):
        raise wire.FrameError("its error is no text")
    named = {visible(name): array for name, array in arrays.items()}
    return Answer(named, visible(error), visible(place))


def _status(news: dict[str, Any], limits: Limits) -> tuple[Status, str]:
    """What the kernel says of the process's end."""
    code = news["exit"]
    if not news["in_time"]:
        return Status.TIMED_OUT, f"{limits.wall:g} s of wall clock"
    if code == -signal.SIGXCPU or (code == -signal.SIGKILL and news["cpu"] >= limits.cpu):
        return Status.TIMED_OUT, f"{limits.cpu} s of CPU"
    if code == -signal.SIGKILL:
        return Status.KILLED, "SIGKILL, as when the machine has no memory left"
    if code < 0:
        return Status.KILLED, _name(-code)
    if code == wire.NO_MEMORY:
        return Status.OUT_OF_MEMORY, f"{limits.memory >> 20} MiB"
    if code > 0:
        return Status.ENDED, f"exit code {code}"
    return Status.DONE, ""


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
