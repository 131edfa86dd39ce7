"""torchref check: what it prints, what it exits with, and one clear line for everything that cannot be used."""

import json
import subprocess
import sys

import numpy as np
import pytest

from manual.layers.sigmoid import Sigmoid


def test_all_agree_and_the_results_are_written(torchref, tmp_path):
    outcome = torchref("check", "--networks", 5, "--device", "cpu", "--json", tmp_path / "results.json")
    assert outcome.code == 0
    assert "17 rounded, 5 truncated, 0 wrong" in outcome.out
    assert "All agree: the document, 5 networks on cpu" in outcome.out
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert results["verdicts"] == ["agrees"]
    assert [row["name"] for row in results["document"]][:2] == ["f(x)", "l_h1"]
    assert len(results["networks"]) == 5
    assert results["versions"]["torch"]


def flipped_sign(self, grad_output, output, out=None):
    slope = np.multiply(output, np.add(1.0, output, out=out), out=out)
    return np.multiply(grad_output, slope, out=slope)


def test_a_flipped_sign_is_found_named_and_sized(torchref, monkeypatch):
    monkeypatch.setattr(Sigmoid, "backward", flipped_sign)
    outcome = torchref("check", "--networks", 20, "--device", "cpu")
    words = " ".join(outcome.out.split())
    assert outcome.code == 1
    assert "sigmoid3.backward: backward/linear2[0,1] must be 0.0845572463 (got 0.508066161)" in words
    assert "off by 0.42, allowed 5.3e-16 (rounding of 8 operations on numbers of size 0.3)" in words
    assert "the slope of sigmoid has a plus for its minus: y (1 + y) (to 16 digits) [slope-sign]" in words
    assert "sigmoid.backward is wrong given right inputs in" in words
    assert "again, alone: torchref check --seed 0 --only" in words


def test_one_network_alone_shows_every_step(torchref):
    outcome = torchref("check", "--seed", 0, "--only", 7, "--device", "cpu")
    assert outcome.code == 0
    assert "Network 7 of seed 0 on cpu" in outcome.out
    assert "gradient/" in outcome.out


def test_what_could_not_be_judged_is_neither_right_nor_wrong(torchref, monkeypatch):
    from torchref.compare import Comparison
    from torchref.verdict import Verdict

    monkeypatch.setattr("torchref.steps.compare", lambda name, *_: Comparison(name, Verdict.NOT_JUDGED))
    assert torchref("check", "--only", 7, "--device", "cpu").code == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--device", "gpu"), "--device must be one of cpu"),
        (("--device", "cuda:99"), "--device must be one of cpu"),
        (("--networks", "0"), "--networks must be at least 1 (got 0)"),
        (("--networks", "many"), "'many' is not a valid integer"),
        (("--seed", "-1"), "--seed and --only must be at least 0"),
        (("--json", "/nowhere/results.json"), "--json must be a file that can be written (got /nowhere"),
        (("--netwroks", "5"), "No such option"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_2(torchref, arguments, message):
    outcome = torchref("check", *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert message in outcome.err


def test_an_unknown_command_is_one_line_and_exit_2(torchref):
    outcome = torchref("chekc")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "chekc" in outcome.err


def test_an_interrupt_ends_with_one_line(torchref, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("torchref.self_check.check_networks", interrupt)
    outcome = torchref("check", "--device", "cpu")
    assert (outcome.code, outcome.err.strip()) == (130, "torchref: interrupted")


def test_a_killed_worker_is_not_judged(torchref, monkeypatch):
    from concurrent.futures.process import BrokenProcessPool

    def broken(*_):
        raise BrokenProcessPool

    monkeypatch.setattr("torchref.self_check.check_networks", broken)
    outcome = torchref("check", "--device", "cpu")
    assert outcome.code == 3
    assert "a worker process was killed" in outcome.err


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["sweep", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys; sys.argv = ['torchref', *sys.argv[1:]]\n"
        "from torchref.cli import main\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\n"
        "heavy = {'torch', 'numpy', 'matplotlib', 'tensorboard', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
