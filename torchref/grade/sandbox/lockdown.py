"""Lockdown: what a fresh fork gives up, for good, before it runs a submission.

The order is forced. chroot and the change of user need rights that go with the user; the death signal is undone by a
change of user; limits come last but for seccomp, which forbids setting any of this. Everything here binds the calling
thread alone, so the process must have one.
"""

import os
import resource
import signal
from collections.abc import Collection
from dataclasses import dataclass

from . import kernel
from .bpf import build
from .layers import CHROOT, LANDLOCK, RLIMITS, SECCOMP, UID

OPEN_FILES = 16


@dataclass(frozen=True)
class Lockdown:
    """A lockdown, prepared once for many forks.

    machine     platform.machine()
    parent      the process id that the forks' parent must have
    ruleset     a descriptor of Landlock's rules
    size        bytes of address space that the parent has itself
    """

    machine: str
    layers: Collection[str]
    uid: int
    parent: int
    ruleset: int
    size: int

    def isolate(self) -> None:
        """The part that is the same for every submission. Raises OSError. The current folder becomes the root."""
        os.setsid()
        if CHROOT in self.layers:
            os.chroot(".")
        if UID in self.layers:
            os.setgroups([])
            os.setresgid(self.uid, self.uid, self.uid)
            os.setresuid(self.uid, self.uid, self.uid)
        kernel.die_with_parent(self.parent)
        if LANDLOCK in self.layers:
            kernel.landlock_restrict(self.ruleset)

    def limit(self, cpu: int, memory: int, largest: int) -> None:
        """The limits of one submission: seconds, bytes, and bytes of the largest file it may write; then seccomp."""
        if RLIMITS in self.layers:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            _lower(resource.RLIMIT_AS, self.size + memory)
            _lower(resource.RLIMIT_CPU, cpu, 1)
            _lower(resource.RLIMIT_FSIZE, largest)
            _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
            for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_NPROC, resource.RLIMIT_MEMLOCK):
                _lower(nothing, 0)
        if SECCOMP in self.layers:
            kernel.Filter(build(self.machine, os.getpid())).install()


def _lower(what: int, value: int, grace: int = 0) -> None:
    # The soft limit ends a program with a signal of its own, SIGXCPU; the hard one, `grace` above, with SIGKILL.
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        value, grace = min(value, hard), min(grace, max(0, hard - value))
    resource.setrlimit(what, (value, value + grace))
