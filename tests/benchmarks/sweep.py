"""Sweep: training at many rates beside training them one by one, and a whole sweep trained, judged and written."""

import tempfile
import time
from pathlib import Path

import matplotlib.figure  # noqa: F401  imported before the clock starts, as the rest
import mpl_toolkits.mplot3d  # noqa: F401
import numpy as np
import torch._dynamo  # noqa: F401  torch.optim imports it when its first optimiser is made

import manual
from tests.benchmarks.timing import ratio, side_by_side
from torchref.sweep import twin_training
from torchref.sweep.experiments import document_experiment
from torchref.sweep.rates import parse_rates
from torchref.sweep.sweep import sweep

RATES = np.geomspace(0.01, 1000, 256)


def main():
    """Prints the figures."""
    case = manual.document.example()
    few = RATES[::16]
    rounds = side_by_side(
        {
            "256 rates × 1000 steps": lambda: manual.train(case, RATES, 1000),
            "16 rates × 1000 steps": lambda: manual.train(case, few, 1000),
            "16 one by one": lambda: [manual.train(case, [rate], 1000) for rate in few],
            "16 by torch": lambda: twin_training.train(case, few.tolist(), 1000),
        },
        seconds=2.0,
    )
    for name, times in rounds.items():
        print(f"{name:24} {float(np.median(times)):.3f} s")
    print(f"one by one ÷ together    {ratio(rounds, '16 one by one', '16 rates × 1000 steps'):.1f}")
    print(f"torch ÷ manual           {ratio(rounds, '16 by torch', '16 rates × 1000 steps'):.1f}")
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(5):
            start = time.perf_counter()
            sweep(document_experiment(), Path(folder) / "document", parse_rates("0.01:1000:16"), 1000, None)
            times.append(time.perf_counter() - start)
    print(
        f"a sweep of 16 rates × 1000 steps, judged and written: {times[0]:.2f} s first, {np.median(times):.2f} s median"
    )


if __name__ == "__main__":
    main()
