"""The traced run: names in order of computation, frozen and shared parameters, penalties, the document's numbers."""

from dataclasses import replace

import numpy as np
import pytest

import manual
from manual import Penalty
from manual.derivatives import value
from manual.document import LEFT_TO_THE_READER, RESULTS, example
from manual.names import Names
from tests.closeness import assert_close
from tests.manual.witness import complex_step


def test_quantities_come_in_the_order_in_which_they_are_computed():
    assert list(manual.run(example())) == [
        "forward/linear0",
        "forward/sigmoid1",
        "forward/linear2",
        "forward/sigmoid3",
        "loss/elements",
        "loss",
        "backward/sigmoid3",
        "backward/linear2",
        "backward/sigmoid1",
        "backward/linear0",
        "backward/input",
        "gradient/linear0.weight",
        "gradient/linear0.bias",
        "gradient/linear2.weight",
        "gradient/linear2.bias",
        "updated/linear0.weight",
        "updated/linear0.bias",
        "updated/linear2.weight",
        "updated/linear2.bias",
    ]


def test_frozen_parameters_have_a_gradient_and_stay():
    trace = manual.run(example())
    assert trace["gradient/linear0.bias"] != 0
    assert trace["updated/linear0.bias"] == 0.35
    thawed = manual.run(replace(example(), frozen=frozenset()))
    assert thawed["updated/linear0.bias"] == 0.35 - trace["gradient/linear0.bias"]


@pytest.mark.parametrize("penalty", [Penalty(l1=0.01), Penalty(l2=0.1), Penalty(0.01, 0.1, biases=True)])
def test_a_penalty_adds_its_derivative_to_the_gradient(penalty):
    case = replace(example(), penalty=penalty)
    plain, penalised = manual.run(example()), manual.run(case)
    assert penalised["objective"] == penalised["loss"] + penalised["penalty"]
    for name, w in case.parameters.items():
        applies = "weight" in name or penalty.biases

        def added(w, applies=applies):
            # |w| as √w², which has a complex form
            return applies * (penalty.l1 * np.sqrt(w * w) + 0.5 * penalty.l2 * w * w).sum()

        expected = complex_step(added, w.copy())
        got = penalised[f"gradient/{name}"] - plain[f"gradient/{name}"]
        assert_close(got, expected)


def test_every_gradient_of_a_deep_network_is_the_derivative_of_its_loss():
    rng = np.random.default_rng(3)
    network = manual.Network(
        (
            manual.Linear(3, 4),
            manual.Tanh(),
            manual.Linear(4, 2, "shared"),
            manual.Sigmoid(),
            manual.Linear(2, 3, "none"),
        )
    )
    parameters = {name: rng.standard_normal(shape) for name, shape in network.parameter_shapes.items()}
    x, target = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    case = manual.Case(network, parameters, x, target, manual.SquaredError("mean"), manual.SGD(0.1))
    trace = manual.run(case)
    for name, w in parameters.items():

        def loss(w, name=name):
            p = {**parameters, name: w}
            h = np.tanh(x @ p["linear0.weight"].T + p["linear0.bias"])
            h = 1 / (1 + np.exp(-(h @ p["linear2.weight"].T + p["linear2.bias"])))
            return ((h @ p["linear4.weight"].T - target) ** 2).mean()

        expected = complex_step(loss, w)
        assert_close(trace[f"gradient/{name}"], expected)
        updated = w - 0.1 * trace[f"gradient/{name}"]
        assert np.array_equal(trace[f"updated/{name}"], updated), name


def test_the_document_prints_22_results_and_restates_three():
    assert sum(not printed.restates for printed in RESULTS) == 22
    assert [printed.name for printed in RESULTS if printed.restates] == ["∂l_o1/∂w5", "∂l_o1/∂out_h1", "∂l_h1/∂w1"]
    assert len({printed.place for printed in RESULTS}) == len(RESULTS)


def test_the_document_s_results_are_ours_to_the_last_printed_digit():
    case = example()
    trace, names = manual.run(case), Names(case)
    for printed in RESULTS:
        last_digit = 10.0 ** -len(printed.digits.partition(".")[2])
        assert abs(value(case, trace, names.resolve(printed.name)) - float(printed.digits)) < last_digit


def test_the_exercises_left_to_the_reader():
    case = example()
    trace, names = manual.run(case), Names(case)
    got = [round(value(case, trace, names.resolve(name)), 9) for name in LEFT_TO_THE_READER]
    assert got == [
        0.149149527,
        0.099447028,
        0.198894056,
        0.368486467,
        0.249681803,
        0.34937662,
        0.009782084,
        0.05367893,
    ]


def test_the_neuron_of_section_1_1():
    from manual.neuron import EXAMPLE_B, EXAMPLE_W, EXAMPLE_X, is_normal_weight, neuron

    f = float(neuron(EXAMPLE_X, EXAMPLE_W, EXAMPLE_B))
    assert_close(f, 9.7)
    assert is_normal_weight(f)
    assert not is_normal_weight(13.0)
    assert_close(neuron(np.array([EXAMPLE_X, (0, 0, 0)]), EXAMPLE_W, 0.5), [10.2, 0.5])
