"""What a submission may not do, one line each: it fails in the sandbox, and is seen to work where nothing is locked."""

import platform

import pytest

from tests.grade.sandbox.submissions import answer, body, hand_in
from torchref.grade.sandbox import layers

# what: a line that raises if it is denied, and that does no harm where it is not
DENIED = {
    "read a file": "open('/etc/passwd').read(1)",
    "read a file of its own": "open('/proc/self/status').read(1)",
    "read its parent's environment": "open(f'/proc/{os.getppid()}/stat').read(1)",
    "read the time zone": "os.open('/etc', os.O_RDONLY)",
    "list a folder": "next(iter(os.listdir('/')))",
    "look for a file": "os.stat('/etc/passwd')",
    "look for a link": "os.lstat('/proc/self')",
    "ask for access": "1 / os.access('/etc', os.R_OK)",
    "write a file": "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    "change rights": "os.chmod('/tmp', 0o1777)",
    "change a folder": "os.chdir('/')",
    "change the root": "os.chroot('/')",
    "make memory files": "os.memfd_create('more')",
    "make pipes": "os.pipe()",
    "copy descriptors": "os.dup(1)",
    "look at descriptors": "os.fstat(1)",
    "control descriptors": "import fcntl; fcntl.fcntl(1, fcntl.F_GETFD)",
    "TCP": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "TCP over IPv6": "socket.socket(socket.AF_INET6, socket.SOCK_STREAM)",
    "Unix sockets": "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "multipath TCP": "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
    "a pair of sockets": "socket.socketpair()",
    "fork": "os.fork() or os._exit(0)",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "start a shell": "1 / (os.system('true') + 1 == 1)",
    "start a thread": "threading.Thread(target=str).start()",
    "signal its parent": "os.kill(os.getppid(), 0)",
    "signal its group": "os.killpg(0, 0)",
    "signal through a descriptor": "os.pidfd_open(os.getppid())",
    "stop itself": "os.kill(os.getpid(), signal.SIGCONT)",
    "set an alarm": "signal.alarm(1); signal.alarm(0); 1 / (signal.setitimer(signal.ITIMER_REAL, 0) == (0.0, 0.0))",
    "raise a limit": "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
    "its parent's limits": "import resource; resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0))",
    "change its priority": "os.nice(1)",
    "change its processor": "os.sched_setaffinity(0, os.sched_getaffinity(0))",
    "change its session": "os.getsid(0)",
    "change its user": "os.setuid(os.getuid())",
    "read its parent's memory": (
        "l = ctypes.CDLL(None); b = ctypes.create_string_buffer(8); n = ctypes.c_size_t;"
        " here = (n * 2)(ctypes.addressof(b), 8); there = (n * 2)(ctypes.cast(l.getpid, ctypes.c_void_p).value, 8);"
        " 1 / (l.process_vm_readv(os.getppid(), here, 1, there, 1, 0) == 8)"
    ),
    "trace its parent": (
        "l = ctypes.CDLL(None); l.ptrace.argtypes = [ctypes.c_long] * 4;"
        " 1 / (l.ptrace(0x4206, os.getppid(), 0, 0) == 0)"
    ),
    "control its process": "1 / (ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0)",
    "new namespaces": "1 / (ctypes.CDLL(None).unshare(0x400) == 0)",
    "shared memory": "1 / (ctypes.CDLL(None).shmget(0, 4096, 0o1600) >= 0)",
    "events on files": "1 / (ctypes.CDLL(None).inotify_init() >= 0)",
    "timers on files": "1 / (ctypes.CDLL(None).timerfd_create(1, 0) >= 0)",
}
# An ordinary user is denied these anyway: the zygote cannot be traced, and root's rights are root's.
ROOT_S_OWN = {"change rights", "change the root", "read its parent's memory", "trace its parent"}
# These would end the process or need a kernel's option, so they are seen in the sandbox alone.
DENIED_UNSEEN = {
    "become another program": "os.execv('/bin/true', ['true'])",
    "truncate a file": "os.truncate('/dev/null', 0)",
    "mount": "1 / (ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0)",
    "io_uring": "1 / (ctypes.CDLL(None).syscall(425, 1, ctypes.create_string_buffer(200)) >= 0)",
    "BPF": "1 / (ctypes.CDLL(None).syscall(321, 0, None, 0) >= 0)",
    "open by number": "1 / (ctypes.CDLL(None).syscall(257, -100, b'/etc/passwd', 0) >= 0)",
    "clone by number": "1 / (ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0) >= 0)",
    "a second filter": "1 / (ctypes.CDLL(None).syscall(317, 1, 0, None) == 0)",
    "a process by another's help": "import subprocess; subprocess.run(['true'])",
    "the key ring": "1 / (ctypes.CDLL(None).syscall(250, 0, -3, 1) >= 0)",
    "its memory as a file": "open('/proc/self/mem', 'rb')",
    "the grader's folder": "open('/proc/1/environ')",
}


@pytest.mark.parametrize("line", [*DENIED.values(), *DENIED_UNSEEN.values()], ids=[*DENIED, *DENIED_UNSEEN])
def test_it_is_denied(sandbox, line):
    assert answer(sandbox, body(f"{line}\nreturn x")).error


@pytest.mark.parametrize("name", DENIED)
def test_it_is_seen_where_nothing_is_locked(unlocked, name):
    if name in ROOT_S_OWN and layers.CHROOT not in layers.available():
        pytest.skip("needs root and its capabilities")
    got = answer(unlocked, body(f"{DENIED[name]}\nreturn x"))
    assert not got.error


def test_no_descriptor_is_open_but_its_own(sandbox):
    lines = "open_ = []\nfor fd in range(4096):\n    try:\n        os.read(fd, 0)\n        open_.append(fd)\n"
    lines += "    except OSError as error:\n        if error.errno != 9: open_.append(fd)\nreturn open_"
    assert answer(sandbox, body(lines)).arrays["0"].tolist() == [0, 1, 2, 3]


X86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="x86_64's own other numberings")
MACHINE_CODE = """
l = ctypes.CDLL(None)
l.mmap.restype, l.mmap.argtypes = ctypes.c_void_p, [ctypes.c_void_p] + [ctypes.c_long] * 5
at = l.mmap(None, 4096, 7, 0x22, -1, 0)
code = bytes.fromhex("b814000000cd80c3")
ctypes.memmove(at, code, len(code))
return ctypes.CFUNCTYPE(ctypes.c_int)(at)()
"""


@X86
def test_32_bit_calls_end_it(sandbox, unlocked):
    outcome = hand_in(sandbox, body(MACHINE_CODE))
    assert (outcome.status, outcome.reason) == ("was killed", "SIGSYS")
    assert not hand_in(unlocked, body(MACHINE_CODE)).reason.startswith("SIGSYS")


@X86
def test_x32_calls_end_it(sandbox):
    outcome = hand_in(sandbox, body("return ctypes.CDLL(None).syscall(0x40000000 | 39)"))
    assert (outcome.status, outcome.reason) == ("was killed", "SIGSYS")
