"""The document's table: every printed result classified, and every deliberately wrong copy rejected."""

from dataclasses import replace

import pytest

from manual.document import NEURON, RESULTS
from torchref.document_check import check_document
from torchref.printed import Digits, judge, unit
from torchref.render.tables import document_summary

TRUNCATED = {"E_o2", "∂out_o1/∂l_o1", "∂E_total/∂w5", "w5+", "∂E_o1/∂l_o1"}
REPORT = check_document()
EXACT = {row.name: row.torch for row in REPORT.rows}


def test_17_results_are_rounded_and_5_truncated():
    digits = {row.name: row.digits for row in REPORT.rows if row.claim and not row.claim.restates}
    assert digits.pop("f(x)") is Digits.ROUNDED
    assert {name for name, kind in digits.items() if kind is Digits.TRUNCATED} == TRUNCATED
    assert sum(kind is Digits.ROUNDED for kind in digits.values()) == 17
    assert REPORT.is_right
    assert document_summary(REPORT).startswith("22 printed results: 17 rounded, 5 truncated, 0 wrong; and 8")


def copies(digits):
    """Every copy with one digit replaced, and the one with the other sign."""
    for place, character in enumerate(digits):
        if character.isdigit():
            yield from (digits[:place] + str(d) + digits[place + 1 :] for d in range(10) if str(d) != character)
    yield digits[1:] if digits.startswith("-") else f"-{digits}"


@pytest.mark.parametrize("printed", [NEURON, *RESULTS], ids=lambda p: p.name)
def test_a_copy_with_one_wrong_digit_or_sign_is_rejected(printed):
    exact = EXACT[printed.name]
    passed = [copy for copy in copies(printed.digits) if judge(copy, exact) is not Digits.WRONG]
    # The one copy that may pass is the same number cut off where it was rounded, or rounded where it was cut off.
    assert len(passed) <= 1
    for copy in passed:
        assert abs(float(copy) - exact) < float(unit(printed.digits))
        assert {judge(copy, exact), judge(printed.digits, exact)} == {Digits.ROUNDED, Digits.TRUNCATED}


@pytest.mark.parametrize("place", range(len(RESULTS)))
def test_the_report_finds_the_wrong_copy(place):
    digits = RESULTS[place].digits
    wrong = digits[:-3] + str((int(digits[-3]) + 1) % 10 if digits[-3].isdigit() else digits[-3]) + digits[-2:]
    wrong = wrong if wrong != digits else f"-{digits}"
    results = (*RESULTS[:place], replace(RESULTS[place], digits=wrong), *RESULTS[place + 1 :])
    report = check_document(results)
    assert not report.is_right
    assert [row.name for row in report.rows if not row.is_right] == [RESULTS[place].name]


@pytest.mark.parametrize(
    ("digits", "exact", "kind"),
    [
        ("0.071", 0.0714, Digits.ROUNDED),
        ("0.071", 0.0705, Digits.ROUNDED),
        ("0.071", 0.0719, Digits.TRUNCATED),
        ("-0.071", -0.0719, Digits.TRUNCATED),
        ("0.072", 0.0714, Digits.WRONG),
        ("0.071", -0.0714, Digits.WRONG),
        ("0.07", 0.0714, Digits.ROUNDED),
        ("7.1e-2", 0.0714, Digits.ROUNDED),
        ("0", 0.4, Digits.ROUNDED),
        ("0.400", 0.39999999999999997, Digits.ROUNDED),
        ("100", 99.9, Digits.ROUNDED),
    ],
)
def test_printed_digits_are_intervals(digits, exact, kind):
    assert judge(digits, exact) is kind
