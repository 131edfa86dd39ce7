"""Training: rates side by side are the same bits as one at a time, and what is checked is what trains."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import manual
from manual import InputError, Penalty, train
from manual.schedules import CosineDecay, ExponentialDecay, Fixed, InverseTimeDecay, StepDecay
from manual.training import evaluate
from tests.closeness import assert_close


def random_case(seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 7, 3)
    layers = [
        manual.Linear(int(sizes[0]), int(sizes[1]), rng.choice(["neuron", "shared", "none"])),
        [manual.Sigmoid, manual.Tanh, manual.ReLU, manual.Softmax][rng.integers(4)](),
        manual.Linear(int(sizes[1]), int(sizes[2])),
        manual.Sigmoid(),
    ]
    network = manual.Network(tuple(layers))
    parameters = {name: rng.standard_normal(shape) for name, shape in network.parameter_shapes.items()}
    n = int(rng.integers(1, 9))
    loss = manual.HalfSquaredError(rng.choice(["sum", "mean", "batchmean"]))
    penalty = Penalty(l1=0.01, l2=0.1) if rng.random() < 0.5 else Penalty()
    frozen = frozenset(name for name in parameters if rng.random() < 0.2)
    case = manual.Case(
        network, parameters, rng.standard_normal((n, sizes[0])), rng.random((n, sizes[2])), loss, manual.SGD(0.1)
    )
    return replace(case, penalty=penalty, frozen=frozen).astype(dtype)


@given(st.integers(0, 10**6), st.sampled_from([np.float32, np.float64]))
def test_many_rates_are_bit_for_bit_one_at_a_time(seed, dtype):
    case = random_case(seed, dtype)
    rates = [0.003, 0.1, 2.0, 40.0, 1e9]
    together = train(case, rates, 7, keep=[0, 3, 7])
    for k, rate in enumerate(rates):
        alone = train(case, [rate], 7, keep=[0, 3, 7])
        for field in ("loss", "gradient_norm", "turned", "outputs"):
            assert np.array_equal(getattr(together, field)[k], getattr(alone, field)[0], equal_nan=True), field
        for name, values in together.parameters.items():
            assert np.array_equal(values[k], alone.parameters[name][0], equal_nan=True), name


@given(st.integers(0, 10**6))
def test_training_takes_the_traced_run_s_steps(seed):
    case = random_case(seed)
    history = train(case, [0.1], 3, keep=[0, 1, 2, 3])
    for t in range(3):
        trace = manual.run(case)
        objective = trace.get("objective", trace["loss"])
        assert history.loss[0, t] == objective
        gradients = [trace[f"gradient/{name}"] for name in case.parameters if name not in case.frozen]
        norm = np.sqrt(sum((g**2).sum() for g in gradients))
        assert_close(history.gradient_norm[0, t], norm)
        assert np.array_equal(history.outputs[0, t], trace[f"forward/{case.network.names[-1]}"])
        case = replace(case, parameters={name: trace[f"updated/{name}"] for name in case.parameters})
        for name, value in case.parameters.items():
            assert np.array_equal(history.parameters[name][0, t + 1], value), name


def test_a_hundred_steps_bring_the_document_s_error_down():
    loss = train(manual.document.example(), [1.0], 100).loss[0]
    assert loss[0] == 0.09686726820253264
    assert (np.diff(loss) < 0).all()
    assert loss[-1] < 0.01


def test_a_rate_that_diverges_does_not_disturb_the_others():
    case = replace(random_case(1), frozen=frozenset(), penalty=Penalty(l2=1.0))
    alone, beside = train(case, [0.1], 400), train(case, [0.1, 1e6], 400)
    assert np.isnan(beside.loss[1, -1]) or np.isinf(beside.loss[1, -1])
    assert np.array_equal(alone.loss[0], beside.loss[0])


def test_turned_marks_steps_that_jump_over_the_minimum():
    network = manual.Network((manual.Linear(1, 1, "none"),))
    case = manual.Case(
        network,
        {"linear0.weight": np.ones((1, 1))},
        np.ones((1, 1)),
        np.zeros((1, 1)),
        manual.HalfSquaredError(),
        manual.SGD(),
    )
    # E = ½ w²: each step multiplies w by 1 − η.
    assert train(case, [0.5, 1.5], 4).turned.tolist() == [[False] * 4, [True] * 4]


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (Fixed(), [1, 1, 1, 1]),
        (StepDecay(2, 0.5), [1, 1, 0.5, 0.5]),
        (ExponentialDecay(0.5), [1, 0.5, 0.25, 0.125]),
        (InverseTimeDecay(1.0), [1, 1 / 2, 1 / 3, 1 / 4]),
        (CosineDecay(2), [1, 0.5, 0, 0]),
    ],
)
def test_schedules_and_that_training_follows_them(schedule, factors):
    assert_close([schedule.factor(t) for t in range(4)], factors)
    case = random_case(5)
    scheduled, rates = train(case, [0.1], 4, schedule=schedule, keep=range(5)), [0.1 * f for f in factors]
    for t, rate in enumerate(rates):
        now = {name: values[0, t] for name, values in scheduled.parameters.items()}
        then = train(replace(case, parameters=now), [max(rate, 1e-300)], 1).parameters
        for name, values in scheduled.parameters.items():
            assert_close(values[0, t + 1], then[name][0, 1])


def test_evaluate_is_the_loss_at_many_places():
    case = random_case(11)
    stacked = {name: np.stack([value, value + 0.1]) for name, value in case.parameters.items()}
    losses = evaluate(case, stacked)
    for k in range(2):
        trace = manual.run(replace(case, parameters={name: value[k] for name, value in stacked.items()}))
        assert losses[k] == trace.get("objective", trace["loss"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rates": [], "steps": 3}, "learning_rates must be"),
        ({"learning_rates": [-1.0], "steps": 3}, "learning_rates must be"),
        ({"learning_rates": [np.inf], "steps": 3}, "learning_rates must be"),
        ({"learning_rates": [1.0], "steps": 0}, "steps must be at least 1"),
        ({"learning_rates": [1.0], "steps": 3, "keep": [4]}, "steps from 0 to 3"),
    ],
)
def test_unusable_arguments_are_said_so(arguments, message):
    with pytest.raises(InputError, match=message):
        train(manual.document.example(), **arguments)


def test_a_schedule_s_constants_must_be_above_0():
    with pytest.raises(InputError, match="step_size must be finite and above 0"):
        StepDecay(0)
