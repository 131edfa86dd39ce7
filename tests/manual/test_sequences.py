"""Layers of sequences: their derivatives against a witness, what time and masks promise, and their use of buffers."""

from dataclasses import replace

import numpy as np
import pytest

import manual
from manual import InputError, Network
from manual.blocks import Concatenated, DotProduct, Skip
from manual.layers.attention import Attention
from manual.layers.concat import Concat
from manual.layers.gru import GRU
from manual.layers.lstm import LSTM
from manual.layers.multi_head_attention import MultiHeadAttention
from manual.layers.positionwise_linear import PositionwiseLinear
from manual.layers.rnn import RNN
from manual.losses.inner_product import InnerProduct
from tests.closeness import DIFFERENCED, assert_close
from tests.manual.witness import central_difference
from tests.sequences import NETWORKS, case_of, sequence_case

WHOLE = [name for name in NETWORKS if "truncated" not in name]
TRUNCATED = [name for name in NETWORKS if "truncated" in name]


def loss_with(case, name, value):
    """The loss when x, a parameter or a state has another value."""
    if name == "x":
        return float(manual.run(replace(case, x=value))["loss"])
    field = "parameters" if name in case.parameters else "states"
    return float(manual.run(replace(case, **{field: {**getattr(case, field), name: value}}))["loss"])


def gradients_of(case):
    """Every gradient that the step names, by what it is of."""
    trace = manual.run(case)
    found = {name.removeprefix("gradient/"): value for name, value in trace.items() if name.startswith("gradient/")}
    return {"x": trace["backward/input"], **found}


@pytest.mark.parametrize("name", WHOLE)
def test_gradients_are_the_derivatives_of_the_loss(name):
    case = sequence_case(name)
    given = {"x": case.x, **case.given}
    for of, gradient in gradients_of(case).items():
        expected = central_difference(lambda value, of=of: loss_with(case, of, value), given[of])
        size = max(np.abs(expected).max(), float(manual.run(case)["loss"]))  # differences of the loss round to its size
        assert np.abs(gradient - expected).max() <= DIFFERENCED * size, of


@pytest.mark.parametrize("make", [RNN, LSTM, GRU])
def test_truncated_gradients_are_those_of_the_parts_alone(make):
    """What is cut off is a constant: the gradient is the sum of those of each part, started from the state before."""
    case = case_of(Network((make(4, 5, True, 3),)), (3, 8, 4), loss=InnerProduct("sum"))
    whole = replace(case, network=Network((make(4, 5),)))
    trace, name = manual.run(whole), whole.network.names[0]
    total, grad_x = {}, []
    for start in (0, 3, 6):
        at = slice(start, start + 3)
        letters = [state.rpartition(".")[2][0] for state in case.states]
        states = {f"{name}.{s}0": trace[f"forward/{name}.{s}"][:, start - 1] for s in letters} if start else case.states
        part = replace(whole, x=case.x[:, at], target=case.target[:, at], states=states)
        gradients = gradients_of(part)
        grad_x.append(gradients["x"])
        for of in case.parameters:
            total[of] = total.get(of, 0) + gradients[of]
    got = gradients_of(case)
    assert_close(got["x"], np.concatenate(grad_x, axis=1))
    for of, expected in total.items():
        assert_close(got[of], expected)
    assert np.abs(got[f"{name}.weight_hh"] - gradients_of(whole)[f"{name}.weight_hh"]).max() > 1e-3


@pytest.mark.parametrize("name", NETWORKS)
def test_zero_upstream_gives_zero(name):
    case = sequence_case(name, loss=InnerProduct("sum"))
    trace = manual.run(replace(case, target=np.zeros_like(case.target)))
    back = [value for path, value in trace.items() if path.startswith(("backward/", "gradient/"))]
    assert len(back) > 3
    assert not any(value.any() for value in back)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NETWORKS)
