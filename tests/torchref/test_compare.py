"""Comparison: each verdict, the worst element, allowances that follow the numbers and never a taste."""

import numpy as np
import pytest

from tests.closeness import SINGLE, assert_close
from torchref.allowance import Rounding, allowance, growth
from torchref.compare import compare
from torchref.render.report import sentence
from torchref.verdict import Verdict


def against(got, expected=(1.0, 2.0, 3.0), allowed=1e-9, dtype=np.float64):
    expected = np.asarray(expected)
    return compare("gradient/w", got, expected, np.full(expected.shape, allowed), dtype)


def test_agrees_within_and_differs_beyond_the_allowance():
    assert against(np.array([1.0, 2.0, 3.0 + 9e-10])).verdict is Verdict.AGREES
    c = against(np.array([1.0, 2.0 + 3e-9, 3.0 + 2e-9]))
    assert (c.verdict, c.index, c.wrong, c.size) == (Verdict.DIFFERS, (1,), 2, 3)
    assert_close(c.share, 3.0, SINGLE)
    assert_close(c.digits, 9.0, SINGLE)
    assert sentence(c) == (
        "gradient/w[1] must be 2 (got 2): off by 3e-09, allowed 1e-09; 2 of 3 elements differ; "
        "it agrees to 9.0 digits, and would pass a relative tolerance of 1e-09"
    )
    assert sentence(c, "zh").startswith("gradient/w[1] 应为 2（得到 2）：差 3e-09，允许 1e-09")


@pytest.mark.parametrize(
    ("got", "verdict", "words"),
    [
        (None, Verdict.MISSING, "missing"),
        (np.ones((1, 3)), Verdict.WRONG_SHAPE, r"its shape must be \(3,\) \(got \(1, 3\)\)"),
        (np.ones(()), Verdict.WRONG_SHAPE, "its shape must be"),
        (np.ones(3, np.float32), Verdict.WRONG_DTYPE, "its dtype must be float64"),
        (np.array([1.0, np.nan, 3.0]), Verdict.NOT_FINITE, r"gradient/w\[1\] must be finite \(got nan\)"),
        (np.array([1.0, 2.0, -np.inf]), Verdict.NOT_FINITE, r"\[2\] must be finite \(got -inf\)"),
    ],
)
def test_every_other_verdict_and_its_words(got, verdict, words):
    c = against(got)
    assert c.verdict is verdict
    import re

    assert re.search(words, sentence(c))


def test_nan_never_agrees_not_even_with_nan():
    c = against(np.array([1.0, np.nan, 3.0]), expected=(1.0, np.nan, 3.0))
    assert c.verdict is Verdict.NOT_JUDGED
    assert c.verdict is not Verdict.AGREES


def test_an_allowance_grows_with_what_went_in_and_vanishes_with_it():
    ordinary = allowance(Rounding(4, np.array([1.0])), np.float64)
    assert_close(allowance(Rounding(4, np.array([1e-30])), np.float64), ordinary * 1e-30)
    assert_close(allowance(Rounding(4, np.array([1.0])), np.float32), ordinary * 2.0**29, SINGLE)
    assert ordinary < 1e-15


def test_growth_is_the_count_and_then_its_root():
    assert [growth(n) for n in (1, 64, 256, 1_000_000)] == [1, 64, 128, 8000]


def test_a_cancelled_sum_is_allowed_what_its_terms_lost():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(1000).astype(np.float32)
    x = np.concatenate((x, -x)).astype(np.float32)
    rng.shuffle(x)
    exact, computed = np.array(x.astype(float).sum()), np.array(x.sum())
    allowed = allowance(Rounding(2000, np.array(np.abs(x).sum(), float)), np.float32)
    assert compare("sum", computed, exact, allowed, np.float32).verdict is Verdict.AGREES
    wrong = np.array(computed + np.float32(0.1))
    assert compare("sum", wrong, exact, allowed, np.float32).verdict is Verdict.DIFFERS


def test_a_difference_that_overflows_differs():
    c = against(np.array([1.0, -1e308, 3.0]), (1.0, 1e308, 3.0))
    assert (c.verdict, c.index, c.wrong) == (Verdict.DIFFERS, (1,), 1)


def test_the_worst_element_is_found_in_whichever_block_it_lies():
    rng = np.random.default_rng(0)
    expected = rng.standard_normal((300, 301))
    got = expected + 1e-12
    got[250, 17] += 1e-3
    c = compare("gradient/w", got, expected, np.full((300, 301), 1e-9), np.float64)
    assert (c.index, c.wrong, c.size) == ((250, 17), 1, 300 * 301)
    assert_close(c.share, 1e6, SINGLE)
