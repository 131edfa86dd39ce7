"""Layers of images and features beside torch: forward, way back, gradients, updates, states; and what is inside."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import manual
import torchref
from manual import Network
from manual.layers.batch_norm import BatchNorm
from manual.layers.conv import Conv
from manual.layers.dropout import Dropout
from manual.layers.flatten import Flatten
from manual.layers.linear import Linear
from manual.layers.max_pool import MaxPool
from manual.layers.relu import ReLU
from tests.closeness import assert_close
from tests.feedforward import LAYERS, layer_case
from torchref import twin
from torchref.diagnosis import diagnose
from torchref.mistakes import MISTAKES
from torchref.mutants import mutants, trace_of
from torchref.random_cases import random_case
from torchref.steps import examine, judge
from torchref.verdict import Verdict

KINDS = {layer.kind for layer, _ in LAYERS.values()}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_every_step_agrees(name, dtype):
    case = layer_case(name, dtype)
    assert {step.verdict for step in judge(case, manual.run(case))} == {Verdict.AGREES}


@pytest.mark.parametrize("name", LAYERS)
def test_every_quantity_is_torch_s(name):
    """From end to end, by the modules of torch.nn: the pieces in which steps are judged are not asked."""
    case = layer_case(name)
    ours, theirs = manual.run(case), twin.run(case)
    for path, value in theirs.items():
        if path != "loss":  # a sum in which most cancels
            assert_close(ours[path], value)


@pytest.mark.cuda
@pytest.mark.parametrize("name", LAYERS)
def test_every_step_agrees_on_cuda(name, cuda):
    case = layer_case(name, np.float32)
    assert {step.verdict for step in judge(case, manual.run(case), cuda)} == {Verdict.AGREES}
    assert {step.verdict for step in judge(case, twin.run(case, cuda)) if step.name in twin.run(case)} == {
        Verdict.AGREES
    }


def test_torch_refuses_one_value_a_channel_too():
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        torch.nn.BatchNorm1d(3)(torch.ones(1, 3))


@pytest.mark.parametrize("family", ["convolutional", "sequence"])
def test_random_chains_give_no_alarm(family):
    for number in range(30):
        case = random_case(21, number, family=family).case
        assert {step.verdict for step in judge(case, manual.run(case))} == {Verdict.AGREES}, number


def test_chains_give_no_alarm_when_only_gradients_are_handed_over():
    for number in range(12):
        case = random_case(22, number, family="convolutional").case
        given = {name: value for name, value in manual.run(case).items() if name.startswith("gradient/")}
        assert {step.verdict for step in examine(case, given).steps} == {Verdict.AGREES, Verdict.MISSING}


def ties(case):
    """The case with values that are equal here and there, as after a ReLU."""
    return replace(case, x=np.maximum(case.x, 0.3))


CASES = {name: layer_case(name) for name in LAYERS}
CASES |= {
    "max_pool2d, ties": ties(layer_case("max_pool2d")),
    "conv2d, float32": layer_case("conv2d", np.float32),
    "batch_norm2d, float32": layer_case("batch_norm2d", np.float32),
}


def test_every_mistake_can_be_made_somewhere():
    mine = {name for name, mistake in MISTAKES.items() if KINDS.intersection(mistake.kinds)}
    made = {m.mistake.name for case in CASES.values() for m in mutants(case)}
    assert len(mine) >= 60
    assert mine - made == set()


@pytest.mark.parametrize("name", CASES)
def test_every_mutant_is_caught_at_its_step_and_named(name):
    case = CASES[name]
    for mutant in mutants(case):
        findings = diagnose(examine(case, trace_of(case, {mutant.quantity: mutant.value})))
        assert [f.step.name for f in findings] == [mutant.quantity], mutant.mistake.name
        assert mutant.mistake.name in {e.name for e in findings[0].explanations}


def test_a_wrong_step_inside_a_layer_is_found_there():
    case = layer_case("batch_norm2d")
    right = manual.run(case)
    m = right["forward/batch_norm0.var"].size * 8  # 3 examples, 4 × 2 places
    wrong = trace_of(case, {"forward/batch_norm0.var": right["forward/batch_norm0.var"] * 24 / 23})
    assert m == 24
    (finding,) = diagnose(examine(case, wrong))
    assert finding.step.name == "forward/batch_norm0.var"
    assert finding.explanations[0].name == "norm-variance-unbiased"
    verdicts = {step.name: step.verdict for step in examine(case, wrong).steps}
    assert verdicts["forward/batch_norm0.normalised"] is Verdict.CONSISTENT


def test_inner_quantities_may_be_missing():
    case = layer_case("layer_norm")
    trace = {name: value for name, value in manual.run(case).items() if "layer_norm0." not in name.partition("/")[2]}
    trace |= {name: value for name, value in manual.run(case).items() if name.startswith(("gradient/", "updated/"))}
    verdicts = {step.name: step.verdict for step in judge(case, trace)}
    inner = {name for name, verdict in verdicts.items() if verdict is Verdict.MISSING}
    assert inner == {
        f"{room}/layer_norm0.{i}" for room in ("forward", "backward") for i in ("mean", "var", "normalised")
    }
    assert {verdict for name, verdict in verdicts.items() if name not in inner} == {Verdict.AGREES}


def test_crosscheck_reaches_a_single_layer():
    """Somebody's convolution, with loops, beside our specification."""

    def run(p, x, g):
        w, out = p["W"], np.zeros(g.shape)
        dw, dx = np.zeros(w.shape), np.zeros(x.shape)
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                window = x[:, :, 2 * i : 2 * i + 3, j : j + 2]
                out[:, :, i, j] = np.tensordot(window, w, ([1, 2, 3], [1, 2, 3])) + p["b"]
                dw += np.tensordot(g[:, :, i, j], window, ([0], [0]))
                dx[:, :, 2 * i : 2 * i + 3, j : j + 2] += np.tensordot(g[:, :, i, j], w, 1)
        return {"out": out, "dW": dw, "db": g.sum((0, 2, 3)), "dx": dx}

    layer = Conv(2, 3, (3, 2), stride=(2, 1))
    layout = {"W": "conv0.weight", "b": "conv0.bias"}
    report = torchref.crosscheck(run, layer, layout, quantities={"out": "forward/conv0"})
    assert report.ok
    assert {step.name for step in report.judged} >= {"forward/conv0", "backward/input", "gradient/conv0.weight"}

    def overwriting(p, x, g):
        made = run(p, x, g)
        dx = np.zeros(x.shape)
        for i in range(g.shape[2]):
            for j in range(g.shape[3]):
                dx[:, :, 2 * i : 2 * i + 3, j : j + 2] = np.tensordot(g[:, :, i, j], p["W"], 1)
        return made | {"dx": dx}

    report = torchref.crosscheck(overwriting, layer, layout, quantities={"out": "forward/conv0"})
    assert [e.name for f in report.errors for e in f.explanations] == ["conv-overlap-overwritten"]


