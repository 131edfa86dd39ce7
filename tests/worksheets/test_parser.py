"""The parser: one formula in many spellings is one; whatever it is given it reads or refuses, and never runs."""

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchref.worksheets import bounds
from torchref.worksheets.evaluate import evaluate
from torchref.worksheets.expression import Call, Name, Number, Power, Product, Sum, names
from torchref.worksheets.interval import ArithmeticalError, point
from torchref.worksheets.parser import parse
from torchref.worksheets.spelling import SpellingError

VALUES = {"w5": Decimal("0.25"), "out_h1": Decimal("0.6"), "η": Decimal(1)}


def value(text):
    """What a text comes to, with its numbers as they stand."""
    found = evaluate(parse(text), lambda leaf: point(leaf.value if isinstance(leaf, Number) else VALUES[leaf.text]))
    assert found.low == found.high
    return found.low


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.05*0.10 + 0.15*0.20 + 0.35", "0.385"),
        (r"0.05 \times 0.10 + 0.15 \cdot 0.20 + 0.35", "0.385"),
        ("0.05 × 0.10 + 0.15 · 0.20 + 0.35", "0.385"),
        ("０．０５＊０．１０＋０．１５＊０．２０＋０．３５", "0.385"),
        (r"\frac{1}{2} (0.9 - 0.7)^2", "0.02"),
        (r"\dfrac12(0.9 − 0.7)²", "0.02"),
        ("½(0.9 − 0.7)²", "0.02"),
        (r"\sum \left(\frac{1}{2}\right) \{0.9 - 0.7\}^{2}", "0.02"),
        ("(1/2) * (0.9 - 0.7)**2", "0.02"),
        ("1/4/2", "0.125"),
        ("-0.2^2", "-0.04"),
        ("(-0.2)^2", "0.04"),
        ("2^-1", "0.5"),
        ("2^3^0", "2"),
        ("e^{0}", "1"),
        ("exp(0) + ln(1) + √4 + |2 - 5| + max(0, -3)", "6"),
        (r"2 \times \frac{1}{2} (0.85 - out_{o1})^{2-1} \times -1".replace("out_{o1}", "0.6"), "-0.25"),
        (r"1 \times out_{h1} \times w5^{1-1} + 0 + 0", "0.6"),
        (r"w_5 - \eta \times 0.1".replace("w_5", "w5"), "0.15"),
        ("out_h1(1 - out_h1)", "0.24"),
        ("2 out_h1", "1.2"),
        ("1.5 × 10⁻³", "0.0015"),
        ("1.5e-3", "0.0015"),
    ],
)
def test_a_formula_means_the_same_in_every_spelling(text, expected):
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("out_{h1}", "out_h1"),
        (r"\text{out}_{h1}", "out_h1"),
        (r"\mathrm{out}_{h1}", "out_h1"),
        ("w5+", "w5+"),
        ("w₅⁺", "w5+"),
        ("w_5^+", "w_5+"),
        ("w_{5}^{+}", "w_5+"),
        ("w5'", "w5+"),
        (r"w_5^{new}", "w_5+"),
        (r"w_5^{\prime}", "w_5+"),
        (r"\frac{\partial E_{total}}{\partial w5}", "∂E_total/∂w5"),
        (r"\partial E / \partial w_{5}", "∂E/∂w_5"),
        ("∂E/∂w5", "∂E/∂w5"),
        ("dE/dw5", "∂E/∂w5"),
        (r"\frac{dE}{dw5}", "∂E/∂w5"),
        ("dw5", "dw5"),
        (r"\eta", "η"),
        ("f(x)", "f(x)"),
        ("ŷ", "yhat"),
        (r"\hat{y}", "yhat"),
    ],
)
def test_a_name_is_one_name_in_every_spelling(text, name):
    assert parse(text) == Name(name)


