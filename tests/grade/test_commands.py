"""The commands of the autograder, as they are typed: what they print, what they leave, and their exit codes."""

import json
from pathlib import Path

import pytest

from tests.grade.built_in import CODE
from tests.grade.made_up import write_class
from torchref.grade import assignments
from torchref.grade.sandbox.layers import is_supported

HERE = Path(__file__).parent
SOLUTION = HERE / "by_hand" / "mlp.py"


needs_sandbox = pytest.mark.skipif(not is_supported(), reason="the sandbox needs Linux on x86_64 or aarch64")


def test_assignments_are_listed_with_their_tasks(torchref):
    listed = torchref("assignments")
    assert listed.code == 0
    for name in assignments.names():
        assert f"{name}: " in listed.out
    assert "例题" in torchref("assignments", "--language", "zh").out


@pytest.mark.parametrize("name", CODE)
def test_a_handout_is_complete_and_checks_as_not_written_yet(torchref, tmp_path, name):
    folder = tmp_path / "handout"
    assert torchref("new", name, str(folder)).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "README.zh-CN.md", "solution.py"]
    for text in ("README.md", "README.zh-CN.md"):
        assert f"torchref check solution.py --assignment {name}" in (folder / text).read_text(encoding="utf-8")
    checked = torchref("check", str(folder / "solution.py"), "--assignment", name)
    assert checked.code == 1
    assert checked.out.count("it is not written yet") == len(assignments.load(name).tasks)


def test_a_handout_overwrites_nothing(torchref, tmp_path):
    (tmp_path / "solution.py").write_text("mine", encoding="utf-8")
    refused = torchref("new", "mlp", str(tmp_path))
    assert refused.code == 2
    assert "free for the handout" in refused.err
    assert (tmp_path / "solution.py").read_text(encoding="utf-8") == "mine"


def test_one_s_own_check_gives_marks_and_hints(torchref, tmp_path):
    assert torchref("check", str(SOLUTION), "--assignment", "mlp").code == 0
    wrong = tmp_path / "solution.py"
    wrong.write_text(SOLUTION.read_text(encoding="utf-8").replace("da1 * a1 * (1 - a1)", "da1"), encoding="utf-8")
    checked = torchref("check", str(wrong), "--assignment", "mlp")
    assert checked.code == 1
    assert "◐ partly right    6.86   8" in checked.out
    assert "dz1: the slope of sigmoid was left out" in checked.out


@needs_sandbox
def test_a_class_is_graded_and_its_gradebooks_are_filled(torchref, tmp_path):
    write_class(tmp_path / "class", 12, rare=1000)
    assignment = str(HERE / "mlp_gradient.py")
    marks = tmp_path / "marks"
    graded = torchref("grade", str(tmp_path / "class"), "--assignment", assignment, "--output", str(marks))
    assert graded.code == 0, graded.err
    assert "mlp-gradient: 12 submissions" in graded.out
    assert "sandbox: seccomp" in graded.out
    assert "12 marked" in graded.out
    assert (marks / "index.html").exists()
    assert len(list((marks / "students").iterdir())) == 12
    assert (marks / "secret").stat().st_mode & 0o077 == 0
    sheet = tmp_path / "moodle.csv"
    header = "Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
    sheet.write_text(header + "Participant 00001,Ann,,8.00,-,\n", encoding="utf-8")
    settings = ("--assignment", assignment, "--database", str(marks / "marks.sqlite"))
    listed = torchref("export", "csv", *settings, "--output", str(tmp_path / "out.csv"))
    assert listed.code == 0
    assert "12 marks" in listed.out
    unknown = torchref("export", "cvs", *settings, "--output", str(tmp_path / "out.csv"))
    assert unknown.code == 2
    assert "did you mean 'csv'?" in unknown.err
    without = torchref("export", "canvas", *settings, "--output", str(tmp_path / "out.csv"))
    assert (without.code, "the file that the platform exported" in without.err) == (2, True)


@needs_sandbox
def test_one_submission_is_marked_for_a_platform(torchref, tmp_path):
    settings = ("--assignment", "mlp", "--student", "ann", "--secret-file", str(tmp_path / "secret"))
    output = tmp_path / "results" / "results.json"
    marked = torchref("mark", str(SOLUTION), *settings, "--as", "gradescope", "--output", str(output))
    assert marked.code == 0, marked.err
    assert json.loads(output.read_text(encoding="utf-8"))["score"] == 18
    nothing = torchref("mark", str(tmp_path / "none"), *settings, "--as", "gradescope", "--output", str(output))
    assert (nothing.code, "nothing there" in nothing.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("grade", ".", "--assignment", "mpl"), "did you mean 'mlp'?"),
        (("grade", "nowhere", "--assignment", "mlp"), "nowhere"),
        (("check", "--assignment", "mlp"), "FILE must be given"),
        (("check", "nowhere.py", "--assignment", "mlp"), "nothing there"),
        (("new", "none", "folder"), "assignment must be one of"),
        (("export", "gradescope", "--assignment", "mlp", "--output", "a.zip"), "--secret-file must be given"),
        (("export", "csv", "--assignment", "mlp", "--output", "a.csv"), "--database must be given"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(torchref, arguments, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused = torchref(*arguments)
    assert refused.code == 2
    assert word in refused.err
    assert refused.err.count("\n") == 1
