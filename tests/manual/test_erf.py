"""Erf: to the last digits over its whole range, in both precisions, and its series against exact arithmetic."""

from decimal import Decimal, localcontext

import numpy as np
import torch

from manual.erf import END, PARTS, PI, TERMS, _series, erf

RNG = np.random.default_rng(10)


def units_in_the_last_place(got, expected):
    return float((np.abs(got - expected) / np.spacing(np.abs(expected).astype(got.dtype))).max())


def test_it_is_torch_s_to_two_units_in_the_last_place():
    x = np.concatenate([RNG.uniform(-6.5, 6.5, 300_000), 10 ** RNG.uniform(-300, 1, 100_000)])
    assert units_in_the_last_place(erf(x), torch.erf(torch.tensor(x)).numpy()) <= 2


def test_it_is_right_in_float32():
    x = np.concatenate([RNG.uniform(-4.5, 4.5, 300_000), 10 ** RNG.uniform(-30, 1, 100_000)]).astype(np.float32)
    expected = torch.erf(torch.tensor(x).double()).numpy()
    assert erf(x).dtype == np.float32
    assert units_in_the_last_place(erf(x), expected) <= 3


def test_it_is_exact_at_its_ends_and_odd():
    x = np.array([0.0, -0.0, np.inf, -np.inf, 1e300, END])
    with np.errstate(all="raise", under="ignore"):
        assert erf(x).tolist() == [0.0, 0.0, 1.0, -1.0, 1.0, 1.0]
    assert np.signbit(erf(x))[1]
    y = RNG.uniform(0, 6, 1000)
    assert np.array_equal(erf(-y), -erf(y))


def test_its_buffer_may_be_its_argument():
    x = RNG.standard_normal((4, 5))
    expected = erf(x)
    assert np.array_equal(erf(x, x), expected)
    assert np.array_equal(x, expected)


def test_the_terms_left_out_do_not_count():
    h = Decimal(1) / (2 * PARTS)
    with localcontext() as context:
        context.prec = 40
        for k in range(1, int(END * PARTS) + 1):
            c = Decimal(k) / PARTS
            density, q, before, left_out = 2 / PI.sqrt() * (-c * c).exp(), Decimal(1), Decimal(0), Decimal(0)
            for n in range(TERMS + 6):
                left_out += abs(q) * h ** (n + 1) / (n + 1) if n >= TERMS else 0
                q, before = (-2 * c * q - 2 * before) / (n + 1), q
            assert density * left_out < Decimal("2e-17") * density * _series(c)
