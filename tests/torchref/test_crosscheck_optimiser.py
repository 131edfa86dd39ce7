"""Crosscheck of optimisers: right ones agree in both precisions, wrong ones are found at their step and named."""

import numpy as np
import pytest

import manual
import torchref
from manual import InputError
from tests.torchref.part_cases import optimisers
from torchref.mistakes.moves import Move, make
from torchref.mistakes.optimisers import TWISTS
from torchref.random_parts import random_optimiser

RULES = {"sgd": manual.SGD(0.3), **optimisers(), "plain adam": manual.Adam(0.01), "plain rmsprop": manual.RMSprop(0.01)}


def by_manual(rule, hand_over=False):
    """Manual's own optimiser, as somebody's code."""

    def run(p, gradients):
        states = {name: rule.init_state(value) for name, value in p.items()}
        for g in gradients:
            for name in p:
                p[name] = rule.update(p[name], g[name], rule.learning_rate, state=states[name])
            kept = {f"{name}.{b}": value for name, state in states.items() for b, value in state.buffers.items()}
            yield {**p, **kept} if hand_over else p

    return run


def twisted(rule, twist, hand_over=False):
    """A wrong optimiser, as somebody's code."""

    def run(p, gradients):
        state = {name: {b: np.zeros_like(value) for b in rule.buffers} for name, value in p.items()}
        for t, g in enumerate(gradients):
            for place, name in enumerate(p):
                moved = make(Move(rule, p[name], g[name], t, state[name], place, len(p)), twist)
                p[name], state[name] = p[name] - moved.delta, dict(moved.kept)
            yield {**p, **{f"{n}.{b}": v for n in p for b, v in state[n].items()}} if hand_over else p

    return run


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("hand_over", [False, True])
@pytest.mark.parametrize("name", RULES)
def test_a_right_optimiser_agrees(name, hand_over, dtype):
    rule = RULES[name]
    report = torchref.crosscheck_optimiser(by_manual(rule, hand_over), rule, dtype=dtype)
    assert report.ok, str(report)
    assert len(report.judged) == 2 * 10 * (1 + hand_over * len(rule.buffers))


def test_random_right_optimisers_agree_over_thirty_steps():
    rng = np.random.default_rng(5)
    for seed in range(60):
        rule, dtype = random_optimiser(rng, "ordinary"), (np.float32, np.float64)[seed % 2]
        report = torchref.crosscheck_optimiser(by_manual(rule), rule, dtype=dtype, seed=seed, steps=30)
        assert report.ok, f"{rule}: {report}"


# Twists that change nothing where the rule has none of what they leave out.
WRONG = [(name, t.name) for name, rule in RULES.items() for t in TWISTS.values() if rule.kind in t.kinds]


@pytest.mark.parametrize("hand_over", [False, True])
@pytest.mark.parametrize(("name", "mistake"), WRONG)
def test_a_wrong_optimiser_is_found_and_named(name, mistake, hand_over):
    rule = RULES[name]
    report = torchref.crosscheck_optimiser(twisted(rule, TWISTS[mistake].twist, hand_over), rule)
    if report.ok:  # the rule has no setting that it touches
        assert (rule.kind, mistake) in INVISIBLE or name.startswith("plain") or name == "nesterov"
        return
    assert report.exit_code == 1
    assert mistake in [e.name for e in report.errors[0].explanations], str(report)
    assert {s.verdict for s in report.steps} <= {"agrees", "differs", "consistent", "not finite", "not judged"}


INVISIBLE = {("adamw", "largest-forgotten")}


@pytest.mark.parametrize("mistake", ["uphill", "rate-omitted", "rate-squared", "not-updated", "updated-twice"])
def test_mistakes_in_the_step_itself_are_named(mistake):
    factor = {"uphill": -1, "rate-omitted": 100, "rate-squared": 0.01, "not-updated": 0, "updated-twice": 2}[mistake]
    rule = manual.Adam(0.01)

    def run(p, gradients):
        states = {name: rule.init_state(value) for name, value in p.items()}
        for g in gradients:
            for name, w in p.items():
                p[name] = w + factor * (rule.update(w, g[name], 0.01, state=states[name]) - w)
            yield

    report = torchref.crosscheck_optimiser(run, rule)
    assert mistake in [e.name for e in report.errors[0].explanations], str(report)


def test_the_first_wrong_step_is_the_root_and_the_later_ones_follow():
    rule = manual.Adam(0.01)
    report = torchref.crosscheck_optimiser(twisted(rule, "correction without power"), rule)
    assert [f.step.name for f in report.findings] == ["step2/w"]  # at the first step t is 1
    assert {s.verdict for s in report.steps[:2]} == {"agrees"}
    assert {s.verdict for s in report.steps[3:]} == {"consistent"}


def test_a_wrong_mean_is_the_root_where_it_is_handed_over():
    rule = manual.Adam(0.01)
    report = torchref.crosscheck_optimiser(twisted(rule, "share omitted", hand_over=True), rule)
    assert report.findings[0].step.name == "step1/w.m"
    assert "keep_m" in report.findings[0].step.function


def test_a_tie_is_said():
    rule = manual.Adam(0.01)
    report = torchref.crosscheck_optimiser(twisted(rule, "t counts parameters"), rule, steps=1)
    assert {e.name for e in report.findings[0].explanations} >= {"t-counts-parameters", "t-is-the-place"}
    assert "either of these" in str(report)


def test_what_cannot_be_judged_is_said_so():
    def crashes(p, gradients):
        yield p["w"] / 0 + p["v"]

    assert "KeyError" in torchref.crosscheck_optimiser(crashes, "sgd").crashed
    assert "yield after each step" in torchref.crosscheck_optimiser(lambda p, g: [], "sgd").crashed
    with pytest.raises(InputError, match="did you mean 'adam'"):
        torchref.crosscheck_optimiser(crashes, "adem")
    with pytest.raises(InputError, match="steps must be at least 1"):
        torchref.crosscheck_optimiser(crashes, "adam", steps=0)


def test_a_wrong_shape_is_a_verdict_of_its_own():
    report = torchref.crosscheck_optimiser(lambda p, g: [{"w": p["w"].T} for _ in g], "sgd")
    assert report.findings[0].step.verdict == "wrong shape"


def test_what_the_code_does_to_its_gradients_does_not_matter():
    def run(p, gradients):
        for g in gradients:
            for name in p:
                p[name] -= 0.01 * g[name]
                g[name][...] = 0
            yield

    assert torchref.crosscheck_optimiser(run, "sgd").ok
