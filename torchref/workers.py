"""Workers: one process a processor, each with one thread, forked from a server that has imported torch once.

The server can be started ahead: it imports while the process that wants it imports too. So nothing heavy is imported
here.
"""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context

# Below this many networks, starting workers takes longer than the networks.
WORTH_WORKERS = 64
# torch.optim imports torch._dynamo, a second of work, when its first optimiser is made.
IMPORTED = ["torchref.agreement", "torchref.steps", "torchref.end_to_end", "torch._dynamo"]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start_server() -> None:
    """Starts the server that workers are forked from, where there is such a thing, and comes back at once."""
    if "forkserver" not in get_all_start_methods():
        return
    from multiprocessing import forkserver

    get_context("forkserver").set_forkserver_preload(IMPORTED)
    with _environment(ONE_THREAD), _interrupts_ignored():
        forkserver.ensure_running()


@contextmanager
def workers() -> Iterator[ProcessPoolExecutor]:
    """A pool of them."""
    # This process has threads, which do not survive a fork; a fork server has none. Where there is none, spawn is.
    start_server()
    method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    with _environment(ONE_THREAD):
        pool = ProcessPoolExecutor(processors(), get_context(method), initializer=_start_worker)
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    """Leaves interrupts to the parent, which then ends the workers; a traceback from each would bury its message."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """While a process is started, which inherits that; for a moment, in the main thread, which alone can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
