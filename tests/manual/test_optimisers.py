"""Optimisers: ten steps against torch.optim, nothing remembered inside, buffers and rates side by side, training."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

import manual
from manual import OPTIMISERS, Clipping, InputError, train
from manual.optimisers import State
from tests.closeness import ROUNDED, SINGLE, assert_close
from torchref import twin
from torchref.procedures_optimisers import RULES, SIZES


def gradients(seed=0, shape=(3, 4), dtype=np.float64):
    rng = np.random.default_rng(seed)
    return [(size * rng.standard_normal(shape)).astype(dtype) for size in SIZES]


def steps(rule, w, given, state=None):
    state = state or rule.init_state(w)
    path = []
    for g in given:
        w = rule.update(w, g, rule.learning_rate, state=state)
        path.append(w)
    return np.array(path), state


def test_every_kind_is_among_the_rules():
    assert {rule.kind for rule in RULES.values()} == set(OPTIMISERS)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", RULES)
def test_ten_steps_on_large_small_and_no_gradients_are_torch_s(name, dtype):
    rule, w = RULES[name], np.random.default_rng(1).standard_normal((3, 4)).astype(dtype)
    parameter = torch.nn.Parameter(torch.tensor(w))
    optimiser = twin.build_optimiser(rule, [parameter])
    theirs = []
    for g in gradients(dtype=dtype):
        parameter.grad = torch.tensor(g)
        optimiser.step()
        theirs.append(parameter.detach().numpy().copy())
    ours, state = steps(rule, w, gradients(dtype=dtype))
    assert ours.dtype == dtype
    assert_close(ours, theirs, 5 * SINGLE if dtype == np.float32 else ROUNDED)
    assert state.step == len(theirs)
    kept = twin.buffers_of(rule, optimiser, parameter)
    for buffer in rule.buffers:
        assert_close(state.buffers[buffer], kept[buffer], 5 * SINGLE if dtype == np.float32 else ROUNDED)


@pytest.mark.parametrize("name", RULES)
def test_nothing_is_remembered_inside_and_the_arguments_stay(name):
    rule, given = RULES[name], gradients()
    w, before = np.ones((3, 4)), deepcopy(given)
    first, _ = steps(rule, w, given)
    again, _ = steps(rule, w, given)
    assert np.array_equal(first, again)
    assert np.array_equal(w, np.ones((3, 4)))
    assert all(np.array_equal(a, b) for a, b in zip(given, before, strict=True))


@pytest.mark.parametrize("name", RULES)
def test_going_on_from_a_state_is_going_on(name):
    rule, given = RULES[name], gradients()
    whole, _ = steps(rule, np.ones((3, 4)), given)
    half, state = steps(rule, np.ones((3, 4)), given[:5])
    rest, _ = steps(rule, half[-1], given[5:], State(5, {b: v.copy() for b, v in state.buffers.items()}))
    assert np.array_equal(np.concatenate([half, rest]), whole)


@pytest.mark.parametrize("name", RULES)
def test_buffers_give_the_same_bits(name):
    rule = RULES[name]
    w, fresh, reused = np.ones((3, 4)), np.ones((3, 4)), np.ones((3, 4))
    states = rule.init_state(w), rule.init_state(w)
    for g in gradients():
        fresh = rule.update(fresh, g, 0.1, state=states[0])
        scratch = g.copy()
        assert rule.update(reused, scratch, 0.1, scratch, reused, states[1]) is reused
        assert np.array_equal(reused, fresh)


@pytest.mark.parametrize("name", RULES)
def test_a_zero_gradient_without_a_past_moves_nothing_but_by_decay(name):
    rule, w = RULES[name], np.ones((2, 2))
    moved = rule.update(w, np.zeros((2, 2)), 0.1)
    if getattr(rule, "weight_decay", 0.0):
        assert (moved < w).all()
    else:
        assert np.array_equal(moved, w)


@pytest.mark.parametrize("clipping", [None, Clipping("norm", 0.05), Clipping("value", 0.02)])
@pytest.mark.parametrize("name", RULES)
def test_many_rates_are_bit_for_bit_one_at_a_time_and_the_traced_run_s(name, clipping):
    case = replace(manual.document.example(), optimiser=RULES[name], clipping=clipping, frozen=frozenset())
    rates = [0.01, 0.1, 1.0]
    together = train(case, rates, 6, keep=range(7))
    for k, rate in enumerate(rates):
        alone = train(case, [rate], 6, keep=range(7))
        now = replace(case, optimiser=replace(case.optimiser, learning_rate=rate))
        for t in range(6):
            trace = manual.run(now)
            kept = {n.removeprefix("optimiser/"): v for n, v in trace.items() if n.startswith("optimiser/")}
            updated = {n: trace[f"updated/{n}"] for n in case.parameters}
            now = replace(now, parameters=updated, updates=t + 1, optimiser_state=kept)
            for n, value in updated.items():
                assert np.array_equal(together.parameters[n][k, t + 1], value), (n, t)
                assert np.array_equal(alone.parameters[n][0, t + 1], value)


def test_clipping_is_torch_s_and_leaves_what_is_within():
    rng = np.random.default_rng(3)
    for dtype in (np.float32, np.float64):
        for scale in (1e-6, 1.0, 1e6):
            g = (scale * rng.standard_normal(50)).astype(dtype)
            for clipping in (Clipping("norm", 0.7), Clipping("value", 0.7)):
                theirs = twin.clipped(clipping, {"a": torch.tensor(g[:20]), "b": torch.tensor(g[20:])})
                got = clipping.clip(g)
                assert got.dtype == dtype
                tolerance = SINGLE if dtype == np.float32 else ROUNDED
                assert_close(got, torch.cat([theirs["a"], theirs["b"]]), tolerance)
                if scale < 1:
                    assert np.array_equal(got, g)


def test_gradients_whose_squares_overflow_are_clipped_to_the_bound_and_not_to_zero():
    small, large = np.array([3.0, 4.0], np.float32), np.array([3e25, 4e25], np.float32)
    clipping = Clipping("norm", 2.0)
    assert_close(clipping.clip(large), np.array([1.2, 1.6], np.float32), SINGLE)
    both = clipping.clip(np.stack([small, large]))
    assert np.array_equal(both[0], clipping.clip(small))  # what is beside it changes nothing
    assert np.array_equal(both[1], clipping.clip(large))
    with np.errstate(invalid="ignore"):
        assert np.isnan(clipping.clip(np.array([np.inf, 1.0], np.float32))).any()


def test_clipping_comes_between_gradient_and_update():
    case = replace(manual.document.example(), clipping=Clipping("norm", 0.01), frozen=frozenset())
    trace = manual.run(case)
    clipped, norm = (
        np.sqrt(sum((trace[f"{room}/{n}"] ** 2).sum() for n in case.parameters)) for room in ("clipped", "gradient")
    )
    assert_close(clipped, 0.01 * norm / (norm + 1e-6))
    for n, w in case.parameters.items():
        assert np.array_equal(trace[f"updated/{n}"], w - trace[f"clipped/{n}"])


def test_amsgrad_s_steps_never_grow_again():
    rule, w = manual.Adam(0.1, amsgrad=True), np.zeros(1)
    state = rule.init_state(w)
    rule.update(w, np.array([100.0]), 0.1, state=state)
    largest = state.buffers["v_max"].copy()
    for _ in range(50):
        rule.update(w, np.array([1e-3]), 0.1, state=state)
    assert np.array_equal(state.buffers["v_max"], largest)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: manual.Momentum(0.1, -0.1), "momentum must be finite and at least 0"),
        (lambda: manual.Momentum(0.1, 0.9, 0.1, nesterov=True), "above 0, and 0, for Nesterov"),
        (lambda: manual.Adam(0.1, beta2=1.0), "beta2 must be at least 0 and below 1"),
        (lambda: manual.RMSprop(0.1, eps=0.0), "eps must be finite and above 0"),
        (lambda: manual.Adagrad(0.1, lr_decay=-1.0), "lr_decay must be finite and at least 0"),
        (lambda: manual.AdamW(-0.1), "learning_rate must be finite and above 0"),
        (lambda: Clipping("norms", 1.0), "did you mean 'norm'"),
        (lambda: Clipping("norm", 0.0), "bound must be finite and above 0"),
    ],
)
def test_a_setting_that_cannot_be_is_said_so(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"updates": 3}, "must be given after 3 updates"),
        ({"updates": -1}, "updates must be at least 0"),
        ({"optimiser_state": {"linear0.weight.n": np.zeros((2, 2))}}, "did you mean 'linear0.weight"),
        ({"optimiser_state": {"linear0.weight.m": np.zeros((2, 3))}}, r"finite and of shape \(2, 2\)"),
    ],
)
def test_a_state_that_does_not_fit_is_said_so(given, message):
    with pytest.raises(InputError, match=message):
        replace(manual.document.example(), optimiser=manual.Adam(0.1), **given)
