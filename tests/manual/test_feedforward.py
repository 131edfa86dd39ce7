"""Layers of images and features: their derivatives against a witness, torch's corners, and their use of buffers."""

from dataclasses import replace
from inspect import signature

import numpy as np
import pytest

import manual
from manual import InputError, Network
from manual.layers.avg_pool import AvgPool
from manual.layers.batch_norm import BatchNorm
from manual.layers.conv import Conv
from manual.layers.conv_transpose import ConvTranspose
from manual.layers.dropout import Dropout
from manual.layers.embedding import Embedding
from manual.layers.max_pool import MaxPool
from manual.step import Step
from tests.closeness import DIFFERENCED, assert_close
from tests.feedforward import LAYERS, case_of, layer_case, output
from tests.manual.witness import central_difference


def loss_with(case, name, value):
    """The loss when x or a parameter has another value."""
    changed = replace(case, x=value) if name == "x" else replace(case, parameters={**case.parameters, name: value})
    return float(manual.run(changed)["loss"])


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_the_derivatives_of_the_output(name):
    case = layer_case(name)
    trace = manual.run(case)
    for of, given in {"x": case.x, **case.parameters}.items():
        if given.dtype.kind != "f":
            continue
        got = trace["backward/input" if of == "x" else f"gradient/{of}"]
        expected = central_difference(lambda value, of=of: loss_with(case, of, value), given)
        size = max(np.abs(expected).max(), abs(float(trace["loss"])))  # differences of the loss round to its size
        assert np.abs(got - expected).max() <= DIFFERENCED * size, of


@pytest.mark.parametrize("name", LAYERS)
def test_zero_upstream_gives_zero_and_inputs_are_unchanged(name):
    case = layer_case(name)
    before = {key: value.copy() for key, value in {"x": case.x, **case.given}.items()}
    trace = manual.run(replace(case, target=np.zeros_like(case.target)))
    back = [value for path, value in trace.items() if path.startswith(("backward/", "gradient/"))]
    assert not any(value.any() for value in back)
    assert all(np.array_equal(value, before[key]) for key, value in {"x": case.x, **case.given}.items())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_two_runs_give_the_same_bits_and_dtypes_stay(name, dtype):
    case = layer_case(name, dtype)
    first, second = manual.run(case), manual.run(case)
    assert all(value.dtype == dtype for value in first.values())
    assert all(np.array_equal(value, second[path]) for path, value in first.items())


@pytest.mark.parametrize("name", LAYERS)
def test_functions_without_buffers_give_the_same_bits(name):
    """Each function called by itself, with no array to write to, gives what the step's calls wrote."""
    case = layer_case(name)
    step, trace = Step(case), manual.run(case)
    step.run()
    (node,), (own,) = case.network.nodes, step.layers
    scratch = node.layer.scratch_shapes(case.x.shape)
    arrays = {key: value for key, value in own.items() if key not in scratch}
    paths = {"forward": f"forward/{node.name}", "backward": "backward/input"}
    paths |= {f"grad_{p}": f"gradient/{node.name}.{p}" for p in node.layer.parameter_shapes()}
    for function, path in paths.items():
        if path in trace:
            names = signature(getattr(node.layer, function)).parameters
            given = {key: value for key, value in arrays.items() if key in names}
            assert np.array_equal(getattr(node.layer, function)(**given), trace[path]), function


@pytest.mark.parametrize("name", LAYERS)
def test_many_rates_are_bit_for_bit_one_at_a_time(name):
    """A leading axis gives each slice its own bits, also where it is the first layer, whose input has none."""
    layer, shape = LAYERS[name]
    if layer.takes_ids:
        network = Network((layer,))
    else:
        after = layer.output_shape(shape[1:])
        network = Network((layer, manual.Sigmoid(), layer if after == shape[1:] else manual.Tanh()))
    case = case_of(network, shape)
    if not case.parameters:
        return
    together = manual.train(case, [0.01, 0.1, 1.0], 3, keep=[0, 1, 3])
    for k, rate in enumerate([0.01, 0.1, 1.0]):
        alone = manual.train(case, [rate], 3, keep=[0, 1, 3])
        assert np.array_equal(together.loss[k], alone.loss[0])
        for parameter, values in together.parameters.items():
            assert np.array_equal(values[k], alone.parameters[parameter][0]), parameter


def test_training_goes_on_with_the_running_statistics():
    case = layer_case("batch_norm2d")
    history = manual.train(case, [0.1], 2, keep=[0, 1, 2])
    now = case
    for t in range(2):
        trace = manual.run(now)
        states = {name: trace[f"state/{name}"] for name in case.states}
        now = replace(now, parameters={n: trace[f"updated/{n}"] for n in case.parameters}, states=states)
        for name, value in now.parameters.items():
            assert np.array_equal(history.parameters[name][0, t + 1], value)


def image(rows):
    return np.array([[rows]], float)


