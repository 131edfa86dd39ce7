"""Every loss: its slope against a witness, its reductions, its conventions at the edges."""

import numpy as np
import pytest

from manual import LOSSES, InputError, parse_loss
from tests.closeness import DIFFERENCED, SINGLE, assert_close
from tests.manual.witness import central_difference

RNG = np.random.default_rng(8)


def batch(kind, examples=4, features=3):
    output = RNG.uniform(0.1, 0.9, (examples, features))
    if LOSSES[kind].element_axes == 1:
        return RNG.standard_normal(output.shape), RNG.integers(features, size=examples)
    if kind == "hinge":
        return 3 * output, RNG.choice([-1.0, 1.0], output.shape)
    return output, RNG.uniform(0.1, 0.9, output.shape)


def value(loss, output, target):
    elements = loss.elements(output, target)
    return float(loss.reduce(elements.reshape(-1), loss.scale(output.shape)))


@pytest.mark.parametrize("name", [f"{k}_{r}" for k, loss in LOSSES.items() for r in loss.reductions])
def test_backward_is_the_derivative_of_the_value(name):
    loss = parse_loss(name)
    output, target = batch(loss.kind)
    expected = central_difference(lambda o: value(loss, o, target), output)
    got = loss.backward(output, target, loss.scale(output.shape))
    assert_close(got, expected, DIFFERENCED)
    assert loss.name == name


@pytest.mark.parametrize("kind", sorted(LOSSES))
def test_reductions_differ_by_what_their_names_say(kind):
    output, target = batch(kind)
    values = {r: value(LOSSES[kind](r), output, target) for r in LOSSES[kind].reductions}
    count = output.size if LOSSES[kind].element_axes == 2 else len(output)
    if "mean" in values:
        assert_close(values["sum"], values["mean"] * count)
    if "batchmean" in values:
        assert_close(values["sum"], values["batchmean"] * len(output))


def test_the_formulas_of_the_document():
    output, target = np.array([[0.7, 0.2]]), np.array([[0.85, 0.3]])
    assert_close(value(parse_loss("squared_error_mean"), output, target), (0.15**2 + 0.1**2) / 2)
    assert_close(value(parse_loss("half_squared_error_sum"), output, target), (0.15**2 + 0.1**2) / 2)
    assert_close(value(parse_loss("absolute_error_sum"), output, target), 0.25)


def test_class_ids_and_one_hot_rows_are_the_same():
    loss = parse_loss("softmax_cross_entropy_mean")
    output, ids = batch(loss.kind)
    one_hot = np.eye(3)[ids]
    assert np.array_equal(loss.elements(output, ids), loss.elements(output, one_hot))
    assert np.array_equal(loss.slope(output, ids), loss.slope(output, one_hot))


def test_cross_entropy_is_right_far_out():
    loss = parse_loss("softmax_cross_entropy_sum")
    with np.errstate(all="raise", under="ignore"):
        assert value(loss, np.array([[1e4, 0.0]]), np.array([1])) == 1e4
        assert value(loss, np.array([[1e4, 0.0]]), np.array([0])) == 0.0


def test_binary_cross_entropy_bounds_its_logarithms_as_torch_does():
    loss = parse_loss("binary_cross_entropy_sum")
    output, target = np.array([[1.0, 0.0, 1.0, 0.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    assert loss.elements(output, target).tolist() == [[100.0, 100.0, 0.0, 0.0]]
    assert np.isfinite(loss.slope(output, target)).all()


def test_a_mean_of_numbers_whose_sum_overflows_is_their_mean():
    loss = parse_loss("half_squared_error_mean")
    large, small = np.full(100, 1e37, np.float32), np.arange(100, dtype=np.float32)
    with np.errstate(over="ignore"):
        assert_close(loss.reduce(large, 0.01), np.float32(1e37), SINGLE)
        out = np.empty(2, np.float32)
        together = loss.reduce(np.stack([large, small]), 0.01, out)
        assert np.isinf(loss.reduce(np.array([np.inf, 1.0]), 0.5))
    assert together is out
    assert together[1] == loss.reduce(small, 0.01)


def test_absolute_error_takes_slope_0_at_its_kink():
    assert parse_loss("absolute_error_sum").slope(np.array([[0.5]]), np.array([[0.5]])) == 0.0


@pytest.mark.parametrize(
    ("name", "target", "message"),
    [
        ("half_squared_error_sum", np.zeros((4, 2)), r"of shape \(4, 3\)"),
        ("binary_cross_entropy_sum", np.full((4, 3), 1.5), r"within \[0, 1\]"),
        ("softmax_cross_entropy_sum", np.array([0, 1, 2, 3]), "class ids from 0 to 2"),
        ("softmax_cross_entropy_sum", np.array([0, 1]), r"of shape \(4,\)"),
        ("softmax_cross_entropy_sum", np.full((4, 3), 0.5), "sum to 1"),
    ],
)
def test_a_target_that_does_not_fit_is_said_so(name, target, message):
    with pytest.raises(InputError, match=message):
        parse_loss(name).check_target(target, (4, 3))


def test_an_unknown_loss_gets_a_suggestion():
    with pytest.raises(InputError, match="did you mean 'half_squared_error_sum'"):
        parse_loss("half_square_error_sum")
