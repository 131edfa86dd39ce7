"""Diagnosis: every mistake of the catalogue is caught, found at its step and named; two together too."""

import inspect
from dataclasses import replace

import numpy as np
import pytest

import manual
from manual import Linear, Network, Sigmoid
from tests.torchref.part_cases import PART_CASES
from torchref import twin
from torchref.diagnosis import diagnose
from torchref.mistakes import MISTAKES
from torchref.mutants import mutants, trace_of
from torchref.proofread import proofread
from torchref.random_cases import random_case
from torchref.report import Report
from torchref.steps import examine
from torchref.verdict import Verdict


def square_case(loss="half_squared_error_sum", layers=(Sigmoid, manual.Tanh), penalty=None, dtype=np.float64):
    """A network of square layers with as many examples as neurons: what is silent elsewhere can be done here."""
    rng = np.random.default_rng(3)
    network = Network((Linear(4, 4), layers[0](), Linear(4, 4, "shared"), layers[1](), Linear(4, 4), Sigmoid()))
    parameters = {n: rng.standard_normal(s) / np.sqrt(s[-1]) for n, s in network.parameter_shapes.items()}
    x = rng.standard_normal((4, 4))
    loss = manual.parse_loss(loss)
    target = rng.integers(4, size=4) if loss.kind == "softmax_cross_entropy" else rng.random((4, 4))
    case = manual.Case(network, parameters, x, target, loss, manual.SGD(0.3), penalty or manual.Penalty())
    return replace(case, frozen=frozenset({"linear2.bias"})).astype(dtype)


def one_input_case():
    """A neuron like section 1.1's, w x + b: its bias's gradient can be confused with its weight's."""
    rng = np.random.default_rng(4)
    network = Network((Linear(1, 3), Sigmoid()))
    parameters = {name: rng.standard_normal(shape) for name, shape in network.parameter_shapes.items()}
    x, target = rng.standard_normal((4, 1)), rng.random((4, 3))
    return manual.Case(network, parameters, x, target, manual.HalfSquaredError(), manual.SGD(0.3))


BOTH = manual.Penalty(0.02, 0.3, biases=True)
CASES = {
    "half squared": square_case(),
    "squared mean, relu": square_case("squared_error_mean", (manual.ReLU, Sigmoid), manual.Penalty(l1=0.02)),
    "absolute batchmean": square_case("absolute_error_batchmean", (manual.Tanh, manual.ReLU)),
    "binary mean, penalised": square_case("binary_cross_entropy_mean", penalty=manual.Penalty(l2=0.3)),
    "softmax mean": square_case(
        "softmax_cross_entropy_mean", (Sigmoid, manual.Softmax), manual.Penalty(0.02, 0.3, True)
    ),
    "half squared mean": square_case("half_squared_error_mean", (manual.Softmax, manual.ReLU)),
    "float32": square_case("binary_cross_entropy_sum", dtype=np.float32),
    "one input": one_input_case(),
    **{f"random {k}": random_case(11, k).case for k in (0, 2, 3, 5, 7, 8)},
}


def test_the_catalogue_is_complete_in_both_languages():
    assert len(MISTAKES) >= 40
    for mistake in MISTAKES.values():
        for text in (mistake.english, mistake.chinese, mistake.look, mistake.look_chinese):
            assert text.strip()
            assert not text.endswith((".", "。"))
        assert all(ord(c) < 0x4E00 for c in mistake.english + mistake.look)
        assert any(ord(c) >= 0x4E00 for c in mistake.chinese)
        assert len(inspect.signature(mistake.wrong).parameters) == 1


def test_every_mistake_can_be_made_somewhere():
    """But for those of other kinds of layers, which test_feedforward.py and test_sequences.py make."""
    cases = (*CASES.values(), *PART_CASES.values())
    made = {m.mistake.name for case in cases for m in mutants(case)}
    elsewhere = {kind for kind, row in twin.LAYERS.items() if row.draw and kind != "linear"}
    here = {name for name, mistake in MISTAKES.items() if not mistake.kinds or set(mistake.kinds) - elsewhere}
    assert here - made == set()


