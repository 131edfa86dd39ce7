"""Process: the zygote as its owner sees it: started, sent orders, and ended, with nothing left behind."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torchref.errors import NotJudgedError
from torchref.grade.sandbox.job import Job

# A package of its own: the zygote must not import torchref, whose modules a submission could then reach.
_BOOT = (
    "import sys, types; package = types.ModuleType('sandbox'); package.__path__ = [sys.argv.pop()];"
    " sys.modules['sandbox'] = package; from sandbox.zygote import start; start()"
)
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",  # sets of strings in the same order at every regrade
    "LD_BIND_NOW": "1",  # so that no child looks up a symbol
    # A second thread would not be in the forks, and they would wait for it for ever.
    **dict.fromkeys(
        ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS"], "1"
    ),
}
# As -I, but for the hash seed: the environment is our own, and no folder is on the path but the libraries'.
_FLAGS = ["-s", "-P", "-B"]
START_SECONDS = 60
GRACE_SECONDS = 10  # beyond a run's own limit, until the zygote itself is taken for dead
END_SECONDS = 5
_MESSAGE = 4096


class ZygoteError(RuntimeError):
    """The sandbox failed; it says nothing about the submission."""


class ZygoteProcess:
    """A running zygote. Raises NotJudgedError if it does not start."""

    def __init__(self, layers: Sequence[str], uid: int, modules: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            # The zygote makes this folder its own; it is removed at once, so that nothing can be made in it.
            with theirs, tempfile.TemporaryDirectory(prefix="torchref-") as jail:
                Path(jail).chmod(0o755)
                configuration = {"owner": os.getpid(), "layers": layers, "uid": uid, "modules": modules, "jail": jail}
                self._process = _start(theirs, configuration)
                theirs.close()
                news = self._first_news()
        except OSError as error:
            self._socket.close()
            raise NotJudgedError(f"the sandbox must start (got {error})") from error
        self._end = weakref.finalize(self, _end, os.getpid(), self._socket, self._process)
        if "ready" not in news:
            self.close()
            raise NotJudgedError(f"the sandbox must start (got {news.get('failed', 'no answer')})")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def _first_news(self) -> dict[str, Any]:
        self._socket.settimeout(START_SECONDS)
        try:
            return self._receive()
        except ZygoteError:
            return {}

    def _receive(self) -> dict[str, Any]:
        try:
            message = self._socket.recv(_MESSAGE)
        except OSError as error:
            raise ZygoteError(f"the sandbox must answer (got {type(error).__name__})") from None
        if not message:
            raise ZygoteError("the sandbox must answer (got its end)")
        news: dict[str, Any] = json.loads(message)
        return news

    def run(self, job: Job) -> dict[str, Any]:
        """Has a job done; returns what the kernel says of it. Raises ZygoteError."""
        self._socket.settimeout(job.limits.wall + GRACE_SECONDS)
        try:
            socket.send_fds(self._socket, [job.order], job.descriptors)
        except OSError as error:
            raise ZygoteError(f"the sandbox must take an order (got {type(error).__name__})") from None
        news = self._receive()
        if "broken" in news:
            raise ZygoteError(news["broken"])
        return news

    def close(self) -> None:
        """Ends it; a child that still runs dies with it. Happens by itself when its owner forgets it, or ends."""
        self._end()


def _end(owner: int, ours: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    ours.close()
    if os.getpid() != owner:
        return  # a fork that has inherited the object: the zygote is not its own
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(theirs: socket.socket, configuration: dict[str, Any]) -> "subprocess.Popen[bytes]":
    arguments = [str(theirs.fileno()), json.dumps(configuration), str(Path(__file__).parent)]
    return subprocess.Popen(  # noqa: S603  our own interpreter and our own code
        [sys.executable, *_FLAGS, "-c", _BOOT, *arguments],
        env=ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
