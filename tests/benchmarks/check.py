"""Check: torchref check --networks 1000 beside its imports alone, and torchref --help, as whole processes."""

import statistics
import subprocess
import sys
import time

IMPORTS = "import torchref.self_check, torchref.steps, torchref.procedures, torchref.document_check, torch._dynamo"
HELP = "import sys; sys.argv[1:] = ['--help']; from torchref.cli import main; main()"
CHECK = HELP.replace("'--help'", "'check', '--networks', '1000', '--device', 'cpu'")
RUNS = (("--help", HELP, 9), ("the imports of check", IMPORTS, 3), ("check --networks 1000", CHECK, 3))


def seconds(code):
    """Wall time of a Python process that runs some code, which must succeed."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    """Prints medians of several runs."""
    for name, code, runs in RUNS:
        times = [seconds(code) for _ in range(runs)]
        print(f"{name:24} {statistics.median(times):.2f} s (of {runs}: {min(times):.2f} to {max(times):.2f})")


if __name__ == "__main__":
    main()
