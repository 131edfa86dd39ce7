"""Step: one training step by manual, beside torch eager, plain NumPy, and the matrix products alone (the floor).

All four on equal shapes, dtypes and threads, in turn within a few milliseconds; ratios are medians over the turns.
"""

import os

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from manual.arrays import aligned_empty
from manual.step import Step
from tests.benchmarks.cases import SIZES, sigmoid_case
from tests.benchmarks.timing import ratio, side_by_side
from torchref import twin

# What is wanted at each size and dtype: of torch's time, and of the floor's.
WANTED = {
    "2-2-2, batch 1": ("≤ 0.125", {"float32": "", "float64": ""}),
    "64-256-256-10, batch 128": ("≤ 0.9", {"float32": "≤ 1.3", "float64": "≤ 1.4"}),
    "784-1024-1024-10, batch 512": ("", {"float32": "≤ 1.1", "float64": "≤ 1.15"}),
}


def manual_step(case):
    """The calls of manual's training step, loss included."""
    step = Step(case, training=True)
    calls = (*step.forward, *step.loss, *step.backward, *step.update)

    def run():
        for call in calls:
            call()

    return run


def torch_step(case):
    """zero_grad, forward, loss, backward and step of the twin."""
    model = twin.build(case.network).to(twin.tensor(case.x).dtype)
    model.load_state_dict({name: twin.tensor(value) for name, value in case.parameters.items()})
    optimiser = torch.optim.SGD(model.parameters(), lr=case.optimiser.learning_rate)
    x, target, loss = twin.tensor(case.x), twin.tensor(case.target), torch.nn.MSELoss(reduction="sum")

    def run():
        optimiser.zero_grad()
        (0.5 * loss(model(x), target)).backward()
        optimiser.step()

    return run


def plain_step(case):
    """The step as one writes it in NumPy without a thought for memory."""
    weights = [v.copy() for n, v in case.parameters.items() if n.endswith("weight")]
    biases = [v.copy() for n, v in case.parameters.items() if n.endswith("bias")]
    rate = case.dtype.type(case.optimiser.learning_rate)

    def run():
        outputs = [case.x]
        for w, b in zip(weights, biases, strict=True):
            outputs.append(1 / (1 + np.exp(-(outputs[-1] @ w.T + b))))
        delta = outputs[-1] - case.target
        loss = 0.5 * (delta * delta).sum()
        for k in reversed(range(len(weights))):
            delta = delta * outputs[k + 1] * (1 - outputs[k + 1])
            grad_weight, grad_bias = delta.T @ outputs[k], delta.sum(axis=0)
            if k:
                delta = delta @ weights[k]
            weights[k] -= rate * grad_weight
            biases[k] -= rate * grad_bias
        return loss

    return run


def products_alone(case):
    """The matrix products of the step, on aligned buffers: forward, and backward but for the input's gradient."""
    products = []
    x = case.x
    for name, w in case.parameters.items():
        if not name.endswith("weight"):
            continue
        a, w, g, z = (aligned_empty(s, case.dtype) for s in (x.shape, w.shape, (len(x), len(w)), (len(x), len(w))))
        for array in (a, w, g):
            array[...] = 0.5
        products += [(a, w.T, z), (g.T, a, aligned_empty(w.shape, case.dtype))]
        if x is not case.x:
            products.append((g, w, aligned_empty(a.shape, case.dtype)))
        x = z

    def run():
        for a, b, out in products:
            np.matmul(a, b, out=out)

    return run


def main():
    """Prints the table."""
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "all")
    table = Table(title=f"One training step; threads: {threads}", title_justify="left")
    for column in (
        "shape",
        "dtype",
        "manual µs",
        "÷ torch",
        "wanted",
        "÷ floor",
        "wanted",
        "plain ÷ floor",
        "torch ÷ floor",
    ):
        table.add_column(column, justify="left" if column in ("shape", "dtype") else "right")
    for name, (widths, batch) in SIZES.items():
        for dtype in ("float32", "float64"):
            case = sigmoid_case(widths, batch, dtype)
            functions = {
                "manual": manual_step(case),
                "torch": torch_step(case),
                "plain": plain_step(case),
                "floor": products_alone(case),
            }
            rounds = side_by_side(functions, seconds=3.0)
            of_torch, of_floor = WANTED[name][0], WANTED[name][1][dtype]
            table.add_row(
                name,
                dtype,
                f"{1e6 * float(np.median(rounds['manual'])):.1f}",
                f"{ratio(rounds, 'manual', 'torch'):.3f}",
                of_torch,
                f"{ratio(rounds, 'manual', 'floor'):.2f}",
                of_floor,
                f"{ratio(rounds, 'plain', 'floor'):.2f}",
                f"{ratio(rounds, 'torch', 'floor'):.2f}",
            )
    Console(width=120).print(table)


if __name__ == "__main__":
    with np.errstate(over="ignore"):
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
        main()
