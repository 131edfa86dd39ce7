"""torchref check FILE[:NAME]: somebody's script, notebook or function, run and reported on."""

import json
import re

import pytest

from tests.torchref import command

CODE = """
import numpy as np
import torchref
from manual import Linear, Network


def run(p, x, target):
    out = x @ p["W"].T + p["b"]
    d = SIGN * (out - target)
    return {"loss": 0.5 * np.sum((out - target) ** 2), "dW": d.T @ x, "db": d.sum(axis=0)}


def my_report():
    layout = {"W": "linear0.weight", "b": "linear0.bias"}
    return torchref.crosscheck(run, Network((Linear(3, 2),)), layout, loss="half_squared_error_sum")
"""
RIGHT, WRONG = "SIGN = 1\n" + CODE, "SIGN = -1\n" + CODE

IMPLEMENTATION = """
import manual


def right(case):
    return manual.run(case)


def wrong(case):
    trace = dict(manual.run(case))
    name = next(name for name in trace if name.startswith("gradient/"))
    return {**trace, name: 2 * trace[name]}


def broken(case):
    return manual.run(case)["nothing"]


def of_two(case, other):
    return {}


NUMBER = 3
"""


@pytest.fixture
def check(capsys, monkeypatch, tmp_path):
    """Writes a file, and checks it or a name in it."""

    def run(source, name="", *options, file="mine.py"):
        (tmp_path / file).write_text(source)
        return command.run(capsys, monkeypatch, "check", f"{tmp_path / file}{name}", *options)

    return run


def notebook(*cells):
    """A notebook of these code cells."""
    return json.dumps({"cells": [{"cell_type": "code", "source": [cell]} for cell in cells]})


def test_every_report_that_a_file_makes_is_printed(check):
    outcome = check(RIGHT + "\nmy_report()\nmy_report()\n")
    assert outcome.code == 0
    assert outcome.out.count("run: agrees; 3 of 3 quantities agree") == 2


def test_a_function_that_returns_a_report_is_called(check):
    outcome = check(WRONG, ":my_report")
    assert outcome.code == 1
    assert "  → " in outcome.out
    assert "o − t" in outcome.out


def test_the_report_is_in_the_language_that_was_asked_for(check):
    assert "有差异" in check(WRONG, ":my_report", "--language", "zh").out


def test_an_implementation_is_tried_on_the_example_and_on_random_networks(check):
    outcome = check(IMPLEMENTATION, ":right", "--networks", "5")
    assert outcome.code == 0
    assert outcome.out.startswith("the document's example: agrees")


def test_a_wrong_implementation_is_found_on_the_example_and_on_every_network(check):
    outcome = check(IMPLEMENTATION, ":wrong", "--networks", "3")
    assert outcome.code == 1
    assert [len(re.findall(r"gradient/[\w.]+\[", line)) for line in outcome.out.splitlines()].count(1) == 4
    assert outcome.out.count("network 2 of seed 0") == 1


def test_one_network_alone(check):
    outcome = check(IMPLEMENTATION, ":wrong", "--only", "2")
    assert (outcome.code, outcome.out.count("differs;")) == (1, 1)


def test_an_implementation_that_crashes_is_not_judged(check):
    outcome = check(IMPLEMENTATION, ":broken", "--networks", "1")
    assert outcome.code == 3
    assert "not judged" in outcome.out
    assert "UnknownNameError" in outcome.out


def test_notebooks_run_without_their_magics(check):
    cells = ["%matplotlib inline\n!pip install numpy\nSIGN = 1", "%%time\nnever", CODE, "my_report()"]
    outcome = check(notebook(*cells), file="mine.ipynb")
    assert outcome.code == 0
    assert "agrees" in outcome.out


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        (RIGHT, "", "must be a file that checks something (got no check)"),
        (RIGHT, ":my_repotr", "my_report"),
        (IMPLEMENTATION, ":of_two", "a function of nothing or of a Case (got one that takes case, other)"),
        (IMPLEMENTATION, ":NUMBER", "must be a function (got int)"),
        ("def f():\n    return 3\n", ":f", "what f() returns must be a report (got int)"),
        ("def f(:\n", "", "line 1: it must be Python"),
    ],
)
def test_what_cannot_be_checked_is_one_line_and_exit_2(check, source, name, message):
    outcome = check(source, name)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("text", ["not json", "{}", '{"cells": [{"cell_type": "code"}]}', '{"cells": 3}'])
def test_what_is_no_notebook_is_one_line_and_exit_2(check, text):
    outcome = check(text, file="mine.ipynb")
    assert outcome.code == 2
    assert "must be a Jupyter notebook" in outcome.err


@pytest.mark.parametrize(
    ("source", "message"),
    [("1 / 0\n", "ZeroDivisionError"), ("raise SystemExit(5)\n", "it ended itself (5)"), ("import nope\n", "nope")],
)
def test_a_file_that_crashes_is_not_judged(check, source, message):
    outcome = check(source)
    assert outcome.code == 3
    assert message in outcome.err


def test_a_file_that_is_not_there(torchref_command):
    outcome = torchref_command("check", "nowhere.py")
    assert outcome.code == 2
    assert "nowhere.py must be a file of Python that can be read (got No such file or directory)" in outcome.err


@pytest.fixture
def torchref_command(capsys, monkeypatch):
    return lambda *arguments: command.run(capsys, monkeypatch, *arguments)
