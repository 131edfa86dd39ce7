"""Kernel: the Linux calls that Python has no function for. Linux only; the standard library only."""

import ctypes
import os
import struct

_libc = ctypes.CDLL(None, use_errno=True)
_libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_libc.syscall.restype = ctypes.c_long

# os.fork runs hooks of Python's modules, for threads and generators that this package seeds itself: 0.3 ms a fork.
# With the lock of the interpreter held, as PyDLL does, and one thread, nothing of it is needed.
_fork = ctypes.PyDLL(None, use_errno=True).fork

_PDEATHSIG, _DUMPABLE, _SECCOMP, _NO_NEW_PRIVS = 1, 4, 22, 38
_FILTER = 2
_EFAULT = 14
_CREATE_RULESET, _RESTRICT_SELF = ctypes.c_long(444), ctypes.c_long(446)
_VERSION = 1
# Rights over files by the Landlock version that brought them: bit numbers; version 1 has the first 13.
_FILE_RIGHTS = {2: 13, 3: 14, 5: 15}


def _prctl(what: int, value: int, more: int = 0) -> None:
    if _libc.prctl(what, value, more, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({what}) was refused")


def die_with_parent(parent: int) -> None:
    """Has this process killed when its parent ends. Raises OSError if `parent` is its parent no more.

    A change of credentials undoes it, so it comes after that.
    """
    _prctl(_PDEATHSIG, 9)
    if os.getppid() != parent:
        raise OSError(f"the parent must be process {parent} (got {os.getppid()})")


def hide_memory() -> None:
    """Keeps processes of the same user from reading or tracing this one."""
    _prctl(_DUMPABLE, 0)


def forbid_privileges() -> None:
    """No privileges by exec from here on; seccomp and Landlock need it."""
    _prctl(_NO_NEW_PRIVS, 1)


def fork() -> int:
    """The child's process id; 0 in the child. Raises OSError."""
    pid = int(_fork())
    if pid < 0:
        raise OSError(ctypes.get_errno(), "fork was refused")
    return pid


def give_free_memory_back() -> None:
    """So that forks get it empty, instead of copying what was in it: half the time a page."""
    _libc.malloc_trim(0)


def has_seccomp() -> bool:
    """Whether this kernel takes filters: it then looks for one at the address 0."""
    return _libc.prctl(_SECCOMP, _FILTER, 0, 0, 0) == -1 and ctypes.get_errno() == _EFAULT


class Filter:
    """A seccomp filter, laid out for the kernel once, for many forks."""

    def __init__(self, program: bytes, pid_offset: int) -> None:
        self._program = ctypes.create_string_buffer(program, len(program))
        self._pid_offset = len(program) + pid_offset
        header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(self._program))
        self._header = ctypes.create_string_buffer(header, len(header))
        self._address = ctypes.addressof(self._header)

    def install(self) -> None:
        """Binds the calling thread for good. Raises OSError if the kernel refuses it."""
        struct.pack_into("I", self._program, self._pid_offset, os.getpid())
        _prctl(_SECCOMP, _FILTER, self._address)


def landlock_version() -> int:
    """1 or more; 0 where there is no Landlock."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION))))


def landlock_restrict() -> None:
    """Allows the calling thread and its children nothing: no file, no TCP port, no abstract socket, no signal out."""
    version = landlock_version()
    files = (1 << 13) - 1
    for since, bit in _FILE_RIGHTS.items():
        files |= (version >= since) << bit
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rights = struct.pack("QQQ", files, 3, 3)[:size]
    ruleset = int(_libc.syscall(_CREATE_RULESET, rights, ctypes.c_size_t(size), ctypes.c_uint(0)))
    if ruleset < 0 or _libc.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0)):
        raise OSError(ctypes.get_errno(), "Landlock refused its rules")
    os.close(ruleset)
