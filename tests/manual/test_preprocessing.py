"""Preprocessing: what each transform promises of the fitted set, and clear words for columns that cannot be scaled."""

import numpy as np
import pytest

from manual import InputError
from manual.preprocessing import MinMax, Standardise, Whiten

RNG = np.random.default_rng(4)


def data(n=60, d=4):
    return RNG.standard_normal((n, d)) @ RNG.standard_normal((d, d)) * np.array([1, 10, 0.1, 5]) + 100


def test_standardise_gives_mean_0_and_deviation_1():
    z = Standardise.fit(x := data()).apply(x)
    assert np.abs(z.mean(axis=0)).max() < 1e-11
    assert np.abs(z.std(axis=0) - 1).max() < 1e-12


def test_min_max_fills_0_to_1():
    z = MinMax.fit(x := data()).apply(x)
    assert np.array_equal(z.min(axis=0), np.zeros(4))
    assert np.array_equal(z.max(axis=0), np.ones(4))


@pytest.mark.parametrize("kind", ["pca", "zca"])
def test_whitened_columns_are_uncorrelated_and_of_variance_1(kind):
    z = Whiten.fit(x := data(), kind).apply(x)
    assert np.abs(z.T @ z / len(z) - np.eye(4)).max() < 1e-9


def test_zca_turns_nothing_and_pca_orders_by_variance():
    x = data()
    matrix = Whiten.fit(x, "zca").matrix
    assert np.abs(matrix - matrix.T).max() < 1e-9
    lengths = np.linalg.norm(Whiten.fit(x, "pca").matrix, axis=0)
    assert (np.diff(lengths) > 0).all()


@pytest.mark.parametrize("transform", [Standardise, MinMax, Whiten])
def test_a_transform_is_fitted_on_one_set_and_applied_to_another(transform):
    fitted, other = data(), data(5)
    z = transform.fit(fitted).apply(other)
    together = transform.fit(fitted).apply(np.concatenate((fitted, other)))
    assert np.abs(together[-5:] - z).max() < 1e-12
    assert np.abs(transform.fit(other + 1).apply(other) - z).max() > 0.1


@pytest.mark.parametrize("transform", [Standardise, MinMax])
def test_a_constant_column_is_an_error_or_becomes_0(transform):
    x = data()
    x[:, 2] = 0.1  # its computed mean is not exactly 0.1
    with pytest.raises(
        InputError, match=r"column 2 must be more than one value.*got 0.1 in every row.*constant=\"zero\""
    ):
        transform.fit(x)
    z = transform.fit(x, constant="zero").apply(x)
    assert np.array_equal(z[:, 2], np.zeros(60))
    assert np.isfinite(z).all()


@pytest.mark.parametrize(
    "change",
    [
        lambda x: np.concatenate((x, x[:, :1] + x[:, 1:2]), axis=1),
        lambda x: np.concatenate((x, np.full((60, 1), 0.1)), axis=1),
        lambda x: x[:4],
    ],
    ids=["a column that others add up to", "a constant column", "too few examples"],
)
def test_a_set_of_deficient_rank_is_an_error_or_takes_an_epsilon(change):
    x = change(data())
    with pytest.raises(InputError, match="pass epsilon > 0"):
        Whiten.fit(x)
    z = Whiten.fit(x, epsilon=1e-3).apply(x)
    assert np.isfinite(z).all()
    assert np.abs(z).max() < 10


@pytest.mark.parametrize("transform", [Standardise, MinMax, Whiten])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros(3), r"of shape \(N, D\)"),
        (np.empty((0, 3)), r"of shape \(N, D\)"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), "x must be finite"),
    ],
)
def test_what_is_no_data_set_is_refused(transform, x, message):
    with pytest.raises(InputError, match=message):
        transform.fit(x)


def test_another_number_of_columns_is_refused():
    with pytest.raises(InputError, match=r"of shape \(N, 4\).*got \(3, 2\)"):
        Standardise.fit(data()).apply(np.zeros((3, 2)))


def test_float32_stays_and_integers_become_floats():
    assert Standardise.fit(data().astype(np.float32)).apply(data().astype(np.float32)).dtype == np.float32
    assert MinMax.fit([[1, 2], [3, 5]]).apply([[2, 2]]).tolist() == [[0.5, 0.0]]