@pytest.mark.parametrize("name", CASES)
def test_every_mutant_is_caught_at_its_step_and_named(name):
    case = CASES[name]
    counted = caught = at_its_step = named = 0
    for mutant in mutants(case):
        findings = diagnose(examine(case, trace_of(case, {mutant.quantity: mutant.value})))
        counted += 1
        caught += bool(findings)
        at_its_step += [f.step.name for f in findings] == [mutant.quantity]
        named += any(mutant.mistake.name == e.name for f in findings for e in f.explanations)
    assert counted > 20
    assert (caught, at_its_step, named) == (counted, counted, counted)


@pytest.mark.parametrize("name", ["half squared", "binary mean, penalised", "random 2"])
def test_pairs_of_mistakes_at_different_steps_are_both_found(name):
    case = CASES[name]
    rng = np.random.default_rng(0)
    pool = list(mutants(case))
    for _ in range(30):
        a, b = rng.choice(len(pool), 2, replace=False)
        first, second = pool[a], pool[b]
        if first.quantity == second.quantity:
            continue
        trace = trace_of(case, {first.quantity: first.value, second.quantity: second.value})
        if all(np.isfinite(value).all() for value in trace.values()):
            roots = {f.step.name for f in diagnose(examine(case, trace))}
            assert {first.quantity, second.quantity} <= roots


def test_two_mistakes_in_one_quantity_are_explained_as_two():
    case = CASES["half squared"]
    wrong = 2 * trace_of(case, {})["backward/sigmoid1"]  # the slope is missing, and everything is doubled
    findings = diagnose(examine(case, trace_of(case, {"backward/linear0": wrong})))
    assert [e.name for f in findings for e in f.explanations] == ["slope-omitted + × 2"]


def test_an_unexplained_difference_is_said_to_be_unexplained():
    case = CASES["half squared"]
    wrong = manual.run(case)["gradient/linear0.weight"] + np.random.default_rng(1).standard_normal((4, 4))
    (finding,) = diagnose(examine(case, trace_of(case, {"gradient/linear0.weight": wrong})))
    assert finding.explanations == ()
    assert "no known mistake explains it" in str(Report("it", findings=(finding,), steps=(finding.step,)))


def test_a_constant_factor_is_named_as_such():
    case = CASES["half squared"]
    wrong = 1.37 * trace_of(case, {})["gradient/linear0.weight"]
    (finding,) = diagnose(examine(case, trace_of(case, {"gradient/linear0.weight": wrong})))
    assert [e.name for e in finding.explanations] == ["× 1.37"]


def test_ties_are_reported_as_ties():
    case = replace(CASES["half squared"], x=CASES["half squared"].x[:2], target=CASES["half squared"].target[:2])
    case = replace(case, loss=manual.HalfSquaredError("batchmean"))
    wrong = 2 * trace_of(case, {})["gradient/linear0.weight"]
    (finding,) = diagnose(examine(case, trace_of(case, {"gradient/linear0.weight": wrong})))
    assert {e.name for e in finding.explanations} == {"gradient-accumulated", "not-averaged-over-the-batch"}


MAZUR_BIASES = frozenset({"linear0.bias", "linear2.bias"})


def mazur():
    """Matt Mazur's example (2015), which the document follows, with his numbers."""
    parameters = {
        "linear0.weight": np.array([[0.15, 0.20], [0.25, 0.30]]),
        "linear0.bias": np.array([0.35]),
        "linear2.weight": np.array([[0.40, 0.45], [0.50, 0.55]]),
        "linear2.bias": np.array([0.60]),
    }
    return replace(
        manual.document.example(),
        parameters=parameters,
        x=np.array([[0.05, 0.10]]),
        target=np.array([[0.01, 0.99]]),
        optimiser=manual.SGD(0.5),
    )


def with_updated_weights(case):
    """The trace in which the hidden delta was made with the already updated output weights."""
    name, quantity = "updated-weight-in-delta", "backward/sigmoid1"
    (mutant,) = (m for m in mutants(case) if (m.mistake.name, m.quantity) == (name, quantity))
    return trace_of(case, {quantity: mutant.value})


