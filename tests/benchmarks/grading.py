"""Grading: a class of 1,000 marked from end to end, beside one `python` process with NumPy for each submission."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from tests.grade.made_up import MadeUp, write_class
from torchref.grade.engines import cores
from torchref.grade.grading import GradeRequest, Grading
from torchref.grade.record import Record

ASSIGNMENT = Path(__file__).parent.parent / "grade" / "mlp_gradient.py"
STUDENTS, PROCESSES = 1000, 60
# What one process for each submission does: import NumPy and the submission, call it, and hand back the numbers.
ALONE = """
import sys, importlib.util, numpy as np
specification = importlib.util.spec_from_file_location("solution", sys.argv[1])
module = importlib.util.module_from_spec(specification)
specification.loader.exec_module(module)
arguments = dict(np.load(sys.argv[2]))
np.savez(sys.stdout.buffer, **module.backward(**arguments))
"""


def request_of(folder: Path) -> GradeRequest:
    """A run over the class in a folder, a process a core."""
    return GradeRequest(folder / "class", str(ASSIGNMENT), folder / "marks", workers=cores())


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


def processes_a_second(source: Path, folder: Path) -> float:
    """One process for each submission, as many at once as there are cores."""
    with Grading(request_of(folder)) as grading:
        (task,) = grading.assignment.tasks.values()
        np.savez(folder / "arguments.npz", **task.draw(np.random.default_rng(0), 1).arguments)
    command = [sys.executable, "-I", "-c", ALONE, str(source), str(folder / "arguments.npz")]

    def run(_: int) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={"OPENBLAS_NUM_THREADS": "1"})

    with ThreadPoolExecutor(cores()) as pool:
        start = time.perf_counter()
        list(pool.map(run, range(PROCESSES)))
        return PROCESSES / (time.perf_counter() - start)


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
        print(f"mixed class, endless ones included   {(STUDENTS - 1) / seconds:6.1f} submissions/s on {cores()} cores")
        for student in wrong[:5]:
            (task,) = records[student].tasks
            print(f"  {student}: {task.verdict} {task.reason.english!r} instead of {expected[student].verdict}")
        right = Path(name) / "right"
        write_class(right / "class", STUDENTS, rare=10**9)
        _, seconds = graded(right)
        rate = (STUDENTS - 1) / seconds
        alone = processes_a_second(right / "class" / "student00000.py", right)
        print(f"class without endless ones           {rate:6.1f} submissions/s")
        print(f"one python process a submission      {alone:6.1f} submissions/s, run once and not judged")
        print(f"ratio                                {rate / alone:6.1f}")
    return 1 if wrong else 0


if __name__ == "__main__":
    assert os.environ.get("OMP_NUM_THREADS") == "1", "run it by scripts/bench grading"
    sys.exit(main())