def test_a_plus_after_a_name_is_a_sum_where_something_follows():
    assert isinstance(parse("w5+0.1"), Sum)
    assert isinstance(parse("w5 + 0.1"), Sum)
    assert [name.text for name in names(parse("w5+ - w5"))] == ["w5+", "w5"]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('id')",
        "open('/etc/passwd')",
        "(lambda: 1)()",
        "1 if 1 else 2",
        "[1, 2]",
        "out.__class__",
        "1; 2",
        "1 2",
        "",
        "(",
        ")",
        "1 +",
        r"\frac{1}",
        r"\input{/etc/passwd}",
        "١",
        "1\u202e2",
        "1\x1b[31m",
        "1\u200b2",
        "9" * (bounds.MOST_DIGITS + 1),
        "1e999999999",
        "{" * 10_000,
        "{" * 900 + "1" + "}" * 900,
        "-" * 999 + "(" * 999,
        "sum " * 400 + "1",
        r"\frac" * 390,
        "exp " * 400 + "1",
        "∂{" * 400 + "E",
        "2^" * 900 + "2",
        "1" * 5000,
    ],
)
def test_what_is_no_formula_is_refused_with_a_reason_in_both_languages(text):
    with pytest.raises(SpellingError) as error:
        parse(text)
    assert error.value.reason.english
    assert error.value.reason.chinese


@pytest.mark.parametrize("text", ["9**9**9", "1/0", "1/(2-2)", "ln(0)", "sqrt(0-1)", "e^{e^{e^{9}}}", "(1e400)^400"])
def test_what_cannot_be_worked_out_has_a_reason(text):
    with pytest.raises(ArithmeticalError) as error:
        value(text)
    assert error.value.reason.english
    assert error.value.reason.chinese


def test_nothing_is_compiled_run_opened_or_imported():
    """Python reports what it compiles, runs, opens and imports: reading and checking a worksheet is none of these."""
    code = """
import sys
from manual import document
from torchref.worksheets import check_text
line = "l_h1 = 0.05*0.1+0.15*0.2+.35 = 0.4\\n"
check_text(line + "E = 1/0\\nw9 = 1\\nw5+ = -0.23162\\n", document.example())
events = []
sys.addaudithook(lambda event, arguments: events.append(event))
text = "l_h1 = __import__('os').system('id')\\nl_h1 = eval('1')\\nl_h1 = open('x')\\nl_h1 = `id`\\n"
report = check_text(text + line, document.example())
watched = ("exec", "compile", "open", "import", "os.", "subprocess", "socket", "ctypes")
found = [event for event in events if event.startswith(watched)]
assert not found, found
print([str(sign.judgement) for sign in report.signs])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("not understood") == 4


def test_a_long_sum_is_read_without_going_deep():
    assert value("+".join(["1"] * 990)) == 990


FORMULA = st.recursive(
    st.one_of(
        st.decimals(0, 1000, places=3).map(lambda d: f"{d:f}"),
        st.integers(0, 99).map(str),
        st.sampled_from(["w5", "out_h1", "η", "w5+"]),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", " - ", " * ", " / "]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        inner.map(lambda t: f"exp({t})"),
        inner.map(lambda t: f"-({t})"),
        st.tuples(inner, st.integers(0, 3)).map(lambda t: f"({t[0]})^{t[1]}"),
    ),
    max_leaves=12,
)


def written(expression):
    """An expression as text, with a bracket around everything."""
    match expression:
        case Number(text=text) | Name(text=text):
            return f"({text})" if text.startswith("-") else text
        case Sum(terms):
            return (
                "(" + "".join((" - " if minus else " + ") + written(term) for minus, term in terms).lstrip(" +") + ")"
            )
        case Product(factors):
            return "(" + "".join((" / " if over else " * ") + written(f) for over, f in factors).lstrip(" *") + ")"
        case Power(base, exponent):
            return f"({written(base)})^({written(exponent)})"
        case Call(function, argument):
            return f"{function}({written(argument)})"
    raise AssertionError(expression)


@given(FORMULA)
def test_what_is_read_writes_itself_as_what_reads_the_same(text):
    expression = parse(text)
    assert parse(written(expression)) == expression


def read_or_refused(text):
    """Whether a text is an expression, or there is a reason why it is none; any other error is a failure."""
    try:
        return parse(text) is not None
    except SpellingError as error:
        return bool(error.reason.english and error.reason.chinese)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    assert read_or_refused(text)


PIECES = st.sampled_from(
    [*r"0123456789.+-*/^(){}[]|,'_=&$ ", "\\frac", "\\partial ", "∂", "e", "d", "w5", "\\text", "²", "⁺", "½"]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_heap_of_pieces_is_read_or_refused(text):
    assert read_or_refused(text)


def test_the_parser_needs_the_standard_library_and_numpy_alone():
    code = "import sys, torchref.grade.worksheet; print(sorted({m.split('.')[0] for m in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'numpy'" in found
    assert not [name for name in ("torch", "sympy", "rich", "click", "tensorboard", "jinja2") if f"'{name}'" in found]