def loss_after(case, trace):
    parameters = {name: trace[f"updated/{name}"] for name in case.parameters}
    return float(manual.run(replace(case, parameters=parameters))["loss"])


def test_mazur_s_published_error_is_that_of_already_updated_weights():
    case = mazur()
    (mutant,) = (
        m for m in mutants(case) if m.mistake.name == "updated-weight-in-delta" and m.quantity == "backward/sigmoid1"
    )
    wrong = trace_of(case, {mutant.quantity: mutant.value})
    assert round(loss_after(case, manual.run(case)), 12) == 0.291027773694
    assert round(loss_after(case, wrong), 9) == 0.291027924  # as published
    (finding,) = diagnose(examine(case, wrong))
    assert [e.name for e in finding.explanations] == ["updated-weight-in-delta"]


def test_only_gradients_are_enough_to_name_the_mistake():
    case = mazur()
    case = replace(case, frozen=frozenset())
    (mutant,) = (
        m for m in mutants(case) if m.mistake.name == "updated-weight-in-delta" and m.quantity == "backward/sigmoid1"
    )
    wrong = trace_of(case, {mutant.quantity: mutant.value})
    for room in ("gradient", "updated"):
        given = {name: value for name, value in wrong.items() if name.startswith(room)}
        (finding,) = diagnose(examine(case, given))
        assert "updated-weight-in-delta" in [e.name for e in finding.explanations]
        assert finding.step.function == "linear2.backward"


@pytest.mark.parametrize("room", ["gradient", "updated"])
def test_right_networks_give_no_alarm_when_only_the_end_is_handed_over(room):
    for number in range(40):
        case = random_case(12, number).case
        given = {name: value for name, value in manual.run(case).items() if name.startswith(room)}
        assert {s.verdict for s in examine(case, given).steps} == {Verdict.AGREES, Verdict.MISSING}


def test_what_is_right_but_not_from_the_wrong_values_before_it_is_said_so():
    case = mazur()
    trace = dict(manual.run(case))
    doubled = "gradient/linear0.weight"
    report = proofread("it", case, {**trace, doubled: 2 * trace[doubled]})
    assert [f.step.name for f in report.findings] == [doubled, "updated/linear0.weight"]
    (note,) = report.notes
    assert note.english.startswith("right all the same")
    assert note.excuses == ("updated/linear0.weight",)
    assert [f.step.name for f in report.errors] == [doubled]
    assert report.end_to_end[doubled] < 1
    assert report.end_to_end["updated/linear0.weight"] > 13
    assert "updated 1" in str(report)


def test_another_loss_throughout_is_a_convention():
    case = mazur()
    other = replace(case, loss=manual.SquaredError("sum"))
    wrong = dict(manual.run(other))
    report = proofread("it", case, wrong)
    (note,) = report.notes
    assert note.kind == "convention"
    assert "squared_error_sum" in note.english
    assert report.ok
    assert report.exit_code == 0


def test_a_factor_on_the_gradients_alone_is_no_convention():
    case = mazur()
    trace = dict(manual.run(case))
    wrong = trace_of(case, {"backward/sigmoid3": 2 * trace["backward/sigmoid3"]})
    assert [n for n in proofread("it", case, wrong).notes if n.kind == "convention"] == []


def test_biases_that_are_updated_are_a_convention():
    case = mazur()
    wrong = dict(manual.run(replace(case, frozen=frozenset())))
    (note,) = proofread("it", case, wrong).notes
    assert note.kind == "convention"
    assert set(note.excuses) == {"updated/linear0.bias", "updated/linear2.bias"}


def test_the_slope_omitted_at_the_end_is_also_the_gradient_of_cross_entropy():
    case = mazur()
    wrong = trace_of(case, {"backward/linear2": manual.run(case)["backward/sigmoid3"]})
    report = proofread("it", case, wrong)
    assert report.findings[0].explanations[0].name == "slope-omitted"
    (note,) = report.notes
    assert note.kind == "reading"
    assert "binary_cross_entropy_sum" in note.english
