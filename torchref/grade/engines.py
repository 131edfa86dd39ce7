"""Engines: where the workers are: processes of this machine, or a Dask cluster."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from torchref.errors import InputError, NotJudgedError
from torchref.grade.crew import local_executor

# Seconds that a scheduler has to answer.
PATIENCE = 20

Engine = tuple[Callable[[], Executor], int]


@contextmanager
def engine(workers: int, scheduler: str = "") -> Iterator[Engine]:
    """What makes an executor, and how many workers it has.

    Raises    InputError if Dask is asked for and not installed; NotJudgedError if its scheduler does not answer
    """
    if not scheduler:
        yield lambda: local_executor(workers), workers
        return
    client = _client(scheduler)
    try:
        yield client.get_executor, max(1, sum(client.nthreads().values()))
    finally:
        client.close()


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            "--scheduler needs Dask distributed (it is not installed): pip install 'torchref[dask]'"
        ) from error
    try:
        return Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        raise NotJudgedError(f"--scheduler {scheduler}: no scheduler answers: {error}") from error
