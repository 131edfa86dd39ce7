"""Histogram: how marks are distributed, as bars with their places in a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from torchref.grade.exports.mark import number

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 560.0, 240.0, 8.0, 40.0, 24.0


@dataclass(frozen=True)
class Bar:
    """A bar: whose marks it counts, how many they are, and where it stands."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """Bars, and where the axis has its numbers."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    points: float

    def place(self, mark: float) -> float:
        """Where a mark lies along the axis."""
        share = mark / self.points if self.points else 0.0
        return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - 2 * LEFT)


def histogram(marks: Sequence[float], points: float) -> Histogram:
    """Ten bars from 0 to all points; a full mark is in the last one, and what lies beyond in the nearest."""
    bins = 10
    counts = [0] * bins
    for mark in marks:
        share = mark / points if points else 0.0
        # A mark on a border belongs to the bar above it, whatever its last bit says.
        counts[min(max(int(share * bins + 1e-9), 0), bins - 1)] += 1
    tallest = max(counts, default=0) or 1
    step = (WIDTH - 2 * LEFT) / bins
    bars = []
    for place, count in enumerate(counts):
        height = (HEIGHT - BOTTOM - TOP) * count / tallest
        label = f"{number(points * place / bins)} – {number(points * (place + 1) / bins)}"
        x = LEFT + place * step + 2
        sizes = (round(size, 2) for size in (x, HEIGHT - BOTTOM - height, step - 4, height))
        bars.append(Bar(label, count, *sizes))
    every = ceil(bins / 5)
    ticks = [(round(LEFT + place * step, 2), number(points * place / bins)) for place in range(0, bins + 1, every)]
    return Histogram(tuple(bars), tuple(ticks), points)
