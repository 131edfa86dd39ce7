"""scripts/bench [NAME …]: runs benchmarks, each in a process of its own; without a name, all of them.

Threads are set before NumPy and torch load, and are the same for both: BENCH_THREADS, 1 by default.
"""

import os
import subprocess
import sys

BENCHMARKS = {
    "step": "one training step by manual, beside torch eager, plain NumPy, and the matrix products alone",
    "sweep": "training at many rates, and a whole sweep trained, judged and written",
    "check": "torchref check --networks 1000, and --help, as whole processes",
    "alignment": "what aligned buffers are worth",
    "allowance": "how much of each allowance 100,000 right networks use: no false alarm (twenty minutes)",
    "verification": "false alarms and misses, beside np.allclose, assert_close, CS231n's rule and gradcheck",
    "grading": "a class of 1,000 marked, beside one python process a submission",
    "class_size": "memory, and the cost of a submission, for classes of 100, 1,000 and 10,000 (minutes)",
    "interruption": "a run of 500 killed at 20 random moments: its marks equal those of an undisturbed one (minutes)",
    "mutants": "every mistake of every kind of layer, wherever it can be made: caught, located, named (ten minutes)",
    "layers": "forward and backward of single layers (convolution, pooling, normalisation, …), beside torch eager",
    "report": "a step-by-step report of a large network, and a diagnosis over all mistakes",
    "sandbox": "launches of a submission beside a new Python and a bare fork, and beside hostile neighbours",
}


def main() -> int:
    """Runs what is asked for; the exit code is that of the first benchmark that failed."""
    names = sys.argv[1:] or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            print(f"bench: NAME must be one of {', '.join(BENCHMARKS)} (got {name!r})", file=sys.stderr)
            return 2
    threads = os.environ.get("BENCH_THREADS", "1")
    limits = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    for name in names:
        print(f"\n{name}: {BENCHMARKS[name]}", flush=True)
        command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
        limited = os.environ if name == "check" else os.environ | limits
        if code := subprocess.run(command, env=limited, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
