"""Parallel: one job after the other on every core, with a progress bar."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from torchref.render.progress import progress

J = TypeVar("J")
R = TypeVar("R")


def in_parallel(job: Callable[[J], R], jobs: Sequence[J], what: str) -> Iterator[R]:
    """The results of a job, in order."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from progress(pool.map(job, jobs, chunksize=max(1, min(50, len(jobs) // 100))), len(jobs), what)
