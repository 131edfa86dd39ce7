"""Marking: credit task by task, follow-through, what is no derivation, and what a student is told."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.grade.built_in import CODE
from torchref.grade import assignments
from torchref.grade.assignment import Source, source_of
from torchref.grade.marking import Marker
from torchref.grade.own_code import OwnCode
from torchref.grade.program import Outcome, Program, Status
from torchref.grade.questions import hidden

HERE = Path(__file__).parent
BY_HAND = (HERE / "by_hand" / "mlp.py").read_text(encoding="utf-8")
SECRET = b"a secret"


def mark(tmp_path, source, assignment="mlp", student="alice", secret=SECRET):
    """The marks of a source, by task; run in this process, for what is tested here is the judging."""
    path = tmp_path / "solution.py"
    path.write_text(source, encoding="utf-8")
    known = assignments.load(assignment) if isinstance(assignment, str) else assignment
    marks = Marker(known, OwnCode(path), secret).mark(Program({}, path.name), student).tasks
    return {task.task: task for task in marks}


def changed(old, new):
    assert BY_HAND.count(old) == 1, old
    return BY_HAND.replace(old, new)


@pytest.mark.parametrize("name", CODE)
def test_manual_itself_gets_full_marks(tmp_path, name):
    source = (HERE / "by_manual" / f"{name}.py").read_text(encoding="utf-8")
    marks = mark(tmp_path, source, name)
    assert {task.verdict for task in marks.values()} == {"right"}
    assert sum(task.points for task in marks.values()) == assignments.load(name).outline.points
    assert not any(task.hints for task in marks.values())


def test_what_follows_from_a_first_mistake_has_credit(tmp_path):
    marks = mark(tmp_path, changed("da1 * a1 * (1 - a1)", "da1 * z1 * (1 - z1)"))
    backward = marks["backward"]
    assert backward.verdict == "partly right"
    assert backward.points == 6.86  # six of seven quantities, of 8 points
    assert backward.steps["dz1"] == "differs"
    assert backward.steps["dW1"] == backward.steps["db1"] == "consistent"
    (hint,) = backward.hints
    assert (hint.quantity, hint.mistake) == ("dz1", "slope-at-input")
    assert marks["forward"].verdict == marks["update"].verdict == "right"


def test_backward_is_judged_from_right_values_where_forward_is_wrong(tmp_path):
    marks = mark(tmp_path, changed("z1 = x @ W1 + b1", "z1 = x @ W1 - b1"))
    assert marks["forward"].steps == {"z1": "differs", "a1": "consistent", "z2": "consistent"}
    assert marks["backward"].verdict == "right"


def test_training_that_builds_on_a_wrong_function_is_not_judged(tmp_path):
    marks = mark(tmp_path, changed("W1 - learning_rate * dW1", "W1 + learning_rate * dW1"))
    assert marks["update"].verdict == "partly right"
    assert marks["train"].verdict == "not judged"
    assert marks["train"].reason.english == "it builds on update, which must be right first"
    wrong_alone = mark(tmp_path, changed("if step == steps:", "if step == steps - 1:"))
    assert wrong_alone["train"].verdict == "wrong"


def test_zeros_have_no_credit_for_following_from_zeros(tmp_path):
    marks = mark(tmp_path, changed("dz2 = (z2 - target) / z2.size", "dz2 = np.zeros_like(z2)"))
    assert marks["backward"].points == 0
    assert marks["backward"].verdict == "wrong"
    assert "dW1 is 0 throughout" in " ".join(hint.text.english for hint in marks["backward"].hints)


def test_an_answer_for_the_visible_example_alone_is_worth_nothing(tmp_path):
    right = assignments.load("mlp").tasks["loss"].draw(_public("loss"), 0).known["loss"]
    marks = mark(tmp_path, changed("return 0.5 * np.mean((z2 - target) ** 2)", f"return {float(right)!r}"))
    assert marks["loss"].steps == {"loss": "agrees"}
    assert marks["loss"].points == 0
    (hint,) = marks["loss"].hints
    assert hint.text.english == "on hidden numbers: loss is wrong"


def _public(task):
    from torchref.grade import seeds

    return seeds.generator(seeds.PUBLIC, "mlp", task)


def test_hidden_numbers_are_each_student_s_own_and_the_same_at_every_regrade():
    known = assignments.load("mlp")

    def numbers(student, secret=SECRET):
        (question,) = hidden(known, known.tasks["forward"], secret, student)
        return question.example.arguments["x"]

    assert np.array_equal(numbers("alice"), numbers("alice"))
    assert not np.array_equal(numbers("alice"), numbers("bob"))
    assert not np.array_equal(numbers("alice"), numbers("alice", b"another"))


NUMERICAL = """
def slope(f, W, step):
    g = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        g[place] = step(f, W, place)
    return g


