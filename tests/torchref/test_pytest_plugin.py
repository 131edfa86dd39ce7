"""The pytest plugin: the fixture `crosscheck`, whose failure is the report."""

TEST = """
import numpy as np
from manual import Linear, Network


def run(p, x, target):
    d = p["W"] @ x.T - target.T
    return {"dW": FACTOR * d @ x}


def test_mine(crosscheck):
    network = Network((Linear(3, 2, "none"),))
    crosscheck(run, network, {"W": "linear0.weight"}, loss="half_squared_error_sum")
"""


def test_right_code_passes(pytester):
    pytester.makepyfile(TEST.replace("FACTOR", "1"))
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_wrong_code_fails_with_the_report(pytester):
    pytester.makepyfile(TEST.replace("FACTOR", "3"))
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*run: differs; 0 of 1 quantities agree*", "*it is 3 times the answer*[[]× 3[]]"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_code_that_cannot_be_judged_does_not_pass(pytester):
    pytester.makepyfile(TEST.replace("FACTOR", "1 / 0"))
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*not judged*ZeroDivisionError*"])
