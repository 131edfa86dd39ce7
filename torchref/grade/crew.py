"""Crew: many workers behind any concurrent.futures.Executor: bounded in flight, and no worker's death costs a mark.

When a worker dies, nobody knows which of the jobs that were under way killed it. These are done again, one at a time;
one that ends its worker several times more is not judged.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait

from torchref.grade.record import Record
from torchref.grade.work import Job, mark, not_judged

# Jobs in flight for each worker: enough that none waits, few enough that memory does not grow with the class.
AHEAD = 3
TRIES = 3


def local_executor(workers: int) -> Executor:
    """A pool of processes on this machine. They are spawned: a fork of a process with torch's threads may hang."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin)


def _begin() -> None:
    """In each worker: it ends when the one who marks is killed, and leaves it to that one what Ctrl-C means."""
    from torchref.grade.sandbox.kernel import die_with_parent  # Linux alone can import it

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal
    die_with_parent(os.getppid())


class Crew:
    """Workers that an executor gives, and another executor when that one breaks."""

    def __init__(self, make: Callable[[], Executor], workers: int) -> None:
        self.make = make
        self.most = workers * AHEAD
        self.executor = make()

    def mark_all(self, jobs: Iterable[Job]) -> Iterator[Record]:
        """The records of all jobs, in the order in which they are done; jobs are taken as there is room for them."""
        waiting = iter(jobs)
        pending: dict[Future[Record], Job] = {}
        try:
            while True:
                while len(pending) < self.most and (job := next(waiting, None)) is not None:
                    pending[self.executor.submit(mark, job)] = job
                if not pending:
                    break
                suspects = []
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    job = pending.pop(future)
                    if future.exception() is None:
                        yield future.result()
                    else:
                        suspects.append(job)
                        if isinstance(future.exception(), BrokenExecutor):
                            suspects += pending.values()
                            pending.clear()
                            break
                for job in suspects:
                    yield self._alone(job)
        finally:
            self.close()

    def _alone(self, job: Job) -> Record:
        """Does a job that may have killed its worker, with nothing beside it."""
        for _ in range(TRIES):
            try:
                return self.executor.submit(mark, job).result()
            except BrokenExecutor:
                self.close()
                self.executor = self.make()
            except Exception:  # noqa: S112  the executor's word for a worker that is gone: once more
                continue
        return not_judged(job, f"the process that judged it died {TRIES} times")

    def close(self) -> None:
        """Ends the workers at once, those that are at work included."""
        self.executor.shutdown(wait=False)
        for process in multiprocessing.active_children():
            process.terminate()