def test_inputs_are_unchanged_and_dtypes_stay(name, dtype):
    case = sequence_case(name, dtype)
    before = {path: array.copy() for path, array in case.given.items()}
    trace = manual.run(case)
    assert {value.dtype for value in trace.values()} == {np.dtype(dtype)}
    assert all(np.array_equal(case.given[path], value) for path, value in before.items())
    assert all(np.array_equal(trace[path], value) for path, value in manual.run(case).items())


@pytest.mark.parametrize("name", NETWORKS)
def test_training_at_many_rates_gives_each_its_own_bits(name):
    case = sequence_case(name)
    together = manual.train(case, [0.1, 0.03, 0.3], 4)
    for place, rate in enumerate((0.1, 0.03, 0.3)):
        alone = manual.train(case, [rate], 4)
        assert np.array_equal(together.loss[place], alone.loss[0])
        for parameter, values in alone.parameters.items():
            assert np.array_equal(together.parameters[parameter][place], values[0]), parameter
    assert (together.loss[:, -1] < together.loss[:, 0]).all()


@pytest.mark.parametrize("make", [RNN, LSTM, GRU])
def test_many_to_one_is_the_last_of_many_to_many(make):
    case = case_of(Network((make(4, 5),)), (3, 7, 4))
    name = case.network.names[0]
    last = replace(case, network=Network((make(4, 5, False),)), target=case.target[:, -1])
    assert np.array_equal(manual.run(last)[f"forward/{name}"], manual.run(case)[f"forward/{name}"][:, -1])


def test_a_query_that_may_look_nowhere_gets_nothing_and_sends_nothing_back():
    case = case_of(Network((DotProduct((), (), (), causal=True, padding=True),)), (3, 7, 4))
    mask = np.zeros((3, 7), bool)
    mask[:, 0] = True  # the first query may look at the first key alone
    trace = manual.run(replace(case, states={"attention0.padding_mask": mask}))
    assert not trace["forward/attention0"][:, 0].any()
    assert not trace["forward/attention0.weights"][:, 0].any()
    assert not trace["backward/attention0.scores"][:, 0].any()
    assert_close(trace["forward/attention0.weights"][:, 1:].sum(axis=-1), np.ones((3, 6)))


def test_causal_outputs_do_not_see_what_comes_after():
    case = sequence_case("heads, masked")
    later = case.x.copy()
    later[:, 4:] += 1.0
    before, after = (manual.run(replace(case, x=x))["forward/multi_head_attention0"] for x in (case.x, later))
    assert np.array_equal(before[:, :4], after[:, :4])
    assert not np.array_equal(before[:, 4:], after[:, 4:])


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"x must be of shape \(N, T, 4\) \(got \(N, 7, 3\)\)"):
        LSTM(4, 5).output_shape((7, 3))
    with pytest.raises(InputError, match="did you mean 'tanh'"):
        RNN(4, 5, nonlinearity="tan")
    with pytest.raises(InputError, match="truncate must be at least"):
        GRU(4, 5, True, -1)
    with pytest.raises(InputError, match="biases must be 0, 1 or 2"):
        LSTM(4, 5, biases=3)
    with pytest.raises(InputError, match="multiple of heads"):
        MultiHeadAttention(7, 2)
    with pytest.raises(InputError, match=r"of shape \(N, T, 6\)"):
        MultiHeadAttention(6, 2).output_shape((7, 5))
    with pytest.raises(InputError, match=r"q \(N, T, d\)"):
        Attention().output_shape(((7, 4), (6, 4), (5, 3)))
    with pytest.raises(InputError, match=r"of shape \(N, T, 3\)"):
        PositionwiseLinear(3, 2).output_shape((3,))
    with pytest.raises(InputError, match="of the shape of x"):
        Network((Skip((PositionwiseLinear(3, 2),)),)).shapes((7, 3))
    with pytest.raises(InputError, match="of one shape but along axis -1"):
        Network((Concatenated(((LSTM(3, 2, False),), (PositionwiseLinear(3, 2),))),)).shapes((7, 3))
    with pytest.raises(InputError, match="counted from the end"):
        Concat(1)
    with pytest.raises(InputError, match="at least 1"):
        PositionwiseLinear(0, 2)
