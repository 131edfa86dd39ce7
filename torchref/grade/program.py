"""Program: what a student handed in, as sources in memory; what is asked of it; and what came of asking.

These are the nouns between the one who marks and the one who runs. The runner may be the sandbox or, for one's own
code, this very process. Nothing in an outcome is believed but the bytes of its arrays: status, times and memory are the
kernel's word, and errors and prints are the student's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from manual.arrays import Array


@dataclass(frozen=True)
class Program:
    """Python sources by path, as in {"solution.py": "…", "layers/linear.py": "…"}, and the one that is imported."""

    files: Mapping[str, str]
    entry: str = "solution.py"


@dataclass(frozen=True)
class Call:
    """A function of the program, and the arrays that it gets by name; `repeat` calls of it give the last answer."""

    function: str
    arguments: Mapping[str, Array]
    repeat: int = 1


@dataclass(frozen=True)
class Limits:
    """What one run, all its calls together, may use: seconds (wall, cpu) and bytes (memory, result).

    On a busy machine a second of CPU takes longer than a second: whoever computes should meet the limit of CPU, which
    is the same everywhere, and whoever sleeps that of the clock, which is therefore much the larger.
    """

    wall: float = 30.0
    cpu: int = 10
    memory: int = 512 << 20
    result: int = 64 << 20


class Status(StrEnum):
    """How a run ended."""

    DONE = "done"
    TIMED_OUT = "took too long"
    OUT_OF_MEMORY = "ran out of memory"
    KILLED = "was killed"
    ENDED = "ended itself"
    UNREADABLE = "left an unreadable result"
    BROKEN = "could not be run"  # the runner's own failure, never the program's


@dataclass(frozen=True)
class Answer:
    """What one call gave: arrays by name (of a dict, else by place: 0, 1, …), or an error, which is its own word.

    place    where in the program the error was raised, as in "solution.py, line 7", if that is known
    """

    arrays: Mapping[str, Array] = field(default_factory=dict)
    error: str = ""
    place: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a run. The answers are those of the first calls; `status` says what became of the next one.

    reason     a clause, where the status needs one, as in "10 s of wall clock"
    printed    what the program printed, its control characters made visible
    wall, cpu  seconds; memory: the most bytes that it had at once
    """

    status: Status
    answers: tuple[Answer, ...] = ()
    reason: str = ""
    printed: str = ""
    wall: float = 0.0
    cpu: float = 0.0
    memory: int = 0


class Runner(Protocol):
    """Whoever runs programs."""

    def run(self, program: Program, calls: Sequence[Call], limits: Limits, seed: int = 0) -> Outcome:
        """Runs the calls in order, in one fresh process; `seed` is that of NumPy's and Python's generators there."""
        ...
