"""Surfaces: slopes against a witness, the bowl's known walks, and the valley that traps."""

import numpy as np
import pytest

from manual import InputError
from manual.surfaces import SURFACES, Bowl, TwoValleys, UnevenBowl, descend
from tests.closeness import SINGLE, assert_close
from tests.manual.witness import complex_step


@pytest.mark.parametrize("kind", sorted(SURFACES))
def test_gradient_is_the_derivative_of_the_value(kind):
    surface = SURFACES[kind]()
    for point in np.random.default_rng(2).standard_normal((20, 2)):
        expected = complex_step(lambda p, s=surface: s.value(p[0], p[1]), point)
        assert_close(surface.gradient(point[0], point[1]), expected)


@pytest.mark.parametrize("kind", sorted(SURFACES))
def test_no_place_lies_below_the_least_value(kind):
    surface = SURFACES[kind]()
    x, y = np.meshgrid(np.linspace(-2, 2, 2001), np.linspace(-1, 1, 201))
    lowest = surface.value(x, y).min()
    assert 0 <= lowest - surface.least < 1e-5


def test_the_bowl_s_walks_are_the_document_s():
    d = descend(Bowl(), [0.1, 0.5, 0.9, 1.0, 1.1], 50)
    x = d.paths[:, :, 0]
    assert (np.diff(np.abs(x[0])) < 0).all()
    assert x[1, 1] == 0.0
    assert (x[2, 1:] * x[2, :-1] < 0).all()
    assert d.values[2, -1] < 1e-7
    assert np.array_equal(np.abs(x[3]), np.full(51, 5.0))
    assert d.values[4, -1] > 1e8


def test_the_uneven_bowl_zigzags_one_way_only():
    x, y = descend(UnevenBowl(), 0.09, 10).paths[0].T
    assert (x[1:] * x[:-1] > 0).all()
    assert (y[1:] * y[:-1] < 0).all()


def test_the_upper_valley_traps_a_walk_of_small_steps():
    d = descend(TwoValleys(), [0.05, 0.15], 200)
    assert_close(d.values[0, -1], 0.2941464, SINGLE)
    assert_close(d.values[1, -1], TwoValleys.least)


def test_a_walk_needs_a_step():
    with pytest.raises(InputError, match="steps must be at least 1"):
        descend(Bowl(), 0.1, 0)
