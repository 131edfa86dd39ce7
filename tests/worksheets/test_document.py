"""The document as input: every equation of its sections 1.1 and 2.2 with numbers in it, and every digit of these."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from manual import document
from tests.worksheets.papers import DOCUMENT, check
from torchref.case_file import named_case_file
from torchref.worksheets.judge import Judge
from torchref.worksheets.scan import scan
from torchref.worksheets.solution import Solution
from torchref.worksheets.vocabulary import Vocabulary

TEXT = DOCUMENT.read_text(encoding="utf-8")
TRUNCATED = ["E_o2", "∂out_o1/∂l_o1", "∂E_total/∂w5", "w_5+", "∂E_o1/∂l_o1"]


@pytest.fixture(scope="module")
def report():
    return check(TEXT)


def test_every_equation_with_numbers_is_found_and_judged(report):
    assert report.equations == 27
    assert report.formulas == 0
    assert len(report.signs) == 60
    assert {str(sign.judgement) for sign in report.signs} == {"right", "truncated"}
    assert report.exit_code == 0


def test_every_printed_result_of_the_document_is_among_them(report):
    found = [
        (sign.written.replace("_5", "5").replace("_1+", "1+"), sign.printed) for sign in report.signs if sign.printed
    ]
    claims = [document.NEURON, *document.RESULTS]
    assert found == [(claim.name, claim.digits) for claim in claims]


def test_its_five_truncated_results_are_named_as_truncated(report):
    assert [sign.written for sign in report.signs if sign.judgement == "truncated"] == TRUNCATED
    assert {str(k): v for k, v in report.results.items()} == {"right": 21, "truncated": 5}


def test_the_neuron_of_section_1_1_is_checked_by_its_calculation_and_its_value(report):
    first = [sign for sign in report.signs if sign.written == "f(x)"]
    assert [(sign.judgement, sign.printed) for sign in first] == [("right", ""), ("right", "9.7")]


# Digits of names are none that are printed: the 1 of h1, the 5 of w5, w_5.
NAMES = re.compile(r"[a-z]_?\{?[a-z]?\d\}?")


def changed():
    """Every digit of every number, changed into each of the nine others: place of the equation, and the equation."""
    for place, equation in enumerate(scan(TEXT).equations):
        for side, part in enumerate(equation.parts):
            plain = NAMES.sub(lambda found: "x" * len(found[0]), part)
            for digit in re.finditer(r"\d", plain):
                at = digit.start()
                for other in set("0123456789") - {part[at]}:
                    parts = list(equation.parts)
                    parts[side] = part[:at] + other + part[at + 1 :]
                    yield (
                        place,
                        replace(equation, parts=tuple(parts)),
                        f"{part[:at]}[{part[at]}>{other}]{part[at + 1 :]}",
                    )


@pytest.fixture(scope="module")
def outcomes():
    """What becomes of each changed digit, in its own line: wrong, or how the judgements of its line changed."""
    known = named_case_file("document")
    vocabulary = Vocabulary(Solution(known.case), known.aliases)
    judge, before, originals = Judge(vocabulary), [], []
    for equation in scan(TEXT).equations:
        before.append(judge.fork())
        originals.append([sign.judgement for sign in judge.equation(equation)])
    found = {}
    for place, equation, change in changed():
        judgements = [sign.judgement for sign in before[place].fork().equation(equation)]
        found[place, change] = "wrong" if "wrong" in judgements else (originals[place], judgements)
    return found


def test_every_changed_digit_is_caught_at_its_line_unless_the_line_is_still_true(outcomes):
    """Of 5,616 changes 5,605 make a line wrong; the others leave a true one, and are seen all the same.

    They are last digits of results: a rounded one that becomes a truncated one or the other way round, or a sum of
    printed numbers that becomes the sum of the printed numbers.
    """
    assert len(outcomes) == 5616
    true = {change: judgements for (_, change), judgements in outcomes.items() if judgements != "wrong"}
    assert all(before != after for before, after in true.values())
    turns = Counter((str(before[-1]), str(after[-1])) for before, after in true.values())
    assert turns == {
        ("right", "truncated"): 5,
        ("truncated", "right"): 5,
        ("right", "carries an earlier rounding"): 1,
    }
    assert all(re.search(r"\[\d>\d\]\Z", change) for change in true)
    assert Counter(abs(int(c[-4]) - int(c[-2])) for c in true) == {1: 11}


def test_a_number_that_is_copied_wrongly_is_said_to_be(report):
    text = TEXT.replace("0.595078474 + 0.35", "0.595078374 + 0.35")
    (first, *_) = [sign for sign in check(text).signs if sign.judgement == "wrong"]
    assert first.reason.english == "0.595078374 was copied wrongly: out_h1 is 0.595078474, as in line 13"


def test_formulas_in_prose_are_counted_and_those_of_the_case_checked():
    text = (
        "函数为 $f(x) = wx + b$ ，损失 $$E_{total} = \\frac{1}{n} \\sum_{i=1}^n (target - output)^2$$\n"
        "则 $l_{h1} = w1 \\times i1 + w2 \\times i2 + b1$ ，$E_{o1} = \\frac{1}{2}(target - out_{o1})^2$\n"
        "错：$l_{h2} = w1 \\times i1 + w2 \\times i2 + b1$ ，而 $x$ 是向量，"
        "$$\\begin{pmatrix} 1 \\\\ 180 \\end{pmatrix}$$\n"
    )
    report = check(text)
    assert (report.equations, report.formulas, report.formulas_checked) == (0, 5, 3)
    judgements = [str(sign.judgement) for sign in report.signs]
    assert judgements == ["formula without numbers"] * 2 + ["right", "right", "wrong"]
