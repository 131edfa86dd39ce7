"""Layers: what stands between a submission and the machine, which of it this machine has, and how that is said."""

import os
import platform
from collections.abc import Collection
from pathlib import Path

SECCOMP, LANDLOCK, CHROOT, UID, RLIMITS = "seccomp", "Landlock", "chroot", "uid", "rlimits"
LAYERS = (SECCOMP, LANDLOCK, CHROOT, UID, RLIMITS)
NEEDS = {
    SECCOMP: "seccomp filters (a Linux kernel with CONFIG_SECCOMP_FILTER, and a container that lets them through)",
    LANDLOCK: "Landlock (Linux 5.13 or later, with landlock in its lsm= list)",
    CHROOT: "chroot (root, or CAP_SYS_CHROOT)",
    UID: "a user of its own (root, or CAP_SETUID and CAP_SETGID)",
    RLIMITS: "resource limits",
}
SUBMISSION_UID = 60123  # below the 65,534 of nobody, above what distributions hand out
MACHINES = ("x86_64", "aarch64")

_CAPABILITIES = {CHROOT: (18,), UID: (6, 7)}


def is_supported() -> bool:
    """Whether there is a sandbox for this platform at all."""
    return platform.system() == "Linux" and platform.machine() in MACHINES


def available(uid: int = SUBMISSION_UID) -> tuple[str, ...]:
    """The layers that this machine and this user have."""
    from . import kernel  # Linux alone can import it

    missing = set()
    if not kernel.has_seccomp():
        missing.add(SECCOMP)
    if not kernel.landlock_version():
        missing.add(LANDLOCK)
    held = _capabilities()
    missing |= {layer for layer, needed in _CAPABILITIES.items() if not all(held >> bit & 1 for bit in needed)}
    if not _is_mapped(uid):
        missing.add(UID)
    return tuple(layer for layer in LAYERS if layer not in missing)


def describe(layers: Collection[str], uid: int = SUBMISSION_UID) -> str:
    """In one line, as in "seccomp, Landlock, chroot, uid 60123, rlimits"."""
    names = [f"uid {uid}" if layer == UID else layer for layer in LAYERS if layer in layers]
    return ", ".join(names) or "none"


def _capabilities() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("CapEff:")[1].split()[0], 16)


def _is_mapped(uid: int) -> bool:
    # in a container with users of its own, only those that are mapped can be taken on
    try:
        rows = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    except OSError:
        return os.geteuid() == 0
    starts_and_counts = [row.split() for row in rows]
    return any(int(start) <= uid < int(start) + int(count) for start, _, count in starts_and_counts)
