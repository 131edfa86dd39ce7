"""Programs that mean harm: each ends as a named outcome, and the sandbox and its grader go on as before."""

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.grade.sandbox.submissions import LIMITS, SOON, X, answer, body, hand_in
from torchref.grade.program import Call, Limits, Program
from torchref.grade.sandbox import wire

FINE = "\n\ndef fine(x):\n    return x\n"
SECOND = Limits(wall=20, cpu=1, memory=256 << 20, result=4 << 20)
MOST_GROWTH = 50 << 20  # bytes; what the grader may take for all of this together


def memory(what):
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{what}:")[1].split()[0]) << 10


@pytest.fixture(scope="module", autouse=True)
def the_grader_s_memory(sandbox):
    """The grader's own memory hardly grows, whatever its programs do."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins again
    before = memory("VmRSS")
    yield
    assert memory("VmHWM") - before < MOST_GROWTH


@pytest.fixture(autouse=True)
def the_sandbox_goes_on(sandbox):
    """After each of them, the same zygote gives a good program its answer."""
    pid = sandbox.pid
    yield
    assert np.array_equal(answer(sandbox, "def solve(x):\n    return 2 * x\n").arrays["0"], 2 * X)
    assert sandbox.pid == pid


ENDS = {  # lines: status, reason
    "an endless loop": ("while True: pass", SOON, "took too long", "0.3 s of wall clock"),
    "sleep": ("time.sleep(1000)", SOON, "took too long", "0.3 s of wall clock"),
    "processor time": ("while True: pass", SECOND, "took too long", "1 s of CPU"),
    "processor time, its signal caught": (
        "signal.signal(signal.SIGXCPU, lambda *a: None)\nwhile True: pass",
        SECOND,
        "took too long",
        "1 s of CPU",
    ),
    "all errors caught": (
        "while True:\n    try: 1 / 0\n    except BaseException: pass",
        SOON,
        "took too long",
        "0.3 s",
    ),
    "stops itself": ("signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)", SOON, "took too long", "0.3 s"),
    "a lock never released": ("l = threading.Lock(); l.acquire(); l.acquire()", SOON, "took too long", "0.3 s"),
    "a regular expression": ("import re; re.match('(a+)+$', 'a' * 40 + 'b')", SOON, "took too long", "0.3 s"),
    "a number's power": ("9 ** 9 ** 9 ** 9", SOON, "took too long", "0.3 s"),
    "a null pointer": ("ctypes.string_at(0)", LIMITS, "was killed", "SIGSEGV"),
    "abort": ("os.abort()", LIMITS, "was killed", "SIGABRT"),
    "a signal to itself": ("signal.raise_signal(signal.SIGKILL)", LIMITS, "was killed", "SIGKILL"),
    "a trap": ("signal.raise_signal(signal.SIGFPE)", LIMITS, "was killed", "SIGFPE"),
    "a real-time signal": ("signal.raise_signal(40)", LIMITS, "was killed", "signal 40"),
    "exit 0": ("os._exit(0)", LIMITS, "ended itself", "it left before it answered"),
    "exit 3": ("os._exit(3)", LIMITS, "ended itself", "exit code 3"),
    "exit as the sandbox does": ("os._exit(1)", LIMITS, "ended itself", "exit code 1"),
    "the C library's exit": ("ctypes.CDLL(None).exit(7)", LIMITS, "ended itself", "exit code 7"),
    "all of the memory, kept in small pieces": (
        "global a\na = None\ntry:\n    while True: a = (a, bytes(40))\nexcept MemoryError: pass\nreturn x.repeat(9)",
        LIMITS,
        "ran out of memory",
        "256 MiB",
    ),
    "the result closed": ("os.close(3)\nreturn x", LIMITS, "ended itself", ""),
    "a deep C stack": (
        "sys.setrecursionlimit(10**9)\na = []\nfor _ in range(10**6): a = [a]\nrepr(a)",
        LIMITS,
        "was killed",
        "SIGSEGV",
    ),
}


@pytest.mark.parametrize(("lines", "limits", "status", "reason"), ENDS.values(), ids=ENDS)
def test_the_calls_before_it_have_their_answers(sandbox, lines, limits, status, reason):
    outcome = hand_in(sandbox, body(lines) + FINE, "fine", "fine", "solve", "fine", limits=limits)
    assert outcome.status == status
    assert outcome.reason.startswith(reason)
    assert [np.array_equal(each.arrays["0"], X) for each in outcome.answers] == [True, True]


@pytest.mark.parametrize("lines", ["import os; os._exit(0)", "while True: pass", "import os; os.abort()"])
def test_an_import_that_ends_it_answers_nothing(sandbox, lines):
    outcome = hand_in(sandbox, lines, limits=SOON)
    assert outcome.status in {"ended itself", "took too long", "was killed"}
    assert outcome.answers == ()


ERRORS = {  # lines: what the error says
    "all of the memory": ("a = []\nwhile True: a.append(bytearray(1 << 20))", "MemoryError"),
    "a large array": ("np.zeros(1 << 40)", "MemoryError: Unable to allocate 8.00 TiB"),
    "a long text": ("'a' * (1 << 40)", "MemoryError"),
    "deep recursion": ("f = lambda: f()\nf()", "RecursionError"),
    "a message that raises": (
        "class E(Exception):\n    def __str__(self): 1 / 0\nraise E",
        "E: (its message could not",
    ),
    "a message that is no text": ("class E(Exception):\n    def __str__(self): return 3\nraise E", "E: (its message"),
    "a message that exits": ("class E(Exception):\n    def __str__(self): sys.exit()\nraise E", "E: (its message"),
    "escape sequences": (
        "raise ValueError('\\x1b[2J\\x07\\u202e\\u2066\\ud800')",
        "\\x1b[2J\\x07\\u202e\\u2066\\ud800",
    ),
    "a name with an escape sequence": ("raise type('\\x1b[2J', (Exception,), {})", "\\x1b[2J"),
    "a name that raises": (
        (
            "class M(type):\n    @property\n    def __name__(self): 1 / 0\n"
            "    def __getattribute__(self, name): 1 / 0\n"
            "E = M('E', (Exception,), {})\nraise E()"
        ),
        "",
    ),
    "a traceback that lies": (
        "class E(Exception):\n    __traceback__ = property(lambda self: 1 / 0)\nraise E('here')",
        "E: here",
    ),
    "a context without end": ("e = ValueError('a')\ne.__context__ = e\ne.__cause__ = e\nraise e", "ValueError: a"),
    "an error with itself in it": ("e = ValueError()\ne.args = (e,)\nraise e", "ValueError"),
    "a syntax error that lies": ("raise SyntaxError('a', ('solution.py', 'x', object(), 1))", "SyntaxError"),
    "an array that raises": ("class A:\n    def __array__(self, *a, **k): 1 / 0\nreturn A()", "ZeroDivisionError"),
    "an array that exits": ("class A:\n    def __array__(self, *a, **k): sys.exit()\nreturn A()", "SystemExit"),
    "an array that is none": ("class A:\n    def __array__(self, *a, **k): return 3\nreturn A()", ""),
    "a list in itself": ("a = []\na.append(a)\nreturn a", ""),
    "keys that raise": ("class K:\n    def __str__(self): 1 / 0\nreturn {K(): x}", "ZeroDivisionError"),
    "a signal's handler that raises": (
        (
            "def h(*a): raise OSError('trap')\nsignal.signal(signal.SIGFPE, h)\nsignal.raise_signal(signal.SIGFPE)\n"
            "time.sleep(9)"
        ),
        "OSError: trap",
    ),
    "warnings as errors": ("import warnings\nwarnings.simplefilter('error')\nnp.log(x - 1)", "RuntimeWarning"),
    "errors as errors": ("np.seterr(all='raise')\nx / 0", "FloatingPointError"),
    "no modules": ("sys.modules.clear()\nimport math", "ModuleNotFoundError"),
    "no import": ("import builtins\ndel builtins.__import__\nimport math", "ImportError"),
    "an importer of its own": (
        "import importlib.machinery as m\nsys.meta_path.append(m.PathFinder)\nsys.path.append('/usr')\nimport torch",
        "ModuleNotFoundError",
    ),
    "no builtins": (
        "__builtins__.clear() if isinstance(__builtins__, dict) else vars(__builtins__).clear()\nlen(x)",
        "",
    ),
}


@pytest.mark.parametrize(("lines", "said"), ERRORS.values(), ids=ERRORS)
def test_an_error_is_that_call_s_alone(sandbox, lines, said):
    outcome = hand_in(sandbox, body(lines), limits=LIMITS)
    if outcome.status == "done":
        assert outcome.answers[0].error.startswith(said) or said in outcome.answers[0].error
        assert outcome.answers[0].error
        assert len(outcome.answers[0].error) < 20_000
        assert outcome.answers[0].error.isprintable()
    else:
        # without its builtins the child's own code cannot answer either
        assert outcome.status == "ended itself"
        assert "builtins" in lines


def test_a_huge_message_is_cut(sandbox):
    assert len(answer(sandbox, body("raise ValueError('a' * 50_000_000)")).error) < 3000


PRINTS = {
    "print": "for _ in range(2000): print('x' * 1000)",
    "one print": "print('x' * 20_000_000)",
    "the descriptor": "for _ in range(20): os.write(1, b'x' * 100_000)",
    "the C library": "for _ in range(2000): ctypes.CDLL(None).puts(b'x' * 1000)\nctypes.CDLL(None).fflush(None)",
    "a seek": "os.lseek(1, 1 << 40, 0)\nos.write(1, b'x')",
    "a write far away": "os.pwrite(1, b'x', 1 << 30)",
    "log": "import logging\nfor _ in range(2000): logging.error('x' * 1000)",
    "warnings": "import warnings\nwarnings.simplefilter('always')\nfor _ in range(999): warnings.warn('x' * 1000)",
    "bare zeros": "os.lseek(1, 60_000, 0)\nos.write(1, b'x')",
}


@pytest.mark.parametrize("lines", PRINTS.values(), ids=PRINTS)
def test_what_is_printed_is_held_by_the_kernel(sandbox, lines):
    outcome = hand_in(sandbox, body(lines + "\nreturn x"))
    assert outcome.status == "done"
    assert len(outcome.printed) <= 4 * wire.MOST_PRINTED


def frame(header_length, body_length, header=b"", body=b""):
    return struct.pack("<QQ", header_length, body_length) + header + body


GOOD = b"".join(bytes(chunk) for chunk in wire.pack({}, [("0", np.ones(2))]))
FORGED = {  # bytes written to the result: how the run is named
    "garbage": b"garbage" * 9,
    "random bytes": bytes(np.random.default_rng(0).integers(1, 256, 4096, np.uint8)),
    "a header without end": frame(1 << 63, 0),
    "a body without end": frame(16, (1 << 64) - 1, b" " * 16),
    "a body larger than the file": frame(16, 1 << 40, b" " * 16),
    "a body that is not there": frame(16, 3 << 20, b" " * 16),
    "half a frame": GOOD[:24],
    "an error that is no text": frame(28, 0, b'{"arrays": [], "error": [1]}'),
    "a place that is no text": frame(28, 0, b'{"arrays": [], "place": {}  }'[:28]),
    "a dtype of objects": frame(30, 8, b'{"arrays": [["0", "|O", [1]]]}', bytes(8)),
    "a list nested without end": frame(60_000, 0, b"[" * 60_000),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_frame_is_named_and_the_answers_before_it_are_read(sandbox, forged):
    source = body(f"os.write(3, bytes.fromhex('{forged.hex()}'))\nos._exit(0)") + FINE
    outcome = hand_in(sandbox, source, "fine", "solve")
    assert outcome.status == "left an unreadable result"
    assert outcome.reason
    assert np.array_equal(outcome.answers[0].arrays["0"], X)
    assert len(outcome.answers) == 1


def test_a_forged_frame_is_no_more_than_an_answer(sandbox):
    source = body(f"for _ in range(99): os.write(3, bytes.fromhex('{GOOD.hex()}'))\nos._exit(0)")
    outcome = hand_in(sandbox, source, "solve", "solve")
    assert [each.arrays["0"].tolist() for each in outcome.answers] == [[1, 1], [1, 1]]


def test_a_result_that_fills_the_file_leaves_no_room_for_its_own_answers(sandbox):
    outcome = hand_in(sandbox, body("while os.write(3, bytes(1 << 20)): pass") + FINE, "fine", "solve")
    assert outcome.status == "ended itself"
    assert np.array_equal(outcome.answers[0].arrays["0"], X)


@pytest.mark.parametrize(
    "lines",
    [
        (
            "class A(np.ndarray):\n    shape = property(lambda s: (9, 9))\n    dtype = np.dtype('O')\n"
            "    size = nbytes = 1 << 40\n    def __getattribute__(self, name): raise OSError(name)\nreturn x.view(A)"
        ),
        (
            "class A(np.ndarray):\n    def __array_finalize__(self, o): pass\n    def tobytes(self): return b''\n"
            "    def reshape(self, *a): return self\n    def astype(self, *a, **k): return None\nreturn x.view(A)"
        ),
        (
            "class A(np.ndarray):\n    def __array_ufunc__(self, *a, **k): 1 / 0\n"
            "    def __array_function__(self, *a, **k): 1 / 0\nreturn x.view(A)"
        ),
        "class A(np.ndarray):\n    def __del__(self): os.write(3, b'late')\na = x.view(A)\nreturn np.array(a)",
        "return np.asmatrix(x)",
        "class D(dict):\n    def items(self): 1 / 0\n    def __len__(self): return 10 ** 9\nreturn D({'0': x})",
        "class A:\n    __class__ = np.ndarray\n    def __array__(self, *a, **k): return x\nreturn A()",
    ],
)
def test_what_lies_about_itself_is_an_array_or_an_error_or_unreadable(sandbox, lines):
    outcome = hand_in(sandbox, body(lines))
    assert outcome.status in {"done", "left an unreadable result"}
    for each in outcome.answers:
        for array in each.arrays.values():
            assert type(array) is np.ndarray
            assert np.array_equal(array, X)


PATCHES = [
    "np.asarray = np.ndarray.astype = lambda *a, **k: 1 / 0",
    "import json\njson.dumps = json.loads = lambda *a, **k: 1 / 0",
    "os.writev = os.write = os._exit = os.read = lambda *a, **k: 1 / 0",
    "import struct\nstruct.Struct = struct.pack = None",
    "sys.exc_info = lambda: 1 / 0",
    "sys.settrace(lambda *a: 1 / 0)",
    "sys.setprofile(lambda *a: 1 / 0)",
    "import gc\n[o.clear() for o in gc.get_objects() if type(o) is dict and 'unpack' in o and 'PREFIX' in o]",
    "f = sys._getframe()\nwhile f.f_back: f = f.f_back\nf.f_globals.clear()",
    "import atexit\natexit.register(lambda: 1 / 0)",
    "sys.stdout = sys.stderr = None\nsys.excepthook = sys.unraisablehook = 3",
    "import gc\ngc.set_threshold(1)\nclass D:\n    def __del__(self): 1 / 0\nd = D()\nd.d = d",
]


@pytest.mark.parametrize("lines", PATCHES)
def test_a_patched_python_harms_itself_alone(sandbox, lines):
    outcome = hand_in(sandbox, body(f"{lines}\nreturn x"), "solve", "solve")
    assert outcome.status in {"done", "ended itself", "was killed", "left an unreadable result"}


def test_there_is_nothing_of_the_grader_to_find(sandbox):
    lines = "import gc\nnames = set(sys.modules) | {str(getattr(o, '__name__', '')) for o in gc.get_objects()}\n"
    lines += "return [n.startswith(('torch', 'manual.')) or n in ('manual', 'pytest') for n in names if type(n) is str]"
    assert not answer(sandbox, body(lines)).arrays["0"].any()


def test_a_run_knows_nothing_of_another(sandbox):
    source = body("import builtins, gc\nseen = hasattr(builtins, 'mark')\nbuiltins.mark = np.mark = x\nreturn seen")
    assert not answer(sandbox, source).arrays["0"]
    assert not answer(sandbox, source).arrays["0"]


def test_a_large_job_and_a_large_result(sandbox):
    x = np.zeros(1 << 20)
    program = Program({"solution.py": "def solve(x): return x + 1"})
    limits = Limits(wall=20, cpu=10, memory=256 << 20, result=10 << 20)
    outcome = sandbox.run(program, [Call("solve", {"x": x})], limits)
    assert np.array_equal(outcome.answers[0].arrays["0"], x + 1)
