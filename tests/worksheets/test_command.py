"""torchref check FILE with a worksheet: what it prints, in two languages, and what it exits with."""

import json
import subprocess
import sys

import pytest

from tests.worksheets.papers import DATA, DOCUMENT, check
from torchref.render.worksheets import worksheet_markdown


@pytest.fixture
def answers(tmp_path):
    def write(text, name="answers.md"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_document_is_counted(torchref):
    outcome = torchref("check", DOCUMENT)
    assert outcome.code == 0
    assert "27 equations with numbers, 60 equals signs checked: 55 right, 5 truncated, 0 wrong" in outcome.out
    assert "26 printed results: 21 right, 5 truncated" in outcome.out


def test_the_mistake_is_said(torchref):
    outcome = torchref("check", DATA / "mazur.md", "--case", "mazur")
    assert outcome.code == 1
    assert "✗ line 23: wrong: E_total+ must be 0.291027774 (got 0.291027924)" in outcome.out
    assert "→ at ∂E_total/∂out_h1: the already updated weight was used to go back" in outcome.out
    assert "look at: all gradients first, then all updates" in outcome.out


def test_the_same_in_chinese(torchref):
    outcome = torchref("check", DATA / "mazur.md", "--case", "mazur", "--language", "zh")
    assert "✗ 第 23 行：错误：E_total+ 应为 0.291027774（得到 0.291027924）" in outcome.out
    assert "反向传播用了已经更新过的权重" in outcome.out
    assert "印出的结果 18 个：17 正确，1 错误" in outcome.out


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("l_h1 = 0.385\n", 0),
        ("E_o2 = 0.085960731\n", 0),
        ("l_h1 = 0.385\nw2+ = ____\n", 0),
        ("l_h1 = 0.395\n", 1),
        ("out_h1 = 0.7\n∂out_h1/∂l_h1 = 0.21\n", 1),
        ("words alone\n", 3),
        ("", 3),
        ("w2+ = ____\n", 3),
        ("out_h9 = 0.385\n", 3),
        ("l_h1 = 0.385\nout_h9 = 0.385\n", 3),
        ("l_h1 = 0.395\nout_h9 = 0.385\n", 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst(torchref, answers, text, code):
    assert torchref("check", answers(text)).code == code


def test_the_results_are_written_as_json(torchref, answers, tmp_path):
    path = tmp_path / "results.json"
    assert torchref("check", answers("l_h1 = 0.035\n"), "--json", path).code == 1
    results = json.loads(path.read_text(encoding="utf-8"))
    (sign,) = results["signs"]
    assert (sign["name"], sign["judgement"], sign["printed"], sign["expected"]) == ("l_h1", "wrong", "0.035", "0.385")
    assert sign["readings"][0]["name"] == "bias-omitted"
    assert (results["counts"]["wrong"], results["exit_code"]) == (1, 1)


def test_a_case_file_is_a_case(torchref, answers):
    text = 'layers = [1, 1]\nweights = [[[0.5]]]\nbiases = [[0]]\nx = [2]\ntarget = [1]\n[aliases]\nscore = "l_o1"\n'
    case = answers(text, "mine.toml")
    assert torchref("check", answers("score = 0.5*2 + 0 = 1\nout_o1 = 0.7311\n"), "--case", case).code == 0


def test_an_unknown_case_and_an_alias_for_nothing_are_one_line_and_exit_2(torchref, answers):
    outcome = torchref("check", answers("l_h1 = 1\n"), "--case", "mazurr")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "did you mean 'mazur'" in outcome.err
    text = 'layers = [1, 1]\nweights = [[[0.5]]]\nbiases = [[0]]\nx = [2]\ntarget = [1]\n[aliases]\nscore = "l_o7"\n'
    outcome = torchref("check", answers("l_h1 = 1\n"), "--case", answers(text, "mine.toml"))
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "alias score" in outcome.err


def test_markdown_says_the_same():
    text = worksheet_markdown(check("l_h1 = 0.395\n$E = \\frac{1}{2}(0.3 | 2)$\nl_h2 = 0.4\n"))
    assert "| 1 | l_h1 | ✗ wrong | l_h1 = 0.395 |" in text
    assert "- ✗ line 1: wrong: l_h1 must be 0.385 (got 0.395)" in text
    assert "(0.3 \\| 2)" in text


def test_checking_needs_no_torch():
    code = (
        "import sys; sys.argv = ['torchref', 'check', sys.argv[1]]\n"
        "from torchref.cli import main\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\n"
        "assert 'torch' not in sys.modules\nassert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(DOCUMENT)], check=True, capture_output=True, text=True)
