"""Bad input: whatever is handed in ends in one clear line, with nothing run, and within seconds."""

from contextlib import suppress

import pytest

from manual.errors import InputError
from tests.worksheets.papers import check, only
from torchref.worksheets import bounds
from torchref.worksheets.source import decode


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\x7fELF\x02\x01\x01\x00", "must be text (got a binary file: it holds a NUL byte)"),
        (b"l_h1 = 0.385\x00", "must be text (got a binary file: it holds a NUL byte)"),
        (b"l_h1 = 0.385\nl_h2 = \xff\xfe\n", "must be text in UTF-8 (got byte 0xff in line 2)"),
        ("l_h1 = 0.385\n".encode("utf-16-le"), "must be text (got a binary file"),
        (b"l_h1 = 0.385\n" * 800_000, "must be at most 1 MiB of text (got more)"),
        (b"\n" * 30_000, "must be at most 20000 lines (got 30000)"),
    ],
)
@pytest.mark.parametrize("suffix", [".md", ".csv"])
def test_a_file_that_is_no_text_is_one_line_and_exit_2(torchref, tmp_path, raw, message, suffix):
    path = tmp_path / f"answers{suffix}"
    path.write_bytes(raw)
    outcome = torchref("check", path)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert message in outcome.err


def test_a_missing_file_is_one_line_and_exit_2(torchref, tmp_path):
    outcome = torchref("check", tmp_path / "none.md")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "a file that can be read" in outcome.err


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("l_h1 = __import__('os').system('id')", "it cannot be read from"),
        ("l_h1 = " + "{" * 10_000 + "1" + "}" * 10_000, "at most 2000 characters (got more)"),
        ("l_h1 = " + "(" * 500 + "1" + ")" * 500, "at most 40 brackets deep"),
        ("l_h1 = 9**9**9", "the exponent of a power must be at most 400"),
        ("l_h1 = 1e999999999", "an exponent must be at most 400 (got 1e999999999)"),
        ("l_h1 = " + "9" * 500, "a number must have at most 40 digits (got 500)"),
        ("l_h1 = 0,385", "decimals follow a point, not a comma"),
        ("l_h1 = ٣.٤", "a digit must be one of 0 to 9 (got '٣', arabic-indic digit three)"),
        ("l_h1 = 0.\u202e583", "a formula holds no U+202E (right-to-left override)"),
        ("l_h1 = 0.\u200b385", "a formula holds no U+200B (zero width space)"),
        ("out_h9 = 0.6", "a name must be one of this case's (got 'out_h9'); did you mean 'out_h2'?"),
        ("w9+ = 0.6", "a name must be one of this case's (got 'w9+'); did you mean 'w"),
        ("∂out_h1/∂w9 = 0.6", "a name must be one of this case's (got 'w9')"),
        ("l_h1 = \\input{secret}", "a TeX command in it is not known"),
        ("l_h1 = 0.3.8", "it cannot be read from '.8' on"),
    ],
)
def test_a_line_that_cannot_be_read_says_why_in_both_languages(line, reason):
    sign = only(check(line))
    assert sign.judgement == "not understood"
    assert reason in sign.reason.english
    assert sign.reason.chinese


@pytest.mark.parametrize("line", ["E = 1/0", "E = ln(0)", "E = 1/(0.5 - 0.5)", "E = \\frac{1}{0}"])
def test_what_nobody_can_work_out_is_wrong(line):
    sign = only(check(line))
    assert sign.judgement == "wrong"
    assert sign.reason.english


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("out_h1 = 0.7\nout_h1 = 0.8\n", "it contradicts line 1, where out_h1 is 0.7"),
        ("out_h1 = 0.5951\nout_h1 = 0.6951\n", "it contradicts line 1, where out_h1 is 0.5951"),
    ],
)
def test_two_values_for_one_name_contradict_each_other(text, reason):
    last = check(text).signs[-1]
    assert (str(last.judgement), last.reason.english) == ("wrong", reason)


def test_two_roundings_of_one_value_do_not():
    assert {str(s.judgement) for s in check("out_h1 = 0.5951\nout_h1 = 0.595078\nout_h1 = 0.6\n").signs} == {"right"}


def test_what_would_steer_a_terminal_is_made_visible(torchref, tmp_path):
    path = tmp_path / "answers.md"
    path.write_text("\x1b[2Jl_h1 = 0.\u202e385\n\x1b]0;x\x07E = 0.1\n", encoding="utf-8")
    outcome = torchref("check", path)
    assert "\x1b" not in outcome.out
    assert "\u202e" not in outcome.out
    assert "\\u202e" in outcome.out
    assert outcome.code == 3


@pytest.mark.parametrize(
    "text",
    [
        "$" * 200_000,
        "\\[" * 200_000,
        "\\begin{equation}" * 40_000,
        "$$ a = " * 60_000,
        "= " * 300_000,
        "|" * 500_000,
        "**a" * 150_000,
        "l_h1 = 0.385\n" * 19_000,
        "$l_{h1} = 0.385$ " * 19_000,
        "a: " * 150_000 + "= 1",
        "- " * 200_000 + "l_h1 = 1",
        "l_h1 = 0.385 " + "x " * 200_000,
        "(" * 300_000 + "= 1",
    ],
)
def test_a_heap_of_openings_ends(text):
    with suppress(InputError):
        assert len(check(text).signs) <= bounds.MOST_SIDES


@pytest.mark.parametrize(
    "line",
    [
        "l_h1 = 0.4",
        "out_h1 = " + " + ".join(f"0.{number}59507" for number in range(10, 160)),
        "out_h1 = " + "exp(" * 30 + "0.12345" + ")" * 30 + " = 0.5",
        "out_h1 = " + " * ".join(f"exp(0.{number}1)" for number in range(10, 110)) + " = 1",
        "E_total+ = 0.291027924",
        "out_h1 = " + "^".join(["1.0000001"] * 30) + " = 2",
    ],
)
def test_as_much_of_it_as_the_bounds_allow_ends(line):
    """The most lines of each kind that are not refused; the test's own time limit is the reader's patience."""
    lines = max(n for n in (1, 10, 100, 1000) if _fits("\n".join([line] * n)))
    assert check("\n".join([line] * lines)).signs


def _fits(text):
    try:
        check(text, name_mistakes=False)
    except InputError:
        return False
    return True


def test_csv_with_an_open_quote_is_read_up_to_it():
    report = check('name,value\nl_h1,0.385\nl_h2,"0.4\n', suffix=".csv")
    assert str(report.signs[0].judgement) == "right"


def test_a_byte_order_mark_and_other_line_ends_are_no_matter():
    text = decode(b"\xef\xbb\xbfl_h1 = 0.385\r\nl_h2 = 0.4\rE = 0.0969\n", "x")
    assert [str(sign.judgement) for sign in check(text).signs] == ["right"] * 3


def test_a_binary_file_is_refused_before_anything_else():
    with pytest.raises(InputError, match="NUL"):
        decode(b"\0" * 100, "x")
