"""Programs that behave: their answers, their errors, what they may import, and what they find."""

import numpy as np
import pytest

from tests.grade.sandbox.submissions import LIMITS, X, answer, body, hand_in
from torchref.errors import InputError
from torchref.grade.program import Call, Limits, Program
from torchref.grade.sandbox import Sandbox


def test_answers_come_in_the_order_of_the_calls_and_the_module_is_imported_once(sandbox):
    source = "count = 0\ndef one(x):\n    global count\n    count += 1\n    return count\n"
    outcome = hand_in(sandbox, source, "one", "one", "one")
    assert outcome.status == "done"
    assert [int(each.arrays["0"]) for each in outcome.answers] == [1, 2, 3]
    assert outcome.cpu > 0
    assert outcome.wall > 0
    assert outcome.memory > 1 << 20


@pytest.mark.parametrize(
    ("returned", "arrays"),
    [
        ("x", {"0": X}),
        ("{'a': x, 'b': 1}", {"a": X, "b": np.array(1)}),
        ("(0.5, x)", {"0": np.array(0.5), "1": X}),
        ("[x, x]", {"0": X, "1": X}),
        ("(0.5, [[1, 2], [3, 4]])", {"0": np.array(0.5), "1": np.array([[1, 2], [3, 4]])}),
        ("[1, 2.5]", {"0": np.array([1, 2.5])}),
        ("[[1, 2], [3, 4]]", {"0": np.array([[1, 2], [3, 4]])}),
        ("np.float64(2)", {"0": np.array(2.0)}),
        ("True", {"0": np.array(True)}),
        ("x.T", {"0": X.T}),
        ("x[:, :0]", {"0": X[:, :0]}),
        ("x.astype('>f4')", {"0": X.astype(np.float32)}),
        ("np.ma.masked_array(x, x > 1)", {"0": X}),
        ("{}", {}),
    ],
)
def test_what_is_returned_arrives_as_named_arrays(sandbox, returned, arrays):
    got = answer(sandbox, body(f"return {returned}"))
    assert not got.error
    assert list(got.arrays) == list(arrays)
    for name, array in arrays.items():
        assert got.arrays[name].dtype == array.dtype
        assert got.arrays[name].shape == array.shape
        assert np.array_equal(got.arrays[name], array)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", "c8", "c16"])
def test_a_dtype_arrives_as_it_left(sandbox, kind):
    assert answer(sandbox, body(f"return x.astype({kind!r})")).arrays["0"].dtype == np.dtype(kind)


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("None", "got NoneType);"),
        ("'text'", "got a str"),
        ("object()", "got a object"),
        ("[[1, 2], [3]]", ""),
        ("np.zeros(2, 'M8[s]')", "got a ndarray"),
        ("np.longdouble(1)", "float128" if np.dtype(np.longdouble).itemsize == 16 else ""),
        ("np.zeros(600_000)", "must fit in"),
        ("[x] * 300", "at most 256 arrays (got 300)"),
        ("np.zeros((1,) * 20)", "at most 16 dimensions (got 20)"),
        ("{'n' * 129: x}", "different names of at most 128 characters"),
        ("{1: x, '1': x}", "different names of at most 128 characters"),
        ("{i: {} for i in range(3)}", "got a dict as '0')"),
    ],
)
def test_what_cannot_be_sent_is_an_error_of_that_call_alone(sandbox, returned, said):
    source = body(f"return {returned}") + "\n\ndef fine(x):\n    return x\n"
    outcome = hand_in(sandbox, source, "solve", "fine")
    assert outcome.status == "done"
    assert said in outcome.answers[0].error
    assert np.array_equal(outcome.answers[1].arrays["0"], X)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("ValueError('no')", "ValueError: no"),
        ("SystemExit(3)", "SystemExit: 3"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        ("MemoryError", "MemoryError"),
        ("GeneratorExit", "GeneratorExit"),
        ("ExceptionGroup('two', [ValueError(1)])", "ExceptionGroup: two (1 sub-exception)"),
    ],
)
def test_an_error_is_the_answer_of_its_call_and_the_next_call_runs(sandbox, error, said):
    outcome = hand_in(sandbox, f"def solve(x):\n    raise {error}\ndef fine(x):\n    return x\n", "solve", "fine")
    assert outcome.status == "done"
    assert outcome.answers[0].error == said
    assert outcome.answers[0].place == "solution.py, line 2"
    assert not outcome.answers[1].error


