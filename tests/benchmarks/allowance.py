"""Allowance: how much of each step's allowance right networks use; a share above 1 is a false alarm.

allowance [N]   over N random networks (100,000 by default), to 12 layers and 512 neurons, float64 and float32 in turn
"""

import sys
import time
from collections import defaultdict

import manual
from tests.benchmarks.parallel import in_parallel
from torchref.agreement import kind_of
from torchref.random_cases import Limits, random_case
from torchref.steps import judge
from torchref.verdict import Verdict

DEEP = Limits(12, 512, 64)


def shares_of(number: int) -> tuple[dict[tuple[str, str], float], int, int]:
    """The worst share of each kind of step of a right network, how many steps it has, and how many do not agree."""
    case = random_case(1, number, DEEP).case
    steps = judge(case, manual.run(case))
    worst: dict[tuple[str, str], float] = defaultdict(float)
    for step in steps:
        key = kind_of(step.function), str(case.dtype)
        worst[key] = max(worst[key], step.comparison.share)
    return worst, len(steps), sum(step.verdict is not Verdict.AGREES for step in steps)


def main() -> int:
    """Prints the worst share of each kind of step; 1 if any is a false alarm."""
    networks, start = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, time.perf_counter()
    worst: dict[tuple[str, str], tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    steps = alarms = 0
    for number, (shares, count, wrong) in enumerate(in_parallel(shares_of, range(networks), "right networks")):
        steps, alarms = steps + count, alarms + wrong
        if wrong:
            print(f"network {number}: {wrong} of {count} steps do not agree", flush=True)
        for key, share in shares.items():
            worst[key] = max(worst[key], (share, number))
    for (function, dtype), (share, number) in sorted(worst.items()):
        print(f"{function:40} {dtype}  {share:.3f} of the allowance, network {number}")
    print(f"{networks} networks, {steps} steps, {alarms} false alarms, {time.perf_counter() - start:.0f} s")
    return int(alarms > 0)


if __name__ == "__main__":
    sys.exit(main())