def central(f, W, place, h=1e-5):
    up, down = W.copy(), W.copy()
    up[place] += h
    down[place] -= h
    return (f(up) - f(down)) / (2 * h)


def complex_step(f, W, place, h=1e-30):
    moved = W.astype(complex)
    moved[place] += 1j * h
    return f(moved).imag / h


def backward(x, target, W1, b1, W2, b2, z1, a1, z2):
    def at(W1=W1, b1=b1, W2=W2, b2=b2):
        return 0.5 * np.mean((forward(x, W1, b1, W2, b2)["z2"] - target) ** 2)

    def ended(z2=z2, a1=None, z1=None):
        a1 = sigmoid(z1) if z1 is not None else a1
        z2 = z2 if a1 is None else a1 @ W2 + b2
        return 0.5 * np.mean((z2 - target) ** 2)

    return {
        "dz2": slope(lambda v: ended(z2=v), z2, STEP),
        "da1": slope(lambda v: ended(a1=v), a1, STEP),
        "dz1": slope(lambda v: ended(z1=v), z1, STEP),
        "dW1": slope(lambda v: at(W1=v), W1, STEP),
        "db1": slope(lambda v: at(b1=v), b1, STEP),
        "dW2": slope(lambda v: at(W2=v), W2, STEP),
        "db2": slope(lambda v: at(b2=v), b2, STEP),
    }