def test_the_convolution_that_d2l_prints():
    case = case_of(
        Network((Conv(1, 1, (2, 2), bias=False),)),
        (1, 1, 3, 3),
        x=image([[0, 1, 2], [3, 4, 5], [6, 7, 8]]),
        parameters={"conv0.weight": image([[0, 1], [2, 3]])},
    )
    assert output(case).tolist() == [[[[19.0, 25.0], [37.0, 43.0]]]]


def test_of_equally_large_numbers_the_first_gets_the_gradient():
    case = case_of(Network((MaxPool((2, 2), 1),)), (1, 1, 2, 3), x=np.ones((1, 1, 2, 3)), target=image([[2.0, 3.0]]))
    assert manual.run(case)["backward/input"].tolist() == [[[[2.0, 3.0, 0.0], [0.0, 0.0, 0.0]]]]


def test_padding_is_never_the_largest_number():
    case = case_of(Network((MaxPool((3,), 2, 1),)), (1, 1, 4), x=-np.arange(1.0, 5.0).reshape(1, 1, 4))
    assert output(case).tolist() == [[[-1.0, -2.0]]]


def test_what_the_stride_leaves_over_at_the_edge_gets_no_gradient():
    case = case_of(Network((AvgPool((2,), 2),)), (2, 3, 5))
    trace = manual.run(case)
    assert trace["forward/avg_pool0"].shape == (2, 3, 2)
    assert not trace["backward/input"][..., 4].any()
    assert trace["backward/input"][..., :4].all()


def test_padding_larger_than_the_kernel_needs_gives_the_bias_alone_there():
    case = case_of(Network((Conv(2, 3, (2, 2), padding=3),)), (2, 2, 3, 4))
    corner = output(case)[:, :, 0, 0]
    assert np.array_equal(corner, np.broadcast_to(case.parameters["conv0.bias"], corner.shape))


@pytest.mark.parametrize(("p", "scale"), [(0.0, 1.0), (1.0, 0.0)])
def test_dropout_of_nothing_keeps_the_mask_s_numbers_and_of_everything_none(p, scale):
    case = case_of(Network((Dropout(p),)), (3, 4))
    trace, mask = manual.run(case), case.states["dropout0.mask"]
    assert np.array_equal(trace["forward/dropout0"], case.x * mask * scale)
    assert np.array_equal(trace["backward/input"], case.target * mask * scale)


def test_repeated_ids_add_up_and_others_have_no_gradient():
    ids = np.array([[1, 3, 1], [1, 0, 3]])
    case = case_of(Network((Embedding(5, 2),)), (2, 3), x=ids)
    gradient = manual.run(case)["gradient/embedding0.weight"]
    g = case.target
    assert_close(gradient[1], g[0, 0] + g[0, 2] + g[1, 0])
    assert_close(gradient[3], g[0, 1] + g[1, 2])
    assert not gradient[[2, 4]].any()
    assert "backward/input" not in manual.run(case)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (BatchNorm(3, 0), (1, 3), "more than one value a channel in training"),
        (BatchNorm(3, 2), (1, 3, 1, 1), "more than one value a channel in training"),
        (BatchNorm(3, 2), (2, 4, 3, 3), r"of shape \(N, 3\) and 2 more"),
        (Conv(3, 4, (3, 3)), (2, 2, 5, 5), r"conv: x must be of shape \(N, 3, H, W\)"),
        (Conv(3, 4, (5,)), (2, 3, 4), "at least as large as the kernel"),
        (MaxPool((2, 2)), (2, 3, 4), "of shape"),
        (ConvTranspose(2, 2, (1,), padding=2), (2, 2, 3), "at least one place"),
    ],
)
def test_a_batch_that_cannot_enter_is_said_so(layer, shape, message):
    with pytest.raises(InputError, match=message):
        case_of(Network((layer,)), shape)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv(3, 4, (3, 3), groups=2), "groups must be a divisor"),
        (lambda: Conv(3, 4, (3, 3), stride=(1, 2, 3)), "stride must be 2 integers"),
        (lambda: MaxPool((2, 2), padding=2), "at most half of the window"),
        (lambda: AvgPool((3,), padding=2), "at most half of the window"),
        (lambda: ConvTranspose(2, 2, (3,), output_padding=1), "below the stride or the dilation"),
        (lambda: Dropout(1.5), r"within \[0, 1\]"),
    ],
)
def test_settings_that_torch_refuses_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_states_must_be_all_there_and_of_their_shape():
    case = layer_case("dropout")
    with pytest.raises(InputError, match=r"the state dropout0.mask must be given, of shape \(3, 4, 5\) and boolean"):
        replace(case, states={})
    with pytest.raises(InputError, match="and boolean"):
        replace(case, states={"dropout0.mask": np.ones((3, 4, 5))})
    with pytest.raises(InputError, match=r"did you mean 'dropout0\.mask'"):
        replace(case, states={"dropout0.mark": np.ones((3, 4, 5), bool)})
    with pytest.raises(InputError, match="ids from 0 to 4"):
        replace(layer_case("embedding"), x=np.full((4, 7), 5))
    with pytest.raises(InputError, match="x must be integers"):
        replace(layer_case("embedding"), x=np.zeros((4, 7)))
