"""Activations: each against torch and against its complex form, far out, at its kinks, with its settings."""

from inspect import signature

import numpy as np
import pytest
import torch

from manual import LAYERS, InputError
from tests.closeness import ROUNDED, SINGLE, assert_close
from tests.manual.complex_forms import FORMS
from tests.manual.witness import complex_step
from torchref import twin
from torchref.random_parts import SETTINGS, activations, random_activation

RNG = np.random.default_rng(9)
# The edges: zeros of both signs, bounds and thresholds, and numbers at which an exponential overflows.
EDGES = np.array([0.0, -0.0, 1.0, -1.0, 20.0, -20.0, 88.8, -88.8, 745.0, -745.0, 1000.0, -1000.0, 1e4, -1e4])


def layers():
    return [LAYERS[kind]() for kind in activations()] + [random_activation(RNG, kind) for kind in activations()]


def backward(layer, grad_output, x):
    arrays = {"x": x, "output": layer.forward(x)}
    return layer.backward(grad_output, **{n: arrays[n] for n in signature(layer.backward).parameters if n in arrays})


def theirs(layer, x, grad_output):
    leaf = torch.tensor(x, requires_grad=True)
    output = twin.build_layer(layer)(leaf)
    (grad,) = torch.autograd.grad(output, leaf, torch.tensor(grad_output))
    return output.detach().numpy(), grad.numpy()


def test_every_activation_has_its_complex_form():
    assert set(FORMS) == set(activations())
    assert {kind for kind in SETTINGS if kind in LAYERS} <= set(activations())


@pytest.mark.parametrize("layer", layers(), ids=str)
def test_it_is_torch_s_and_its_derivative_is(layer):
    x, g = RNG.standard_normal((7, 5)) * 3, RNG.standard_normal((7, 5))
    output, grad = theirs(layer, x, g)
    assert_close(layer.forward(x), output)
    assert_close(backward(layer, g, x), grad)


@pytest.mark.parametrize("layer", layers(), ids=str)
def test_backward_is_the_derivative_of_its_complex_form(layer):
    x, g = RNG.standard_normal((3, 5)) * 1.5, RNG.standard_normal((3, 5))
    expected = complex_step(lambda z: (g * FORMS[layer.kind](layer, z)).sum(), x)
    assert_close(backward(layer, g, x), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layer", layers(), ids=str)
def test_it_is_right_far_out_and_takes_kinks_as_torch_does(layer, dtype):
    x = np.tile(EDGES.astype(dtype), (2, 1))
    for value in (getattr(layer, "low", None), getattr(layer, "high", None)):
        x[0, 0] = x[0, 0] if value is None else value
    g = RNG.standard_normal(x.shape).astype(dtype)
    output, grad = theirs(layer, x.astype(np.float64), g.astype(np.float64))
    with np.errstate(all="raise", under="ignore"):
        got, got_grad = layer.forward(x), backward(layer, g, x)
    tolerance = SINGLE if dtype == np.float32 else ROUNDED
    scale = np.maximum(np.abs(output), 1.0)
    assert_close(got / scale, output / scale, tolerance)
    assert_close(got_grad, grad, tolerance)


@pytest.mark.parametrize(
    ("kind", "x", "slope"),
    [("leaky_relu", 0.0, 0.01), ("elu", 0.0, 1.0), ("hardtanh", 1.0, 0.0), ("hardtanh", -1.0, 0.0), ("relu", 0.0, 0.0)],
)
def test_kinks_are_a_convention(kind, x, slope):
    assert backward(LAYERS[kind](), np.array([[1.0]]), np.array([[x]])) == slope


def test_softplus_is_the_identity_beyond_its_threshold():
    layer, x = LAYERS["softplus"](threshold=3.0), np.array([[2.9, 3.0, 3.1]])
    assert layer.forward(x)[0].tolist()[2] == 3.1
    assert backward(layer, np.ones_like(x), x)[0, 2] == 1.0
    assert (layer.forward(x)[0, :2] > x[0, :2]).all()


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("leaky_relu", {"slope": np.nan}, "slope must be finite"),
        ("elu", {"alpha": 0.0}, "alpha must be finite and above 0"),
        ("softplus", {"beta": -1.0}, "beta and threshold must be"),
        ("hardtanh", {"low": 1.0, "high": 1.0}, "low must be below high"),
    ],
)
def test_a_setting_that_cannot_be_is_said_so(kind, settings, message):
    with pytest.raises(InputError, match=message):
        LAYERS[kind](**settings)