def test_the_place_is_the_innermost_line_of_the_program_s_own_files(sandbox):
    source = "import numpy as np\nimport part\ndef solve(x):\n    return part.multiply(x)\n"
    got = answer(sandbox, source, part="import numpy as np\n\ndef multiply(x):\n    return np.linalg.inv(x)\n")
    assert got.error.startswith("LinAlgError: ")
    assert got.place == "part.py, line 4"


@pytest.mark.parametrize(
    ("source", "said", "place"),
    [
        ("def solve(x:\n", "SyntaxError", "solution.py, line 1"),
        ("\nimport missing\n", "ModuleNotFoundError: 'missing' cannot be imported here", "solution.py, line 2"),
        ("raise SystemExit\n", "SystemExit", "solution.py, line 1"),
        ("x = 1\n", "AttributeError: solution.py must define the function 'solve'", ""),
        ("solve = 1\n", "TypeError: 'solve' must be a function (got int)", ""),
        ("def solve(): pass\n", "TypeError: solve() got an unexpected keyword argument 'x'", ""),
        ("from part import x\n", "ZeroDivisionError", "part.py, line 1"),
        ("x = '\0'\n", "source code string cannot contain null bytes", ""),
    ],
)
def test_a_program_that_cannot_be_called_answers_every_call_with_the_reason(sandbox, source, said, place):
    outcome = hand_in(sandbox, source, "solve", "solve", part="1 / 0")
    assert outcome.status == "done"
    assert [said in each.error for each in outcome.answers] == [True, True]
    assert [each.place for each in outcome.answers] == [place, place]


def test_arguments_are_fresh_writable_copies_in_every_call_and_repetition(sandbox):
    program = Program({"solution.py": "def solve(x):\n    x += 1\n    return x\n"})
    outcome = sandbox.run(program, [Call("solve", {"x": X}, repeat=3), Call("solve", {"x": X})], LIMITS)
    assert [np.array_equal(each.arrays["0"], X + 1) for each in outcome.answers] == [True, True]


def test_repeating_costs_what_the_kernel_counts(sandbox):
    program = Program({"solution.py": "def solve(x):\n    for i in range(100_000):\n        pass\n    return x\n"})
    once, often = (sandbox.run(program, [Call("solve", {"x": X}, repeat=n)], LIMITS).cpu for n in (1, 40))
    assert often > once


@pytest.mark.parametrize("draw", ["np.random.rand(3)", "[random.random(), random.random()]"])
def test_the_seed_is_that_of_both_global_generators(sandbox, draw):
    source = f"import random\nimport numpy as np\ndef solve(x):\n    return {draw}\n"
    first, again, other = (answer(sandbox, source, seed=seed).arrays["0"] for seed in (1, 1, 2 + (1 << 40)))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_several_files_packages_and_relative_imports(sandbox):
    files = {
        "hw 1/main-2.py": "from layers import linear\nimport layers.act as act\nimport random\n"
        "def solve(x):\n    return act.twice(linear.forward(x)) + random.ONE\n",
        "layers/__init__.py": "",
        "layers/linear.py": "from .act import twice\ndef forward(x):\n    return twice(x)\n",
        "layers/act.py": "def twice(x):\n    return 2 * x\n",
        "random.py": "ONE = 1\n",
    }
    outcome = sandbox.run(Program(files, "hw 1/main-2.py"), [Call("solve", {"x": X})], LIMITS)
    assert np.array_equal(outcome.answers[0].arrays["0"], 4 * X + 1)


