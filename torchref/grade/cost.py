"""Cost: backpropagation costs a few forward passes; a derivative by differences or complex steps one a number.

Complex steps are as exact as backpropagation and show only so. What counts is the CPU time of the two functions on the
same large example, as the kernel measures it; a program's start is taken off, and fast functions are called often.
"""

from collections.abc import Callable

import numpy as np

from torchref.grade import seeds
from torchref.grade.program import Call, Limits, Program, Runner, Status
from torchref.grade.tasks.task import Task

# CPU seconds of a whole run below which nothing in it can have been done by differences on a large example.
SUSPICIOUS = 0.05
# With fewer numbers than this a derivative by differences is not told from slow loops.
LEAST_NUMBERS = 200
REPEATS = 100


def forward_passes(
    runner: Runner, program: Program, task: Task, forward: Task, limits: Limits, secret: bytes, student: str
) -> tuple[float, int] | None:
    """How many calls of `forward` a call of `task` costs, and how many numbers it returns; None if it can't be told."""

    def draw() -> np.random.Generator:
        return seeds.generator(secret, student, task.name, "cost")

    backward_call = Call(task.name, task.costly(draw()).arguments)
    forward_call = Call(forward.name, forward.costly(draw()).arguments)

    def cpu(*calls: Call) -> float | None:
        outcome = runner.run(program, calls, limits)
        ok = outcome.status is Status.DONE and all(not answer.error for answer in outcome.answers)
        numbers.append(sum(array.size for array in outcome.answers[-1].arrays.values()) if ok else 0)
        return outcome.cpu if ok else None

    numbers: list[int] = []
    once = cpu(forward_call)
    often = cpu(Call(forward.name, forward_call.arguments, 1 + REPEATS))
    both = cpu(forward_call, backward_call)
    if once is None or often is None or both is None or numbers[-1] < LEAST_NUMBERS:
        return None
    one_forward = max(often - once, 1e-9) / REPEATS
    return (both - once) / one_forward, numbers[-1]


def is_no_backpropagation(measure: Callable[[], tuple[float, int] | None], cpu: float) -> float | None:
    """How many forward passes a derivative costs, if that is as many as it takes to move each number once."""
    if cpu < SUSPICIOUS:
        return None
    measured = measure()
    if measured is None:
        return None
    passes, numbers = measured
    return passes if passes > numbers / 2 else None
