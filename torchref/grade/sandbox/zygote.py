"""Zygote: the process that has imported NumPy and forks a fresh child for every submission.

It never reads a submission: a child, forked in advance, takes the order from the socket itself. The zygote only keeps
the time, ends the child, and reports what the kernel says of it. It knows no answers, no torch and no torchref: this
folder is imported as a package of its own.
"""

import gc
import json
import os
import select
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

from . import child, kernel, wire
from .lockdown import Lockdown, prepare
from .modules import close, preload
from .printing import Printer
from .rehearsal import rehearse

MOST_NEWS = 500  # bytes
_leave = os._exit  # taken before a submission can put something else in its place


def main(socket: int, configuration: dict[str, Any]) -> None:
    """Serves the owner at the other end of `socket` until it is gone."""
    os.dup2(socket, child.SOCKET, inheritable=False)
    if socket != child.SOCKET:
        os.close(socket)
    kernel.die_with_parent(configuration["owner"])
    try:
        _let_the_kernel_take_this_first()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        preload(configuration["modules"])
        rehearse()
        lockdown = _prepare(configuration)
    except (ImportError, OSError) as error:
        _tell({"failed": f"{type(error).__name__}: {error}"})
        return
    close(configuration["modules"])
    sys.stdout = sys.stderr = Printer(child.OUTPUT, wire.MOST_PRINTED)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # a short program ends before there is a first collection
    kernel.give_free_memory_back()
    _tell({"ready": True})
    while _serve_one(lockdown):
        pass


def _tell(news: dict[str, Any]) -> None:
    os.write(child.SOCKET, json.dumps(news).encode())


def _let_the_kernel_take_this_first() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        return  # read-only /proc: the machine's own choice then


def _prepare(configuration: dict[str, Any]) -> Lockdown:
    threads = list(Path("/proc/self/task").iterdir())
    if len(threads) != 1:
        # a fork copies one of them, and waits for ever for what the others held
        raise OSError(f"the sandbox must have one thread before it forks (got {len(threads)})")
    os.chdir(configuration["jail"])
    return prepare(configuration["layers"], configuration["uid"])


def _serve_one(lockdown: Lockdown) -> bool:
    """Forks a child, waits for it, reports; returns whether there may be another."""
    news, news_end = os.pipe()
    pid = kernel.fork()
    if pid == 0:
        _be_the_child(news_end, lockdown)
    os.close(news_end)
    try:
        return _watch(pid, news)
    finally:
        os.close(news)


def _be_the_child(news: int, lockdown: Lockdown) -> None:
    code = 1
    try:
        os.dup2(news, child.NEWS)
        child.serve(lockdown)
        code = 0
    except MemoryError:
        code = wire.NO_MEMORY
    except BaseException as error:
        _try_to_write(news, f"{type(error).__name__}: {error}")
    finally:
        _leave(code)


def _try_to_write(news: int, text: str) -> None:
    try:
        os.write(news, text.encode()[:MOST_NEWS])
    except OSError:
        return  # locked already: the submission's own end


def _watch(pid: int, news: int) -> bool:
    said = os.read(news, MOST_NEWS)
    if not said.startswith(child.LOCKED):
        _, status, _ = os.wait4(pid, 0)
        if status:
            _tell({"broken": said.decode(errors="replace") or "the process that was to run it was ended"})
        return False
    start = time.perf_counter()
    (limit,) = struct.unpack("<d", said[1:])
    in_time = _wait(pid, limit)
    _, status, usage = os.wait4(pid, 0)
    _tell(
        {
            "in_time": in_time,
            "exit": os.waitstatus_to_exitcode(status),
            "wall": time.perf_counter() - start,
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss << 10,
        }
    )
    return True


def _wait(pid: int, limit: float) -> bool:
    """Waits for the child's end, for `limit` seconds or until the owner is gone; ends it then. Whether it ended."""
    descriptor = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.register(child.SOCKET, 0)  # a hang-up is always reported
        ended = [one for one, _ in poll.poll(limit * 1000)] == [descriptor]
        if not ended:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        return ended
    finally:
        os.close(descriptor)


def start() -> None:
    """What the new interpreter runs: the socket and the configuration are its arguments."""
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
