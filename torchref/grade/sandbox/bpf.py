"""BPF: the seccomp filter that a submission runs under, as the bytes of a classic BPF program.

It is a list of what is allowed: memory, clocks, signals to itself, and reading and writing what is already open.
Everything else fails with EPERM: no open, stat, socket, clone, exec, kill, ioctl or fcntl. A call in another
architecture's numbering ends the process.
"""

import struct

# name: its number on (x86_64, aarch64)
_ALLOWED = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "lseek": (8, 62),
    "close": (3, 57),
    "brk": (12, 214),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "futex": (202, 98),
    "membarrier": (324, 283),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "times": (100, 153),
    "getrusage": (98, 165),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
_TGKILL, _PRLIMIT, _CLONE3 = (234, 131), (302, 261), (435, 435)
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_…
MACHINES = tuple(_ARCHITECTURES)

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_X32 = 0x40000000  # x86_64's second numbering
PID = -76  # the offset of the process id, from the end of the filter
# Offsets in struct seccomp_data: the number, the architecture, then the arguments of 8 bytes each.
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_2 = 0, 4, 16, 32


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def build(machine: str) -> bytes:
    """The filter for a machine (of MACHINES), for the process whose id is put in at PID.

    That process may signal itself, which abort() needs. Jumps are relative and forward, so the special cases stand
    last, right before the returns they jump to.
    """
    column = MACHINES.index(machine)
    numbers = sorted(row[column] for row in _ALLOWED.values())
    special = [
        _instruction(_IF_EQUAL, _TGKILL[column], 0, 2),
        _instruction(_LOAD, _ARGUMENT_0),
        _instruction(_IF_EQUAL, 0, 6, 7),
        # prlimit may read, not set: both halves of the pointer to new limits must be 0
        _instruction(_IF_EQUAL, _PRLIMIT[column], 0, 4),
        _instruction(_LOAD, _ARGUMENT_2),
        _instruction(_IF_EQUAL, 0, 0, 4),
        _instruction(_LOAD, _ARGUMENT_2 + 4),
        _instruction(_IF_EQUAL, 0, 1, 2),
        # libc tries clone where clone3 does not exist, and clone gets EPERM, which Python reports as such
        _instruction(_IF_EQUAL, _CLONE3[column], 2, 1),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _ERRNO | _EPERM),
        _instruction(_RETURN, _ERRNO | _ENOSYS),
    ]
    allow = special.index(_instruction(_RETURN, _ALLOW))
    plain = [_instruction(_IF_EQUAL, number, len(numbers) - 1 - i + allow, 0) for i, number in enumerate(numbers)]
    return b"".join([*_same_architecture(machine), *plain, *special])


def _same_architecture(machine: str) -> list[bytes]:
    check = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_IF_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        check += [_instruction(_IF_AT_LEAST, _X32, 0, 1), _instruction(_RETURN, _KILL)]
    return check
