"""Probe: a submission that tries what no submission may do, and answers what it could. The self-test sends it.

It stands in no module's imports: its text goes through the very path that submissions take.
"""

import ctypes
import os
import resource
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

_libc = ctypes.CDLL(None, use_errno=True)
_SYSTEM_FILES = ("/proc/self/status", "/proc/version", "/etc/passwd", "/dev/zero")
_FOLDERS = ("/tmp", "/dev/shm", "/var/tmp", "/", ".")  # noqa: S108  where anybody may write, on most machines
_KINDS = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
_OUTPUT = 1


def effects(grader: Any, address: Any, memory: Any) -> Mapping[str, np.bool_]:
    """Which effects are possible: by name, whether.

    grader   the grader's process id
    address  of a byte in the grader's memory
    memory   bytes: the limit
    """
    pid, parent = int(grader), os.getppid()
    attempts: dict[str, list[Callable[[], Any]]] = {
        "read-files": [partial(_read, file) for file in _SYSTEM_FILES],
        "see-files": [partial(os.lstat, file) for file in _SYSTEM_FILES],
        "write-files": [partial(_write_in, folder) for folder in _FOLDERS],
        "network": [partial(socket.socket, family, kind) for family in _families() for kind in _KINDS],
        "start-processes": [_fork],
        "signal-grader": [partial(os.kill, pid, 0), partial(os.kill, parent, 0)],
        "read-grader": [partial(_read_memory, pid, int(address)), partial(_read_memory, parent, _own())],
        "change-grader-limits": [partial(_keep_limits, pid), partial(_keep_limits, parent)],
        "unlimited-memory": [partial(np.empty, 2 * int(memory), np.int8)],
        "unlimited-output": [partial(os.pwrite, _OUTPUT, b"x", 1 << 30)],
    }
    return {effect: np.bool_(any(map(_succeeds, tries))) for effect, tries in attempts.items()}


def for_ever() -> None:
    """Does not return."""
    while True:
        pass


def _succeeds(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except BaseException:
        return False
    return True


def _families() -> list[int]:
    return [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK]


def _read(file: str) -> None:
    os.read(os.open(file, os.O_RDONLY), 1)


def _write_in(folder: str) -> None:
    os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _own() -> int:
    # where this process has libc, its parent has it too
    return ctypes.cast(_libc.getpid, ctypes.c_void_p).value or 0


def _read_memory(pid: int, address: int) -> None:
    into = ctypes.create_string_buffer(1)
    here, there = (ctypes.c_size_t * 2)(ctypes.addressof(into), 1), (ctypes.c_size_t * 2)(address, 1)
    if _libc.process_vm_readv(pid, here, 1, there, 1, 0) != 1:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


def _keep_limits(pid: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_CORE, resource.prlimit(pid, resource.RLIMIT_CORE))
