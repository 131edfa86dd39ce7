"""Allowance: how much of each step's allowance right networks use; a share above 1 is a false alarm."""

import sys
from collections import defaultdict

import manual
from torchref.agreement import kind_of
from torchref.random_cases import random_case
from torchref.render.progress import progress
from torchref.steps import judge
from torchref.verdict import Verdict


def main():
    """Prints the worst share of each kind of step; fails if any is a false alarm."""
    networks = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    worst: dict[tuple[str, str], tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    alarms, steps = 0, 0
    for number in progress(range(networks), networks, "right networks"):
        case = random_case(1, number).case
        for step in judge(case, manual.run(case)):
            key = kind_of(step.function), str(case.dtype)
            worst[key] = max(worst[key], (step.comparison.share, number))
            alarms += step.verdict is not Verdict.AGREES
            steps += 1
    for (function, dtype), (share, number) in sorted(worst.items()):
        print(f"{function:40} {dtype}  {share:.3f} of the allowance, network {number}")
    print(f"{networks} networks, {steps} steps, {alarms} false alarms")
    return alarms > 0


if __name__ == "__main__":
    sys.exit(main())