"""


def test_finite_differences_are_told_by_their_digits(tmp_path):
    marks = mark(tmp_path, BY_HAND + NUMERICAL.replace("STEP", "central"))
    assert marks["backward"].points == 0
    assert {hint.mistake for hint in marks["backward"].hints} == {"numerical-derivative"}


def test_complex_steps_are_told_by_their_cost(tmp_path):
    marks = mark(tmp_path, BY_HAND + NUMERICAL.replace("STEP", "complex_step"))
    assert list(marks["backward"].steps.values()).count("agrees") > 1  # as exact as a derivation
    assert marks["backward"].points == 0
    assert "it is no backpropagation: it costs as much as" in marks["backward"].reason.english


def test_slow_loops_are_a_derivation_all_the_same(tmp_path):
    loops = """
    dW1 = np.zeros_like(W1)
    for i in range(W1.shape[0]):
        for j in range(W1.shape[1]):
            for n in range(x.shape[0]):
                dW1[i, j] += x[n, i] * dz1[n, j]
    db1"""
    assert mark(tmp_path, changed("    dW1 = x.T @ dz1\n    db1", loops.lstrip("\n")))["backward"].verdict == "right"


@pytest.mark.parametrize(
    ("answer", "verdict", "word"),
    [
        ("np.float64('nan')", "not finite", "must be finite (got nan"),
        ("np.ones(3)", "wrong shape", "the shape of loss must be () (got (3,))"),
        ("np.float32(1.5)", "wrong dtype", "must be float64 (got float32)"),
        ("3", "wrong dtype", "must be float64 (got int64)"),
        ("1j", "wrong dtype", "must be float64 (got complex128)"),
        ("{'cost': 1.0}", "missing", "loss was not returned"),
    ],
)
def test_what_is_no_usable_number_is_named(tmp_path, answer, verdict, word):
    loss = mark(tmp_path, changed("return 0.5 * np.mean((z2 - target) ** 2)", f"return {answer}"))["loss"]
    assert loss.steps == {"loss": verdict}
    assert loss.points == 0
    assert word in loss.hints[0].text.english


def test_what_is_no_number_at_all_is_named(tmp_path):
    loss = mark(tmp_path, changed("return 0.5 * np.mean((z2 - target) ** 2)", "return 'a lot'"))["loss"]
    assert loss.reason.english == "it raised an error: TypeError"
    assert "it must return numbers (got 'a lot')" in loss.said


def test_an_answer_that_varies_is_named(tmp_path):
    source = changed("return 0.5 * np.mean((z2 - target) ** 2)", "return 0.5 * np.random.rand()")
    assert mark(tmp_path, source)["loss"].reason.english == "it gives another answer when it is asked again"


def test_errors_are_shown_with_their_place(tmp_path):
    marks = mark(tmp_path, changed("return 0.5 * np.mean((z2 - target) ** 2)", "return z2 @ target"))
    assert marks["loss"].reason.english == "it raised an error: ValueError"
    assert "solution.py, line 17" in marks["loss"].said
    assert marks["train"].verdict == "not judged"


def test_a_handout_is_not_written_yet(tmp_path):
    from torchref.grade.handout import skeleton

    marks = mark(tmp_path, skeleton(assignments.load("mlp"), "the command"))
    assert {task.reason.english for task in marks.values()} == {"it is not written yet"}


def test_hints_never_give_the_expected_number(tmp_path):
    source = changed("da1 * a1 * (1 - a1)", "da1 * a1 + 0.001")
    (hint,) = mark(tmp_path, source)["backward"].hints
    expected = hint.detail.english.split("must be ")[1].split(" ")[0]
    assert len(expected) > 6
    assert expected not in hint.text.english + hint.text.chinese
    assert "elements are wrong" in hint.text.english


class FailingRunner:
    """A runner that cannot run anything."""

    def run(self, program, calls, limits, seed=0):
        return Outcome(Status.BROKEN, reason="no process could be started")


def test_the_grader_s_failure_is_no_zero():
    marks = Marker(assignments.load("mlp"), FailingRunner(), SECRET).mark(Program({}, "solution.py"), "alice").tasks
    assert {task.verdict for task in marks} == {"not judged"}
    assert "the sandbox failed: no process could be started" in marks[0].reason.english


class OneStops:
    """A runner under which the second call of every run does not come to an end."""

    def __init__(self, path, status):
        self.inner, self.status = OwnCode(path), status

    def run(self, program, calls, limits, seed=0):
        stopping = [place for place, call in enumerate(calls) if call.function == "loss"]
        if not stopping:
            return self.inner.run(program, calls, limits, seed)
        done = self.inner.run(program, calls[: stopping[0]], limits, seed)
        return Outcome(self.status, done.answers, "10 s of CPU")


def test_a_call_that_does_not_end_costs_its_own_task_alone(tmp_path):
    path = tmp_path / "solution.py"
    path.write_text(BY_HAND, encoding="utf-8")
    runner = OneStops(path, Status.TIMED_OUT)
    marks = {m.task: m for m in Marker(assignments.load("mlp"), runner, SECRET).mark(Program({}, path.name)).tasks}
    assert marks["loss"].reason.english == "it took too long: 10 s of CPU"
    assert {name for name, task in marks.items() if task.verdict == "right"} == {
        "forward",
        "backward",
        "update",
        "train",
    }


README = Path(assignments.__file__).parent.parent / "README.md"
(TEACHERS,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_a_teacher_s_assignment_is_one_short_file(tmp_path):
    file = tmp_path / "softplus.py"
    file.write_text(TEACHERS, encoding="utf-8")
    assignment = source_of(str(file)).load()
    right = "import numpy as np\n\ndef softplus(x):\n    return np.logaddexp(0, x)\n\n"
    marks = mark(tmp_path, right + "def softplus_backward(grad_output, x):\n    return grad_output", assignment)
    assert marks["softplus"].verdict == "right"
    assert marks["softplus_backward"].hints[0].mistake == "slope-omitted"
    source = right + "def softplus_backward(grad_output, x):\n    return grad_output / (1 + np.exp(-x))"
    assert mark(tmp_path, source, assignment)["softplus_backward"].verdict == "right"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("x = ", "SyntaxError"),
        ("x = 1", "a file that makes one Assignment"),
        (TEACHERS.replace('"softplus", "Soft', '"soft plus!", "Soft'), "letters, digits, - and _"),
        (TEACHERS.replace('forward="softplus"', 'forward="softplux"'), "did you mean 'softplus'?"),
        (TEACHERS.replace("points=2", "points=0"), "worth more than 0 points"),
    ],
)
def test_a_teacher_s_mistakes_are_told(text, word):
    from torchref.errors import InputError

    with pytest.raises(InputError, match=word.replace("?", r"\?")):
        Source("assignment.py", text).load()
