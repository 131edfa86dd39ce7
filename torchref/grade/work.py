"""Work: what one worker does: marks one program at a time, in a sandbox of its own process."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from torchref.grade.assignment import Assignment, Source
from torchref.grade.marking import Marker
from torchref.grade.program import Program
from torchref.grade.record import MARKED, NOT_JUDGED, Record, Text
from torchref.grade.sandbox.client import Sandbox
from torchref.grade.sandbox.selftest import ensure
from torchref.grade.worksheet import SheetMarker, WorksheetAssignment


@dataclass(frozen=True)
class Job:
    """Everything that decides a mark, in a form that can be sent to another machine.

    accept   effects that the self-test found possible and the teacher accepts
    """

    source: Source
    program: Program
    student: str
    digest: str
    secret: bytes
    accept: tuple[str, ...] = ()


def mark(job: Job) -> Record:
    """The record of one submission; the grader's own failure is no mark."""
    try:
        with _lock:  # a sandbox does one thing at a time, and some executors run threads
            marks = _worker(job).mark(job.program, job.student)
    except Exception as error:
        return not_judged(job, f"{type(error).__name__}: {error}")
    return Record(job.student, MARKED, marks.tasks, digest=job.digest, seconds=round(marks.seconds, 4))


def not_judged(job: Job, why: str) -> Record:
    """The record of a submission that the grader failed on."""
    reason = Text(f"the grader failed: {why}", f"评分程序出错：{why}")
    return Record(job.student, NOT_JUDGED, (), reason, job.digest)


def open_sandbox(assignment: Assignment | WorksheetAssignment, accept: Sequence[str]) -> Sandbox:
    """A sandbox for an assignment that stood its self-test; raises NotJudgedError if it did not."""
    sandbox = Sandbox(assignment.modules)
    try:
        ensure(sandbox, accept)
    except BaseException:
        sandbox.close()
        raise
    return sandbox


_lock = threading.Lock()
_workers: dict[tuple[Source, bytes, tuple[str, ...]], Marker | SheetMarker] = {}


def _worker(job: Job) -> Marker | SheetMarker:
    """The marker of this process, which lives as long as the process."""
    key = (job.source, job.secret, job.accept)
    if key not in _workers:
        import torch

        torch.set_num_threads(1)  # there is a process a core
        assignment = job.source.load()
        _workers[key] = assignment.marker(open_sandbox(assignment, job.accept), job.secret)
    return _workers[key]
