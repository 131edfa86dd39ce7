"""The seccomp filter, run by a small BPF machine here: what it decides, on both machines."""

import struct

import pytest

from torchref.grade.sandbox import bpf

PID = 4321
ALLOWED, EPERM, ENOSYS, KILLED = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NUMBERS = {  # the kernel's tables, for calls that matter
    "x86_64": {"read": 0, "write": 1, "mmap": 9, "exit_group": 231, "tgkill": 234, "prlimit": 302, "clone3": 435}
    | {"open": 2, "stat": 4, "ioctl": 16, "socket": 41, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62}
    | {
        "fcntl": 72,
        "ptrace": 101,
        "prctl": 157,
        "openat": 257,
        "seccomp": 317,
        "memfd": 319,
        "bpf": 321,
        "execveat": 322,
    }
    | {"setrlimit": 160, "process_vm_readv": 310, "io_uring_setup": 425, "pidfd_send_signal": 424, "openat2": 437},
    "aarch64": {"read": 63, "write": 64, "mmap": 222, "exit_group": 94, "tgkill": 131, "prlimit": 261, "clone3": 435}
    | {"openat": 56, "fstatat": 79, "ioctl": 29, "socket": 198, "clone": 220, "execve": 221, "kill": 129, "fcntl": 25}
    | {"ptrace": 117, "prctl": 167, "seccomp": 277, "memfd": 279, "bpf": 280, "execveat": 281, "setrlimit": 164}
    | {"process_vm_readv": 270, "io_uring_setup": 425, "pidfd_send_signal": 424, "openat2": 437},
}
HARMLESS = {"read", "write", "mmap", "exit_group"}
SPECIAL = {"tgkill", "prlimit", "clone3"}


def decide(machine, number, *arguments, architecture=None):
    """What the filter returns for a call."""
    filter_ = bytearray(bpf.build(machine))
    struct.pack_into("I", filter_, len(filter_) + bpf.PID, PID)
    known = struct.pack(
        "IIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *arguments, *[0] * (6 - len(arguments))
    )
    program = list(struct.iter_unpack("HBBI", filter_))
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, value = program[at]
        if code == 0x06:
            return value
        if code == 0x20:
            (accumulator,) = struct.unpack_from("I", known, value)
            at += 1
            continue
        holds = accumulator == value if code == 0x15 else accumulator >= value
        at += 1 + (if_true if holds else if_false)


@pytest.mark.parametrize("machine", bpf.MACHINES)
def test_only_what_is_harmless_is_allowed(machine):
    for name, number in NUMBERS[machine].items():
        if name not in SPECIAL:
            assert decide(machine, number) == (ALLOWED if name in HARMLESS else EPERM), name
    allowed = [number for number in range(600) if decide(machine, number) == ALLOWED]
    assert len(allowed) < 50


@pytest.mark.parametrize("machine", bpf.MACHINES)
def test_a_process_may_signal_itself_alone(machine):
    tgkill = NUMBERS[machine]["tgkill"]
    assert decide(machine, tgkill, PID, PID, 6) == ALLOWED
    assert decide(machine, tgkill, PID + 1, PID + 1, 9) == EPERM
    assert decide(machine, tgkill, 0, 0, 9) == EPERM


@pytest.mark.parametrize("machine", bpf.MACHINES)
def test_limits_may_be_read_but_not_set(machine):
    prlimit = NUMBERS[machine]["prlimit"]
    assert decide(machine, prlimit, 0, 7, 0, 1) == ALLOWED
    for new in (1, 1 << 12, 1 << 32, 0x7FFF00000000):
        assert decide(machine, prlimit, 0, 7, new, 0) == EPERM


@pytest.mark.parametrize("machine", bpf.MACHINES)
def test_clone3_is_said_not_to_exist(machine):
    assert decide(machine, NUMBERS[machine]["clone3"]) == ENOSYS


def test_other_numberings_end_the_process():
    assert decide("x86_64", 11, architecture=0x40000003) == KILLED  # i386, through int 0x80
    assert decide("aarch64", 11, architecture=0x40000028) == KILLED  # 32-bit ARM
    assert decide("x86_64", 0x40000000 | 2) == KILLED  # x32
    assert decide("x86_64", 0xFFFFFFFF) == KILLED
