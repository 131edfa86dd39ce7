"""Timing: how long several functions take beside each other, as ratios that survive a noisy machine."""

import time
from collections.abc import Callable
from statistics import median


def side_by_side(functions: dict[str, Callable[[], object]], seconds: float = 1.0) -> dict[str, list[float]]:
    """Seconds a call of each function, measured in turn (A B C A B C …) for about `seconds` each.

    Each entry of a function's list was measured beside the same entry of the others, within a tenth of a second.
    """
    calls = {}
    for name, function in functions.items():
        function()
        start = time.perf_counter()
        function()
        calls[name] = max(1, round(0.02 / (time.perf_counter() - start)))
    rounds: dict[str, list[float]] = {name: [] for name in functions}
    end = time.perf_counter() + seconds * len(functions)
    while time.perf_counter() < end or len(rounds[next(iter(rounds))]) < 5:
        for name, function in functions.items():
            start = time.perf_counter()
            for _ in range(calls[name]):
                function()
            rounds[name].append((time.perf_counter() - start) / calls[name])
    return rounds


def ratio(rounds: dict[str, list[float]], a: str, b: str) -> float:
    """The median over the rounds of a's time to b's."""
    return median(x / y for x, y in zip(rounds[a], rounds[b], strict=True))
