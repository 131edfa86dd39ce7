"""Lockdown: what a fresh fork gives up, for good, before it runs a submission.

What can be given up once, by the parent, is: files, and what every limit has in common. The rest is each fork's own.
The order is forced: chroot and the change of user need rights that go with the user; the death signal is undone by a
change of user; seccomp, which forbids all of this, is last. It binds the calling thread alone, so there must be one.
"""

import os
import platform
import resource
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import kernel
from .bpf import PID, build
from .layers import CHROOT, LANDLOCK, RLIMITS, SECCOMP, UID

OPEN_FILES = 16
_PER_RUN = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)
_FOR_ALL = {resource.RLIMIT_CORE: 0, resource.RLIMIT_MEMLOCK: 0, resource.RLIMIT_NOFILE: OPEN_FILES}
_UNLIMITED = resource.RLIM_INFINITY


@dataclass(frozen=True)
class Lockdown:
    """A lockdown, prepared once for many forks.

    parent      the process id that the forks' parent must have
    filter      seccomp's
    size        bytes of address space that the parent has itself
    hard        the limits that are in force already, by resource
    """

    layers: Collection[str]
    uid: int
    parent: int
    filter: kernel.Filter
    size: int
    hard: Mapping[int, int]

    def isolate(self) -> None:
        """The part that is the same for every submission. Raises OSError."""
        os.setsid()
        if UID in self.layers:
            os.setgroups([])
            os.setresgid(self.uid, self.uid, self.uid)
            os.setresuid(self.uid, self.uid, self.uid)
        kernel.die_with_parent(self.parent)

    def limit(self, cpu: int, memory: int, largest: int) -> None:
        """The limits of one submission: seconds, bytes, and bytes of the largest file it may write; then seccomp."""
        if RLIMITS in self.layers:
            self._lower(resource.RLIMIT_AS, self.size + memory)
            self._lower(resource.RLIMIT_CPU, cpu, 1)
            self._lower(resource.RLIMIT_FSIZE, largest)
            resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        if SECCOMP in self.layers:
            self.filter.install()

    def _lower(self, what: int, value: int, grace: int = 0) -> None:
        # The soft limit ends a program with a signal of its own, SIGXCPU; the hard one, `grace` above, with SIGKILL.
        hard = self.hard[what]
        resource.setrlimit(what, (value, value + grace) if hard == _UNLIMITED else (min(value, hard), hard))


def prepare(layers: Collection[str], uid: int) -> Lockdown:
    """In the parent, before it forks: it opens no file any more, and the current folder is its root. Raises OSError."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    hard = {what: resource.getrlimit(what)[1] for what in _PER_RUN}
    kernel.hide_memory()
    kernel.forbid_privileges()
    if CHROOT in layers:
        os.chroot(".")
    if LANDLOCK in layers:
        kernel.landlock_restrict()
    if RLIMITS in layers:
        for what, most in _FOR_ALL.items():
            resource.setrlimit(what, (most, most))
    return Lockdown(
        layers=frozenset(layers),
        uid=uid,
        parent=os.getpid(),
        filter=kernel.Filter(build(platform.machine()), PID),
        size=pages * os.sysconf("SC_PAGE_SIZE"),
        hard=hard,
    )