def test_a_guarded_main_does_not_run(sandbox):
    assert answer(sandbox, "def solve(x): return x\nif __name__ == '__main__':\n    1 / 0\n").arrays


@pytest.mark.parametrize("name", ["torch", "torchref", "manual", "torchref.grade.sandbox", "sandbox", "pip", "tkinter"])
@pytest.mark.parametrize("how", ["import {}", "__import__('{}')", "import importlib; importlib.import_module('{}')"])
def test_nothing_can_be_imported_but_what_is_ready(sandbox, name, how):
    got = answer(sandbox, f"import sys\nsys.path.append('/')\n{how.format(name)}\n")
    assert got.error.startswith("ModuleNotFoundError")
    assert "what can: NumPy, the usual modules of Python, and the submission's own files" in got.error


def test_the_usual_modules_are_ready(sandbox):
    names = "math random itertools functools collections dataclasses typing enum re json time datetime pathlib"
    names += " numpy numpy.linalg numpy.random numpy.testing numpy.typing statistics copy logging argparse"
    lines = "".join(f"import {name}\n" for name in names.split())
    source = lines + "def solve(x):\n    numpy.testing.assert_allclose(x, x)\n"
    source += "    return [datetime.datetime.strptime('2024', '%Y').year, numpy.linalg.svd(x)[1].shape[0]]\n"
    assert answer(sandbox, source).arrays["0"].tolist() == [2024, 2]


@pytest.mark.usefixtures("needs_sandbox")
def test_an_assignment_s_own_modules_are_ready_too():
    with Sandbox(extra_modules=("cProfile",)) as one:
        assert answer(one, "import cProfile\ndef solve(x): return x\n").arrays
        assert "cProfile, and the" in answer(one, "import torch").error


def test_what_is_printed_is_kept_with_control_characters_visible(sandbox):
    lines = "print('a', 1)\nprint('\\x1b[2J\\u202e\\u2028\\t|', file=sys.stderr)\nos.write(1, b'\\xff\\n')\nreturn x"
    assert hand_in(sandbox, body(lines)).printed == "a 1\n\\x1b[2J\\u202e\\u2028\t|\n\ufffd\n"


def test_the_input_is_at_its_end(sandbox):
    assert answer(sandbox, body("return input()")).error == "EOFError: EOF when reading a line"


def test_the_grader_s_environment_is_not_there(sandbox, monkeypatch):
    monkeypatch.setenv("TORCHREF_SECRET", "42")
    got = answer(sandbox, body("return 'TORCHREF_SECRET' in os.environ or len(os.environ) > 12"))
    assert not got.arrays["0"]


def test_what_cannot_be_sent_to_a_program_is_an_error_of_the_grader(sandbox):
    program = Program({"solution.py": "def solve(x): return x"})
    with pytest.raises(InputError, match="argument 'x' must be of numbers or booleans"):
        sandbox.run(program, [Call("solve", {"x": np.array(["text"])})], LIMITS)
    with pytest.raises(InputError, match="entry must be one of its files"):
        sandbox.run(Program({}, "solution.py"), [], LIMITS)


def test_many_arrays_for_many_calls(sandbox):
    program = Program({"solution.py": "def solve(x, y): return x + y"})
    arrays = [np.full(3, i, np.float64 if i % 2 else np.int16) for i in range(601)]
    calls = [Call("solve", {"x": arrays[i], "y": arrays[i + 1]}) for i in range(600)]
    outcome = sandbox.run(program, calls, LIMITS)
    assert [each.arrays["0"][0] for each in outcome.answers] == [2 * i + 1 for i in range(600)]
    assert all(each.arrays["0"].flags.aligned for each in outcome.answers)


def test_a_run_without_calls_imports_the_program(sandbox):
    outcome = sandbox.run(Program({"solution.py": "print('here')"}), [], Limits())
    assert outcome.status == "done"
    assert outcome.printed == "here\n"
