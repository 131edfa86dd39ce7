"""Grading: a class of 1,000 marked from end to end, beside the same marking with a new Python for each run.

The peer is what a grader without a sandbox does: one `python` process that imports NumPy, runs the submission and hands
back its numbers. It does the runs of the same Marker, so that both draw, ask and judge the same; and it is timed once
more where nothing is judged, one process a submission against one launch of the sandbox.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from tests.benchmarks.sandbox import launches_a_second
from tests.grade.made_up import MadeUp, members, write_class
from torchref.grade.grading import GradeRequest, Grading
from torchref.grade.marking import Marker
from torchref.grade.program import Answer, Call, Limits, Outcome, Program, Status
from torchref.grade.record import Marks, Record
from torchref.grade.work import Job
from torchref.workers import processors

ASSIGNMENT = Path(__file__).parent.parent / "grade" / "mlp_gradient.py"
STUDENTS, PEERS = 1000, 120
NO_ENDLESS = 10**9
ALONE = """
import sys, io, types, numpy as np
sent = dict(np.load(io.BytesIO(sys.stdin.buffer.read())))
stdout, sys.stdout = sys.stdout, io.StringIO()
np.random.seed(int(sent["seed"]))
told, module = {}, types.ModuleType("solution")
try:
    exec(str(sent["source"]), vars(module))
except BaseException as error:
    told["error"] = f"{type(error).__name__}: {error}"
for k, function in enumerate(sent["functions"] if not told else []):
    arguments = {name.split("/")[1]: array for name, array in sent.items() if name.startswith(f"{k}/")}
    try:
        made = getattr(module, str(function))(**arguments)
        told |= {f"{k}/{name}": array for name, array in made.items()}
    except BaseException as error:
        told[f"{k}/"] = f"{type(error).__name__}: {error}"
np.savez(stdout.buffer, **told)
"""


class NewPython:
    """The peer: a runner that starts a Python for every run, and trusts it."""

    def run(self, program: Program, calls: Sequence[Call], limits: Limits, seed: int = 0) -> Outcome:
        """Runs the calls in order."""
        sent = {f"{k}/{name}": array for k, call in enumerate(calls) for name, array in call.arguments.items()}
        file = io.BytesIO()
        functions = [call.function for call in calls]
        np.savez(file, source=program.files[program.entry], functions=functions, seed=seed, **sent)
        command = [sys.executable, "-I", "-c", ALONE]
        told = subprocess.run(command, input=file.getvalue(), capture_output=True, timeout=limits.wall, check=True)
        arrays = dict(np.load(io.BytesIO(told.stdout)))
        if "error" in arrays:
            return Outcome(Status.DONE, tuple(Answer(error=str(arrays["error"])) for _ in calls))
        return Outcome(Status.DONE, tuple(_answer(arrays, f"{k}/") for k in range(len(calls))))


def _answer(arrays: dict[str, np.ndarray], prefix: str) -> Answer:
    named = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    return Answer(error=str(named[""])) if "" in named else Answer(named)


def request_of(folder: Path) -> GradeRequest:
    """A run over the class in a folder, a process a core."""
    return GradeRequest(folder / "class", str(ASSIGNMENT), folder / "marks", workers=processors())


def as_expected(record: Record, made: MadeUp) -> bool:
    """Whether a record is what must come of a made-up submission."""
    (task,) = record.tasks
    said = " ".join([task.reason.english, *(f"{hint.text.english} {hint.mistake}" for hint in task.hints)])
    return task.verdict == made.verdict and made.word in said


def graded(folder: Path) -> tuple[dict[str, Record], float]:
    """The records of a class, and seconds from the first of them to the last."""
    with Grading(request_of(folder)) as grading:
        records, start = {}, 0.0
        for record in grading.run():
            start = start or time.perf_counter()  # from here on the workers have imported torch
            records[record.student] = record
        return records, time.perf_counter() - start


def jobs_of(folder: Path) -> list[Job]:
    """The submissions of a class, as the workers get them."""
    with Grading(request_of(folder)) as grading:
        return list(grading.jobs([]))


def mark_by_new_pythons(job: Job) -> Marks:
    """What a worker of the peer does."""
    import torch

    torch.set_num_threads(1)
    return Marker(job.source.load(), NewPython(), job.secret).mark(job.program, job.student)


def peer_graded(jobs: list[Job]) -> tuple[dict[str, Marks], float]:
    """The peer's marks, and seconds, from when its workers have imported all that they need."""
    with ProcessPoolExecutor(processors(), get_context("spawn")) as pool:
        list(pool.map(mark_by_new_pythons, jobs[: 4 * processors()]))
        start = time.perf_counter()
        marks = list(pool.map(mark_by_new_pythons, jobs))
        return {job.student: mark for job, mark in zip(jobs, marks, strict=True)}, time.perf_counter() - start


def main():
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "mixed"
        expected = write_class(folder / "class", STUDENTS)
        records, seconds = graded(folder)
        wrong = [student for student, made in expected.items() if not as_expected(records[student], made)]
        print(
            f"{len(records)} of {STUDENTS} submissions of every kind have a record, {len(wrong)} another than expected"
        )
        for student in wrong[:5]:
            (task,) = records[student].tasks
            print(f"  {student}: {task.verdict} {task.reason.english!r} instead of {expected[student].verdict}")
        line("a mixed class, endless ones included, marked", (STUDENTS - 1) / seconds)
        finite = Path(name) / "finite"
        write_class(finite / "class", STUDENTS, NO_ENDLESS)
        # the peer has no sandbox: it would let the hostile ones act, and the one that imports torch succeed
        unfit = ("hostile", "ends", "broken: torch")
        fit = {student for student, kind, _ in members(STUDENTS, NO_ENDLESS) if not kind.startswith(unfit)}
        jobs = [job for job in jobs_of(finite) if job.student in fit][:PEERS]
        records, seconds = graded(finite)
        marked = (STUDENTS - 1) / seconds
        line("a class without endless ones, marked", marked)
        marks, seconds = peer_graded(jobs)
        apart = [s for s, mark in marks.items() if verdicts(mark) != verdicts(records[s])]
        line("  the same marking, a new Python for each run", len(marks) / seconds)
        print(f"  ratio {marked * seconds / len(marks):.1f}; {len(apart)} of {len(marks)} marks differ from the peer's")
    rates = launches_a_second()
    line("launched and run once, not judged: the sandbox", rates["sandbox"])
    line("  one python process a submission", rates["python"])
    print(f"  ratio {rates['sandbox'] / rates['python']:.1f}; marked ÷ process alone {marked / rates['python']:.1f}")
    return 1 if wrong or apart else 0


def line(what: str, rate: float) -> None:
    """One rate."""
    print(f"{what:48} {rate:6.1f} submissions/s on {processors()} cores")


def verdicts(marks: Marks | Record) -> list[tuple[str, str, float]]:
    """What is to be the same, whoever ran it."""
    return [(task.task, task.verdict, task.points) for task in marks.tasks]


if __name__ == "__main__":
    assert os.environ.get("OMP_NUM_THREADS") == "1", "run it by scripts/bench grading"
    sys.exit(main())
