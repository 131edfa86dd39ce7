"""Sandbox: a submission's launch beside a new Python and beside the bare fork; and how much a hostile neighbour takes.

python -m tests.benchmarks.sandbox work WAY SECONDS   one worker: prints its launches a second
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from tests.benchmarks.timing import ratio, side_by_side
from torchref.grade.program import Call, Limits, Program
from torchref.grade.sandbox import Sandbox, ensure, process

SOURCE = '''
import numpy as np


def gradient(x, target, weight1, bias1, weight2, bias2):
    """Of half the mean squared error of a network with one hidden layer of rectifiers."""
    hidden = np.maximum(x @ weight1.T + bias1, 0)
    grad_output = (hidden @ weight2.T + bias2 - target) / len(x)
    grad_hidden = (grad_output @ weight2) * (hidden > 0)
    return {
        "weight1": grad_hidden.T @ x,
        "bias1": grad_hidden.sum(axis=0),
        "weight2": grad_output.T @ hidden,
        "bias2": grad_output.sum(axis=0),
    }
'''
RNG = np.random.default_rng(0)
ARGUMENTS = {
    "x": RNG.standard_normal((64, 32)),
    "target": RNG.standard_normal((64, 10)),
    "weight1": RNG.standard_normal((64, 32)),
    "bias1": RNG.standard_normal(64),
    "weight2": RNG.standard_normal((10, 64)),
    "bias2": RNG.standard_normal(10),
}
LIMITS = Limits(wall=60, cpu=60)
# What a grader without a sandbox does: a new interpreter that imports NumPy, with its answer on its output.
ALONE = f"""{SOURCE}
import io, sys
arguments = np.load(io.BytesIO(sys.stdin.buffer.read()))
np.savez(sys.stdout.buffer, **gradient(**arguments))
"""
# The zygote as it stands before it forks, and nothing but its forks.
FLOOR = """
import gc, os, sys, types
package = types.ModuleType("sandbox")
package.__path__ = [sys.argv[1]]
sys.modules["sandbox"] = package
from sandbox import kernel, modules, rehearsal, zygote
modules.preload(())
rehearsal.rehearse()
gc.collect()
gc.freeze()
kernel.give_free_memory_back()
for line in sys.stdin:
    pid = kernel.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    print(flush=True)
"""
HOSTILE = {
    "an endless loop": "while True: pass",
    "all of its memory, again and again": """while True:
        try:
            a = [bytearray(1 << 20) for _ in range(10**6)]
        except MemoryError:
            a = None""",
    "printing without end": "while True: print('x' * 10_000)",
    "calls that are denied": """while True:
        try:
            open('/')
        except OSError:
            pass""",
}


def in_the_sandbox(sandbox: Sandbox) -> Callable[[], object]:
    """One launch, checked to have given its answer."""
    program, calls = Program({"solution.py": SOURCE}), [Call("gradient", ARGUMENTS)]

    def launch():
        outcome = sandbox.run(program, calls, LIMITS)
        assert len(outcome.answers[0].arrays) == 4, outcome

    return launch


def in_a_new_python() -> Callable[[], object]:
    """One launch of the peer."""
    import io

    file = io.BytesIO()
    np.savez(file, **ARGUMENTS)
    command = [sys.executable, "-I", "-c", ALONE]

    def launch():
        told = subprocess.run(command, input=file.getvalue(), capture_output=True, check=True)
        assert len(np.load(io.BytesIO(told.stdout)).files) == 4

    return launch


def main() -> None:
    """Prints the figures."""
    with Sandbox() as sandbox:
        ensure(sandbox)
        print(f"layers in force: {sandbox.description}")
        _launches(sandbox)
        _throughput()
        _neighbours(sandbox)


def _launches(sandbox: Sandbox) -> None:
    command = [sys.executable, "-s", "-P", "-B", "-c", FLOOR, str(Path(process.__file__).parent)]
    floor = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=process.ENVIRONMENT)

    def fork():
        floor.stdin.write("\n")
        floor.stdin.flush()
        floor.stdout.readline()

    names = "sandbox", "new Python", "bare fork"
    rounds = side_by_side(dict(zip(names, (in_the_sandbox(sandbox), in_a_new_python(), fork), strict=True)), seconds=4)
    floor.communicate()
    for name, times in rounds.items():
        print(f"one launch, {name:11} {1000 * median(times):8.2f} ms")
    print(f"new Python ÷ sandbox    {ratio(rounds, 'new Python', 'sandbox'):8.1f}")
    print(f"sandbox ÷ bare fork     {ratio(rounds, 'sandbox', 'bare fork'):8.1f}")


def launches_a_second() -> dict[str, float]:
    """By both ways, with two workers at once; medians of three turns."""
    rates: dict[str, list[float]] = {"sandbox": [], "python": []}
    for _ in range(3):
        for way, known in rates.items():
            known.append(sum(_two_workers(way, 3.0)))
    return {way: median(known) for way, known in rates.items()}


def _throughput() -> None:
    rates = launches_a_second()
    cores = min(2, os.cpu_count() or 1)
    for way, rate in rates.items():
        print(f"launches/s on {cores} cores, {way:8} {rate:7.0f}")
    print(f"sandbox ÷ python        {rates['sandbox'] / rates['python']:8.1f}")


def _two_workers(way: str, seconds: float) -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.sandbox", "work", way, str(seconds)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return [float(worker.communicate()[0]) for worker in workers]


def work(way: str, seconds: float) -> None:
    """One worker of two: prints its launches a second."""
    with Sandbox() as sandbox:
        launch = in_the_sandbox(sandbox) if way == "sandbox" else in_a_new_python()
        launch()
        start, count = time.perf_counter(), 0
        while (passed := time.perf_counter() - start) < seconds:
            launch()
            count += 1
        print(count / passed)


def _neighbours(sandbox: Sandbox) -> None:
    """A good submission's time beside a hostile one, and beside a harmless process that is as busy."""
    launch = in_the_sandbox(sandbox)
    for name, line in HOSTILE.items():
        beside: dict[str, list[float]] = {"busy": [], "hostile": []}
        for _ in range(4):
            with _busy():
                beside["busy"].append(_median_time(launch))
            with _Hostile(line):
                beside["hostile"].append(_median_time(launch))
        slower = ratio(beside, "hostile", "busy")
        print(f"beside {name:35} {slower:5.2f} × the time beside a busy loop (at most 1.25)")


def _median_time(launch: Callable[[], object], seconds: float = 1.0) -> float:
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        launch()
        times.append(time.perf_counter() - start)
    return median(times)


class _busy:  # noqa: N801  used as a word in a with statement
    def __enter__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        time.sleep(0.2)

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()


class _Hostile:
    """A hostile submission in a sandbox of its own, until the block ends."""

    def __init__(self, line: str) -> None:
        self.program = Program({"solution.py": f"def attack():\n    {line}\n"})

    def __enter__(self) -> None:
        self.sandbox = Sandbox()
        limits = Limits(wall=1.5, cpu=60)
        self.thread = threading.Thread(target=self.sandbox.run, args=(self.program, [Call("attack", {})], limits))
        self.thread.start()
        time.sleep(0.2)

    def __exit__(self, *error: object) -> None:
        self.thread.join()
        self.sandbox.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(sys.argv[2], float(sys.argv[3]))
    else:
        main()
