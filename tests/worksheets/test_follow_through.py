"""Follow-through: one mistake is one mistake, however much is worked out from it; and most have a name."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import manual
from manual import derivatives
from manual.names import Derivative, Names
from manual.step import Step
from manual.trace import Trace
from tests.worksheets.papers import check, only, wrong
from torchref.case_file import named_case
from torchref.mutants import mutants
from torchref.worksheets.arrays import Replay
from torchref.worksheets.sheet import quantities
from torchref.worksheets.solution import Solution

CASES = {name: named_case(name) for name in ("document", "mazur", "han-kamber")}
LINES = {name: [line for _, line in quantities(Solution(case))] for name, case in CASES.items()}


def path_of(case, name):
    found = Names(case).resolve(name)
    return "" if isinstance(found, Derivative) else found.path


PATHS = {name: {path_of(case, line) for line in LINES[name]} for name, case in CASES.items()}
MUTANTS = {name: [m for m in mutants(case) if m.quantity in PATHS[name]] for name, case in CASES.items()}


def sheet_of(values):
    return "\n".join(f"{name} = {value}" for name, value in values.items())


def trace_with(case, quantity, index, value):
    """A step by manual's own calls in which one number is a wrong one, and the others are worked out from it."""
    step = Step(case)
    for call in (*step.forward, *step.loss, *step.backward, *step.update):
        call()
        if quantity in step.arrays:
            step.arrays[quantity][index] = value
    return Trace(step.arrays)


@st.composite
def mistaken(draw):
    """A case, one wrong number in it by one of the catalogue's mistakes, and a step that goes on from there."""
    name = draw(st.sampled_from(sorted(CASES)))
    case, mutant = CASES[name], draw(st.sampled_from(MUTANTS[name]))
    line = draw(st.sampled_from([n for n in LINES[name] if path_of(case, n) == mutant.quantity]))
    index = Names(case).resolve(line).index
    return (
        name,
        line,
        mutant.mistake.name,
        manual.run(case),
        trace_with(case, mutant.quantity, index, mutant.value[index]),
    )


def value_of(case, trace, name):
    return derivatives.value(case, trace, Names(case).resolve(name))


@given(mistaken(), st.integers(6, 13))
@settings(max_examples=80)
def test_a_mistake_with_all_that_follows_from_it_is_one_wrong_line(drawn, decimals):
    """Whichever number is wrong and by whatever mistake, when the rest is worked out from it in full."""
    name, line, _, right, trace = drawn
    case = CASES[name]
    written = {n: f"{value_of(case, trace, n):.{decimals}f}" for n in LINES[name]}
    assume(abs(float(written[line]) - value_of(case, right, line)) > 2 * 10.0**-decimals)
    written = {n: digits for n, digits in written.items() if float(digits) or not value_of(case, trace, n)}
    assert [sign.name for sign in wrong(check(sheet_of(written), name))] == [line]


@given(st.data())
@settings(max_examples=60)
def test_the_same_where_every_line_is_worked_out_from_the_rounded_lines_above(data):
    name = data.draw(st.sampled_from(sorted(CASES)))
    line = data.draw(st.sampled_from(LINES[name]))
    factor = data.draw(st.sampled_from([-1.0, 0.5, 2.0, 1.25]))
    decimals = data.draw(st.integers(4, 10))
    solution, written = Solution(CASES[name]), {}
    for n in LINES[name]:
        value = Replay(solution, {known: float(digits) for known, digits in written.items()})(n)
        written[n] = f"{value * factor if n == line else value:.{decimals}f}"
    exact = {n: float(solution.exact(n).low) for n in written}
    assume(abs(float(written[line]) - exact[line]) > 10 * 10.0**-decimals)
    written = {n: digits for n, digits in written.items() if float(digits) or not exact[n]}
    assert [sign.name for sign in wrong(check(sheet_of(written), name))] == [line]


CHAINED = """
l_h1 = 0.05*0.10 - 0.15*0.20 + 0.35 = 0.325
l_h2 = 0.10*0.10 + 0.20*0.20 + 0.35 = 0.4
out_h1 = 1/(1 + e^-0.325) = 0.580542
out_h2 = 1/(1 + e^-0.4) = 0.598688
l_o1 = 0.25*0.580542 + 0.35*0.598688 + 0.50 = 0.854676
out_o1 = 1/(1 + e^-0.854676) = 0.701547
E_o1 = ½(0.85 − 0.701547)² = 0.011019
"""


def test_a_wrong_formula_with_right_arithmetic_is_one_wrong_sign():
    report = check(CHAINED)
    (sign,) = wrong(report)
    assert (sign.line, sign.written, sign.printed) == (2, "l_h1", "")
    assert sign.reason.english == "the left side is 0.385, the right side 0.325"
    assert sum(sign.judgement == "consistent with an earlier mistake" for sign in report.signs) == 9


def test_what_goes_on_from_a_wrong_number_and_is_wrong_itself_is_a_second_mistake():
    text = CHAINED.replace("0.854676", "0.954676").replace("0.701547", "0.722055").replace("0.011019", "0.008185")
    report = check(text)
    assert [sign.line for sign in wrong(report)] == [2, 6]


def test_a_right_number_after_a_wrong_one_is_right():
    report = check("out_h1 = 0.7\nout_h1 = 0.595078474\nl_o1 = 0.8583102995\n")
    assert [str(sign.judgement) for sign in report.signs] == ["wrong", "right", "right"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("l_h1 = 0.035", "bias-omitted"),
        ("∂out_o1/∂l_o1 = 1.195543", "slope-sign"),
        ("w5+ = 0.231624978", "uphill"),
        ("w5+ = 0.018375022", "old-parameter-lost"),
        ("∂E/∂w1 = 0.001764759", "gradient-without-slope"),
        ("∂E/∂out_o1 = 0.147692493", "slope-of-loss-reversed"),
        ("out_h2 = 0.589687660", "digits-swapped"),
        ("out_h2 = 0.0598687660", "point-shifted"),
        ("E_total = 0.193734536", "half-forgotten"),
    ],
)
def test_a_likely_mistake_is_named_from_the_digits(line, name):
    assert name in [reading.name for reading in only(check(line)).readings]


def test_mistakes_that_give_the_same_digits_are_all_said():
    names = [reading.name for reading in only(check("E_total = 0.193734536")).readings]
    assert {"half-forgotten", "× 2"} <= set(names)


@pytest.mark.parametrize("line", ["∂E/∂w1 = 0.002", "E_total = 0.2", "l_h1 = 0.41", "out_o1 = 0.6"])
def test_too_few_digits_name_no_mistake(line):
    sign = only(check(line))
    assert sign.judgement == "wrong"
    assert not sign.readings


def test_a_number_by_no_known_mistake_is_wrong_without_a_name():
    sign = only(check("out_o1 = 0.654321987"))
    assert sign.judgement == "wrong"
    assert not sign.readings


@given(mistaken(), st.integers(6, 12))
def test_the_mistake_that_was_made_is_named(drawn, decimals):
    name, line, mistake, right, trace = drawn
    case = CASES[name]
    written = {n: f"{value_of(case, trace, n):.{decimals}f}" for n in LINES[name]}
    assume(abs(float(written[line]) - value_of(case, right, line)) > 2 * 10.0**-decimals)
    written = {n: digits for n, digits in written.items() if float(digits) or not value_of(case, trace, n)}
    (sign,) = wrong(check(sheet_of(written), name))
    assert mistake in [reading.name for reading in sign.readings]
