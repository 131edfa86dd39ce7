"""Step by step: right traces agree, and each of the mistakes that people make is caught at its own step."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import manual
from manual import Linear, Penalty, Sigmoid
from torchref.random_cases import random_case
from torchref.steps import judge, roots
from torchref.verdict import Verdict


class FlatSigmoid(Sigmoid):
    """A sigmoid whose slope was forgotten."""

    def backward(self, grad_output, output, out=None):
        return np.positive(grad_output, out=out)


class UnsummedBias(Linear):
    """A shared bias whose gradient takes the first neuron's part alone."""

    def grad_bias(self, grad_output, out=None):
        return np.add.reduce(grad_output[..., :1], axis=-2, out=out)


class FactorlessL2(Penalty):
    """An L2 term whose gradient lost its factor."""

    def gradient(self, parameter):
        return parameter


def with_layer(case, place, layer):
    layers = list(case.network.layers)
    layers[place] = layer
    return replace(case, network=manual.Network(tuple(layers)))


def root_names(case, trace):
    return [step.name for step in roots(judge(case, trace))]


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_right_traces_agree_at_every_step(seed, number):
    case = random_case(seed, number).case
    steps = judge(case, manual.run(case))
    assert {step.verdict for step in steps} == {Verdict.AGREES}
    assert [step.name for step in steps] == list(manual.run(case))


def test_a_slope_dropped_in_the_hidden_layer_is_found_there():
    case = manual.document.example()
    trace = manual.run(with_layer(case, 1, FlatSigmoid()))
    steps = {step.name: step for step in judge(case, trace)}
    assert root_names(case, trace) == ["backward/linear0"]
    assert steps["backward/linear0"].function == "sigmoid1.backward"
    assert steps["gradient/linear0.weight"].verdict is Verdict.CONSISTENT
    assert steps["gradient/linear2.weight"].verdict is Verdict.AGREES
    # What a look at the loss after the update would have to see:
    after = manual.run(replace(case, parameters={n: trace[f"updated/{n}"] for n in case.parameters}))
    right = manual.run(case)
    after_right = manual.run(replace(case, parameters={n: right[f"updated/{n}"] for n in case.parameters}))
    assert abs(after["loss"] - after_right["loss"]) < 1e-4


def test_already_updated_weights_in_the_hidden_delta_are_found_there():
    case = manual.document.example()
    trace = dict(manual.run(case))
    late = replace(case, parameters={**case.parameters, "linear2.weight": trace["updated/linear2.weight"]})
    wrong = trace["backward/linear2"] @ late.parameters["linear2.weight"]
    y = trace["forward/sigmoid1"]
    trace["backward/sigmoid1"] = wrong
    trace["backward/linear0"] = wrong * (y * (1 - y))
    trace["backward/input"] = trace["backward/linear0"] @ case.parameters["linear0.weight"]
    trace["gradient/linear0.weight"] = trace["backward/linear0"].T @ case.x
    trace["gradient/linear0.bias"] = trace["backward/linear0"].sum(keepdims=True)[0]
    trace["updated/linear0.weight"] = case.parameters["linear0.weight"] - trace["gradient/linear0.weight"]
    assert root_names(case, trace) == ["backward/sigmoid1"]
    verdicts = {step.name: step.verdict for step in judge(case, trace)}
    assert verdicts["updated/linear0.weight"] is Verdict.CONSISTENT
    assert verdicts["updated/linear2.weight"] is Verdict.AGREES


def test_a_shared_bias_whose_gradient_is_not_summed_is_found_there():
    case = manual.document.example()
    trace = manual.run(with_layer(case, 2, UnsummedBias(2, 2, "shared")))
    assert root_names(case, trace) == ["gradient/linear2.bias"]


def deep_sigmoid_case(dtype=np.float64):
    rng = np.random.default_rng(12)
    layers = []
    for i, o in zip([5, 7, 4, 6, 5, 7, 4, 6, 5, 7, 4, 6], [7, 4, 6, 5, 7, 4, 6, 5, 7, 4, 6, 3], strict=True):
        layers += [Linear(i, o), Sigmoid()]
    network = manual.Network(tuple(layers))
    parameters = {
        name: 0.1 * rng.standard_normal(shape) / np.sqrt(shape[-1]) for name, shape in network.parameter_shapes.items()
    }
    case = manual.Case(
        network,
        parameters,
        rng.standard_normal((8, 5)),
        rng.random((8, 3)),
        manual.HalfSquaredError("mean"),
        manual.SGD(),
    )
    return case.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_set_to_0_in_a_12_layer_sigmoid_network_are_found(dtype):
    case = deep_sigmoid_case(dtype)
    trace = dict(manual.run(case))
    first = trace["gradient/linear0.weight"]
    assert 0 < np.abs(first).max() < 1e-15  # an absolute tolerance of 1e-8 passes zeros here
    trace["gradient/linear0.weight"] = np.zeros_like(first)
    assert np.allclose(trace["gradient/linear0.weight"], first)
    assert root_names(case, trace)[:1] == ["gradient/linear0.weight"]


def test_l2_without_its_factor_is_found_there():
    case = replace(manual.document.example(), penalty=Penalty(l2=0.5))
    trace = manual.run(replace(case, penalty=FactorlessL2(l2=0.5)))
    assert root_names(case, trace) == ["gradient/linear0.weight", "gradient/linear2.weight"]


def test_a_missing_quantity_is_missing_and_the_rest_is_judged():
    case = manual.document.example()
    trace = dict(manual.run(case))
    del trace["backward/linear2"]
    verdicts = {step.name: step.verdict for step in judge(case, trace)}
    assert verdicts.pop("backward/linear2") is Verdict.MISSING
    assert set(verdicts.values()) == {Verdict.AGREES}


def test_a_wrong_shape_is_not_broadcast():
    case = manual.document.example()
    trace = dict(manual.run(case))
    trace["gradient/linear2.weight"] = trace["gradient/linear2.weight"][:1]
    verdicts = {step.name: step.verdict for step in judge(case, trace)}
    assert verdicts["gradient/linear2.weight"] is Verdict.WRONG_SHAPE


def test_two_mistakes_are_two_roots():
    case = manual.document.example()
    trace = manual.run(with_layer(with_layer(case, 1, FlatSigmoid()), 3, FlatSigmoid()))
    assert root_names(case, trace) == ["backward/linear2", "backward/linear0"]


def test_a_changed_frozen_parameter_is_found():
    case = manual.document.example()
    trace = dict(manual.run(case))
    trace["updated/linear0.bias"] = trace["updated/linear0.bias"] + 1e-15
    assert root_names(case, trace) == ["updated/linear0.bias"]