def test_crosscheck_reaches_a_network_with_states():
    """The masks and running statistics come to the code as the parameters do, and what it makes of them is judged."""
    front = (Conv(2, 3, (3, 3), padding=1), BatchNorm(3), ReLU(), MaxPool((2, 2)))
    network = Network((*front, Dropout(0.4), Flatten(), Linear(18, 4)))
    x, loss = np.random.default_rng(0).standard_normal((5, 2, 6, 4)), "softmax_cross_entropy_mean"
    layout = {name: name for name in (*network.parameter_shapes, *network.state_shapes(x.shape))}

    def run(p, x, target, forget=1.0):
        parameters, states = (
            {name: p[name] for name in shapes} for shapes in (network.parameter_shapes, network.state_shapes(x.shape))
        )
        case = manual.Case(network, parameters, x, target, manual.parse_loss(loss), manual.SGD(0.1), states=states)
        trace = manual.run(case)
        gradients = {f"d{name}": trace[f"gradient/{name}"] for name in parameters}
        running = "batch_norm1.running_var"
        return gradients | {"loss": float(trace["loss"]), "var": forget * trace[f"state/{running}"]}

    def forgetting(p, x, target):
        return run(p, x, target, forget=0.5)

    named = {name: f"d{name}" for name in network.parameter_shapes}
    options = {"loss": loss, "learning_rate": 0.1, "x": x, "gradients": named}
    options["quantities"] = {"var": "state/batch_norm1.running_var"}
    assert torchref.crosscheck(run, network, layout, **options).ok
    wrong = torchref.crosscheck(forgetting, network, layout, **options)
    assert [f.step.name for f in wrong.errors] == ["state/batch_norm1.running_var"]
