"""Audit: an assignment that lets nothing pass is said to, and each way of letting something pass is found."""

import pytest

from torchref.grade import assignments
from torchref.grade.assignment import Source
from torchref.grade.audit import audit

# What is known to be given away: half of what the document's update asks is that the biases stay as they are.
KNOWN = {("document", "update"): ["b handed back earns 1 of 2 points"]}
HEAD = "import torch\nfrom torchref.grade import Assignment\nassignment = Assignment('a', 'A')\n"


def tasks_of(text, students=2):
    return {task.task: task for task in audit(Source("a.py", HEAD + text).load(), students)}


@pytest.mark.parametrize("name", ["document", "convolution", "preprocessing"])  # all: test_mistakes_lose_marks.py
def test_the_built_in_assignments_let_no_known_mistake_pass(name):
    for task in audit(assignments.load(name), 1):
        assert task.mistakes
        assert task.unnoticed == []
        assert all(mistake.is_named for mistake in task.mistakes)
        assert [weakness.english for weakness in task.weaknesses] == KNOWN.get((name, task.task), [])


INPUTS = """
@assignment.inputs
def inputs(rng):
    return {{"x": {x}}}

@assignment.task(points=2{more})
def mean(x):
    return {answer}

@assignment.mistake("mean", "sum", "it is the sum and not the mean", "取了和，没有取平均")
def total(x):
    return x.sum()
"""


def task_with(x="rng.standard_normal(5)", answer="x.mean()", more=""):
    return tasks_of(INPUTS.format(x=x, answer=answer, more=more))["mean"]


def test_a_good_task_notices_all_that_is_known():
    task = task_with()
    assert task.is_sound
    assert {mistake.mistake for mistake in task.mistakes} == {"sum", "× -1", "× 2", "× 0.5", "× 0"}
    assert all(mistake.caught == 2 and mistake.at_once and mistake.is_named for mistake in task.mistakes)


def test_one_number_cannot_tell_a_sum_from_a_mean():
    (mistake,) = task_with(x="rng.standard_normal(1)").unnoticed
    assert (mistake.mistake, mistake.caught, mistake.at_once) == ("sum", 0, False)
    assert mistake.text.english == "it is the sum and not the mean"


def test_a_mistake_that_some_students_numbers_hide_is_found():
    one_or_two = "rng.standard_normal(1 + (rng.random() < 0.5))"
    text = INPUTS.format(x=one_or_two, answer="x.mean()", more=", hidden=1").replace("'a'", "'b'")
    (mistake,) = tasks_of(text, 12)["mean"].unnoticed
    assert (mistake.mistake, mistake.at_once, mistake.is_named) == ("sum", False, True)
    assert 0 < mistake.caught < 12


def test_an_answer_of_zeros_that_is_right_shows_nothing():
    task = task_with(answer="0 * x")
    assert {mistake.mistake for mistake in task.unnoticed} == {"× -1", "× 2", "× 0.5", "× 0"}
    assert "zeros earns 2 of 2 points" in [weakness.english for weakness in task.weaknesses]


def test_an_argument_that_is_the_answer_is_given_away():
    assert "x handed back earns 2 of 2 points" in [w.english for w in task_with(answer="x.clone()").weaknesses]


def test_what_is_the_same_for_all_can_be_copied():
    task = task_with(x="torch.arange(5.0, dtype=torch.float64).numpy()")
    assert [weakness.english for weakness in task.weaknesses] == [
        "the answer is the same for every student: it can be copied"
    ]


def test_without_hidden_numbers_the_answer_can_be_written_down():
    task = task_with(more=", hidden=0")
    assert [weakness.english for weakness in task.weaknesses] == [
        "there are no hidden numbers: the answer can be written down"
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_says_what_passes_and_its_exit_code_does(torchref, tmp_path, language):
    sound, weak = tmp_path / "sound.py", tmp_path / "weak.py"
    sound.write_text(HEAD + INPUTS.format(x="rng.standard_normal(5)", answer="x.mean()", more=""), encoding="utf-8")
    weak.write_text(HEAD + INPUTS.format(x="rng.standard_normal(1)", answer="x.mean()", more=""), encoding="utf-8")
    assert torchref("audit", str(sound), "--language", language).code == 0
    found = torchref("audit", str(weak), "--language", language)
    assert found.code == 1
    said = {"en": "sum [mean] passes for 2 of 2 students: it is the sum", "zh": "sum [mean] 2/2 名学生不会失分：取了和"}
    assert said[language] in found.out


def test_a_worksheet_and_a_mistake_that_cannot_be_made_are_said_to_be(torchref, tmp_path):
    found = torchref("audit", "document_worksheet")
    assert (found.code, found.err.strip()) == (
        2,
        "torchref: an assignment to audit must be one of code (got a worksheet)",
    )
    broken = INPUTS.format(x="rng.standard_normal(5)", answer="x.mean()", more="").replace("x.sum()", "x.nonsense()")
    (tmp_path / "broken.py").write_text(HEAD + broken, encoding="utf-8")
    found = torchref("audit", str(tmp_path / "broken.py"))
    assert found.code == 2
    assert "mean: a mistake could not be made: AttributeError" in found.err
