"""Client: the trusted side of the sandbox. It believes nothing that a submission says but the bytes of its arrays."""

import os
import platform
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from torchref.errors import InputError, NotJudgedError
from torchref.grade.program import Call, Limits, Outcome, Program, Status
from torchref.grade.sandbox import layers as layering
from torchref.grade.sandbox.job import Job
from torchref.grade.sandbox.process import ZygoteError, ZygoteProcess


class Sandbox:
    """Runs others' programs, one at a time, each in a fresh process that can reach nothing but its own memory.

    with Sandbox() as sandbox:
        ensure(sandbox)
        outcome = sandbox.run(program, [Call("gradient", {"x": x})], Limits())

    extra_modules  what a submission may import besides NumPy and the usual modules of Python
    layers         what to lock with; by default, all that this machine has

    Raises NotJudgedError where there is no sandbox. It belongs to the process that made it, and a new
    zygote is started when the thread that made it has ended; a grader of several processes makes one in each.
    """

    def __init__(
        self,
        extra_modules: Sequence[str] = (),
        layers: Iterable[str] | None = None,
        uid: int = layering.SUBMISSION_UID,
    ) -> None:
        _require_support()
        self.extra_modules, self.uid = tuple(extra_modules), uid
        self.layers = tuple(layering.available(uid) if layers is None else layers)
        self._owner, self._lock = os.getpid(), threading.Lock()
        self._is_closed = False
        self._process = self._start()

    def _start(self) -> ZygoteProcess:
        return ZygoteProcess(self.layers, self.uid, self.extra_modules)

    @property
    def description(self) -> str:
        """The layers in force, in one line."""
        return layering.describe(self.layers, self.uid)

    @property
    def pid(self) -> int:
        """The process id of the zygote."""
        return self._process.pid

    def run(self, program: Program, calls: Sequence[Call], limits: Limits, seed: int = 0) -> Outcome:
        """Runs the calls in order, in one fresh process.

        The outcome is BROKEN if the sandbox failed. Raises InputError if the program or an argument cannot be sent.
        """
        if os.getpid() != self._owner:
            raise InputError("a sandbox must be used by the process that made it; make one in each process")
        if self._is_closed:
            raise InputError("a sandbox must be open (it was closed)")
        if program.entry not in program.files:
            raise InputError(f"the program's entry must be one of its files (got {program.entry!r})")
        with self._lock, Job(program, calls, limits, seed) as job:
            try:
                return self._run(job)
            except (ZygoteError, NotJudgedError, OSError) as error:
                return Outcome(Status.BROKEN, reason=str(error))

    def _run(self, job: Job) -> Outcome:
        try:
            return job.outcome(self._process.run(job))
        except ZygoteError:
            # a submission has no effects, so there may be a second time
            self._process.close()
            self._process = self._start()
            job.empty()
            return job.outcome(self._process.run(job))

    def close(self) -> None:
        """Ends the zygote, and with it whatever still runs."""
        if os.getpid() == self._owner:
            self._is_closed = True
            self._process.close()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _require_support() -> None:
    if not layering.is_supported():
        raise NotJudgedError(
            "others' code can be run safely on Linux on x86_64 or aarch64 only"
            f" (got {platform.system()} on {platform.machine()}); use such a machine or a Linux container there;"
            " your own code needs no sandbox: torchref check FILE --assignment NAME"
        )
    if not Path("/proc/self/status").exists():
        raise NotJudgedError("the sandbox needs /proc (it is not mounted); mount it and run this again")
