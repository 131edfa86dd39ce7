"""Report: what it costs to say which step is wrong, beside one training step by torch, and to name the mistake."""

import os
import time

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

import manual
from manual.arrays import Array
from tests.benchmarks.cases import SIZES, sigmoid_case
from tests.benchmarks.step import torch_step
from tests.benchmarks.timing import ratio, side_by_side
from torchref.diagnosis import diagnose
from torchref.proofread import proofread
from torchref.steps import examine

LARGE = "784-1024-1024-10, batch 512"
# A network of 97,950 parameters, in which one quantity after the other is made wrong in a way that nothing explains:
# then every mistake is tried, and every pair of mistakes.
DIAGNOSED = ((100, 400, 140, 10), 64)


def report_costs() -> Table:
    """The report on a right trace, and on one in which a gradient is wrong."""
    table = Table(title=f"A report on {LARGE}, ÷ one step by torch; wanted: ≤ 5", title_justify="left")
    for column in ("dtype", "torch ms", "report ÷ torch", "of a wrong trace ÷ torch"):
        table.add_column(column, justify="left" if column == "dtype" else "right")
    for dtype in ("float64", "float32"):
        case = sigmoid_case(*SIZES[LARGE], dtype)
        right = dict(manual.run(case))
        wrong = right | {"gradient/linear2.weight": -right["gradient/linear2.weight"]}
        functions = {
            "torch": torch_step(case),
            "right": lambda case=case, right=right: str(proofread("it", case, right)),
            "wrong": lambda case=case, wrong=wrong: str(proofread("it", case, wrong)),
        }
        rounds = side_by_side(functions, seconds=3.0)
        ratios = (f"{ratio(rounds, name, 'torch'):.1f}" for name in ("right", "wrong"))
        table.add_row(dtype, f"{1e3 * float(np.median(rounds['torch'])):.0f}", *ratios)
    return table


def diagnosis_costs() -> Table:
    """The seconds that the diagnosis takes with one quantity wrong."""
    case = sigmoid_case(*DIAGNOSED, "float64")
    right, rng = dict(manual.run(case)), np.random.default_rng(0)
    title = f"Diagnosis, {sum(v.size for v in case.parameters.values())} parameters; wanted: < 2 s"
    table = Table(title=title, title_justify="left")
    table.add_column("what is wrong")
    table.add_column("s", justify="right")

    def noisy(names: list[str]) -> dict[str, Array]:
        return {n: right[n] + rng.standard_normal(right[n].shape) * np.abs(right[n]).mean() for n in names}

    gradients = [name for name in right if name.startswith("gradient/")]
    traces = {name: right | noisy([name]) for name in right if right[name].size > 1}
    traces |= {"everything": noisy(list(right)), "the gradients, nothing else given": noisy(gradients)}
    seconds = {}
    for name, trace in traces.items():
        examination = examine(case, trace)
        start = time.perf_counter()
        diagnose(examination)
        seconds[name] = time.perf_counter() - start
    worst = max(seconds, key=lambda name: seconds[name] if name in right else 0.0)
    for name in (worst, "everything", "the gradients, nothing else given"):
        table.add_row(name, f"{seconds[name]:.2f}")
    return table


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    for made in (report_costs(), diagnosis_costs()):
        Console(width=100).print(made)
