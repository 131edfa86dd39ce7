"""Class size: classes of 100, 1,000 and 10,000: the memory of the one who marks and of the workers, the rate."""

import sys
import tempfile
import time
from multiprocessing import active_children
from pathlib import Path

from tests.benchmarks.grading import request_of
from tests.grade.made_up import write_class
from torchref.grade.grading import Grading

SIZES = (100, 1000, 10_000)


def resident(pid: int | str) -> float:
    """A process's resident memory in MiB, in which what it shares with others counts too."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def main():
    """Prints a line for each size."""
    print("submissions  submissions/s  MiB, marking process  MiB, largest worker")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_class(folder / "class", size, rare=10**9)
            with Grading(request_of(folder)) as grading:
                own = worker = start = 0.0
                for number, _ in enumerate(grading.run()):
                    start = start or time.perf_counter()
                    if number % 50 == 0:
                        own = max(own, resident("self"))
                        worker = max([worker, *(resident(child.pid) for child in active_children())])
                rate = (size - 1) / (time.perf_counter() - start)
        print(f"{size:11}  {rate:13.1f}  {own:20.0f}  {worker:19.0f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
