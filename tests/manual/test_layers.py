"""Every layer: its derivatives against a witness that knows none, its stability, and its use of buffers."""

import numpy as np
import pytest

from manual import LAYERS, InputError, Linear, Sigmoid, Softmax
from tests.closeness import assert_close
from tests.manual.complex_forms import FORMS
from tests.manual.witness import complex_step

RNG = np.random.default_rng(7)
ACTIVATIONS = sorted(FORMS)


def arrays_of(layer, x, grad_output=None):
    own = {name: RNG.standard_normal(shape) for name, shape in layer.parameter_shapes().items()}
    arrays = {**own, "x": x}
    arrays["output"] = call(layer, "forward", arrays)
    arrays["grad_output"] = RNG.standard_normal(arrays["output"].shape) if grad_output is None else grad_output
    return arrays


def call(layer, function, arrays):
    from inspect import signature

    method = getattr(layer, function)
    return method(**{name: arrays[name] for name in signature(method).parameters if name in arrays})


def complex_forward(layer, arrays, name):
    """Σ g·output as a function of one of the arrays, in complex numbers."""

    def f(value):
        if layer.kind in FORMS:
            return (arrays["grad_output"] * FORMS[layer.kind](layer, value)).sum()
        return (arrays["grad_output"] * call(layer, "forward", {**arrays, name: value})).sum()

    return f


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_activation_backward_is_its_derivative(kind):
    layer = LAYERS[kind]()
    arrays = arrays_of(layer, RNG.standard_normal((3, 5)) * 2)
    expected = complex_step(complex_forward(layer, arrays, "x"), arrays["x"])
    assert_close(call(layer, "backward", arrays), expected)


@pytest.mark.parametrize("bias", ["neuron", "shared", "none"])
def test_linear_derivatives_are_those_of_its_forward(bias):
    layer = Linear(3, 5, bias)
    arrays = arrays_of(layer, RNG.standard_normal((4, 3)))
    for name, function in {"x": "backward", **{p: f"grad_{p}" for p in layer.parameter_shapes()}}.items():
        expected = complex_step(complex_forward(layer, arrays, name), arrays[name])
        assert_close(call(layer, function, arrays), expected)


def test_the_witness_sees_a_wrong_derivative():
    layer = Sigmoid()
    arrays = arrays_of(layer, RNG.standard_normal((3, 5)))
    expected = complex_step(complex_forward(layer, arrays, "x"), arrays["x"])
    assert np.abs(1.001 * call(layer, "backward", arrays) - expected).max() > 1e-5


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_zero_upstream_gives_zero_and_inputs_are_unchanged(kind):
    layer, x = LAYERS[kind](), RNG.standard_normal((4, 3))
    arrays = arrays_of(layer, x, np.zeros((4, 3)))
    before = {name: array.copy() for name, array in arrays.items()}
    assert not call(layer, "backward", arrays).any()
    assert all(np.array_equal(arrays[name], before[name]) for name in before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["linear", *ACTIVATIONS])
def test_buffers_give_the_same_bits_and_dtypes_stay(kind, dtype):
    layer = Linear(3, 3) if kind == "linear" else LAYERS[kind]()
    arrays = arrays_of(layer, RNG.standard_normal((4, 3)))
    arrays = {name: array.astype(dtype) for name, array in arrays.items()}
    for function in ("forward", "backward"):
        fresh = call(layer, function, arrays)
        out = np.full_like(fresh, np.nan)
        assert fresh.dtype == dtype
        assert call(layer, function, {**arrays, "out": out}) is out
        assert np.array_equal(out, fresh)


def test_sigmoid_is_right_far_out():
    with np.errstate(all="raise", under="ignore"):
        y = Sigmoid().forward(np.array([-1000.0, -745.0, -40.0, 0.0, 40.0, 1000.0]))
    assert y[0] == 0.0
    assert y[-1] == 1.0
    assert y[3] == 0.5
    assert abs(y[2] - 4.248354255291589e-18) < 1e-32  # digits, not 0


def test_softmax_is_right_far_out():
    with np.errstate(all="raise", under="ignore"):
        y = Softmax().forward(np.array([[1e4, 1e4, 0.0], [-1e4, -1e4 - 1, -2e4]]))
    assert np.array_equal(y[0], [0.5, 0.5, 0.0])
    assert_close(y.sum(axis=1), np.ones(len(y)))
    assert_close(y[1, 0] / y[1, 1], np.e)


@pytest.mark.parametrize("kind", ["linear", *ACTIVATIONS])
def test_a_leading_axis_gives_each_slice_its_own_bits(kind):
    layer = Linear(3, 4) if kind == "linear" else LAYERS[kind]()
    stack = [arrays_of(layer, RNG.standard_normal((5, 3))) for _ in range(6)]
    together = {name: np.stack([arrays[name] for arrays in stack]) for name in stack[0]}
    functions = ["forward", "backward", *(f"grad_{p}" for p in layer.parameter_shapes())]
    for function in functions:
        result = call(layer, function, together)
        for k, arrays in enumerate(stack):
            assert np.array_equal(result[k], call(layer, function, arrays)), function


def test_linear_says_what_is_wrong_with_its_input():
    with pytest.raises(InputError, match=r"x must be of shape \(N, 3\) \(got \(N, 4\)\)"):
        Linear(3, 2).output_shape((4,))
    with pytest.raises(InputError, match="did you mean 'shared'"):
        Linear(3, 2, "share")
    with pytest.raises(InputError, match="at least 1"):
        Linear(0, 2)
