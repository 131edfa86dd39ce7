"""Explain: the derivation is right by the layers' own definitions; every formula shown gives the value beside it."""

from decimal import Decimal
from itertools import islice

import numpy as np
import pytest

import manual
from manual import derivatives as by_hand
from manual.errors import InputError, UnknownNameError
from manual.names import Names
from manual.penalty import Penalty
from tests.closeness import assert_close
from tests.torchref.explained import LAYERS, LOSSES, explained
from tests.torchref.formulas import carried, from_mathml, from_plain, from_tex, named, work_out
from torchref import derivatives as autograd
from torchref import printed, twin
from torchref.case_file import case_names, named_case, named_case_file
from torchref.explain import definitions, rules
from torchref.explain.chain import chain, find, steps
from torchref.explain.derive import explain
from torchref.explain.digits import digits
from torchref.explain.lines import line
from torchref.explain.mathml import MathML
from torchref.explain.plain import Plain
from torchref.explain.tex import Tex
from torchref.random_cases import Limits

SMALL = Limits(most_layers=4, widest=4, largest_batch=1)


def has_no_value(case):
    """Whether its loss is infinite: the logarithm of 1 − 1, for a softmax over one neuron, or a saturated output."""
    return (
        case.loss.kind == "binary_cross_entropy" and not manual.run(case)["forward/" + case.network.names[-1]].max() < 1
    )


CASES = list(islice((case for case in explained(6, SMALL) if not has_no_value(case)), 60))
NUMBERS = range(len(CASES))


def drawn(number):
    return CASES[number]


def cases():
    return CASES


def document():
    return explain(named_case_file("document"))


def shown(quantity, notation):
    equation = line(quantity, notation)
    return [" ".join(part.pieces) for part in equation.parts]


def test_every_definition_is_of_a_kind_that_there_is():
    assert set(manual.LAYERS) >= LAYERS
    assert set(manual.LOSSES) >= LOSSES
    assert set(definitions.UPDATES) <= set(manual.OPTIMISERS)


def test_what_has_no_definition_is_said_to_have_none():
    network = manual.Network((manual.Linear(2, 2), manual.LAYERS["silu"]()))
    parameters = {"linear0.weight": np.eye(2), "linear0.bias": np.zeros(2)}
    x = np.ones((1, 2))
    case = manual.Case(network, parameters, x, x, manual.HalfSquaredError(), manual.SGD(1.0))
    with pytest.raises(UnknownNameError, match=r"has a formula of must be one of .* \(got 'silu'\)"):
        explain(case)
    plain = manual.Case(network, parameters, x, x, manual.HalfSquaredError(), manual.OPTIMISERS["adam"](1.0))
    with pytest.raises(InputError):
        explain(plain)


def test_the_random_networks_have_every_kind_and_several_depths():
    drawn = cases()
    assert {layer.kind for case in drawn for layer in case.network.layers} == LAYERS
    assert {case.loss.kind for case in drawn} == LOSSES
    assert {layer.bias for case in drawn for layer in case.network.layers if layer.kind == "linear"} == {
        "neuron",
        "shared",
        "none",
    }
    assert {len(case.network.layers) // 2 for case in drawn} >= {1, 2, 3, 4}
    assert any(case.penalty for case in drawn)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_named_number_is_manual_s_and_torch_s(number):
    case = drawn(number)
    derivation, names = explain(case), Names(case)
    trace, reference = manual.run(case), twin.run(case)
    found = {}  # by stage: a sum that cancels is exact to what is usual there, no more
    for name, quantity in derivation.quantities.items():
        if name.startswith(("target", "η", "λ", "J", "∂J")):
            continue
        element, value = names.resolve(name), quantity.value
        parameter = name.removeprefix("∂E_total/∂")
        if case.penalty and name != parameter and parameter[0] in "wb":
            # the trace's gradient of a parameter is that of the objective, which stands here as ∂J
            value = derivation.quantities[f"∂J/∂{parameter}"].value
        theirs, ours = autograd.value(case, reference, element), by_hand.value(case, trace, element)
        found.setdefault(quantity.stage, []).append((float(value), theirs, ours))
    for rows in found.values():
        mine, theirs, ours = np.array(rows).T
        assert_close(mine, theirs)
        assert_close(mine, ours)


def test_every_name_of_the_case_is_in_its_derivation():
    for case in cases():
        derivation = explain(case)
        assert set(Names(case)) <= set(derivation.quantities)
        for name in Names(case):
            if name[0] in "wb" and name[-1] != "+":
                assert f"∂E_total/∂{name}" in derivation.quantities


@pytest.mark.parametrize("number", NUMBERS)
def test_every_formula_that_is_shown_gives_the_value_beside_it(number):
    derivation = explain(drawn(number))
    values = {name: float(quantity.value) for name, quantity in derivation.quantities.items()}
    for quantity in derivation.quantities.values():
        if quantity.formula is None:
            continue
        *formulas, value = shown(quantity, Plain(9))
        for formula in formulas:
            python, found = named(from_plain(formula), values)
            bound = 0.0 if found else carried(python)
            half_a_unit = float(printed.unit(value)) / 2
            off = abs(work_out(python, found) - float(value))
            assert off <= bound + 1.001 * half_a_unit, f"{quantity.name} = {formula} = {value}"


@pytest.mark.parametrize("number", NUMBERS)
def test_tex_and_mathml_say_what_the_plain_text_says(number):
    derivation = explain(drawn(number))
    for quantity in derivation.quantities.values():
        if quantity.substitution is None:
            continue
        expected = work_out(from_plain(Plain(12).write(quantity.substitution)))
        assert_close(work_out(from_tex(Tex(12).write(quantity.substitution))), expected)
        assert_close(work_out(from_mathml(MathML(12).write(quantity.substitution))), expected)


def test_a_wrong_number_would_be_seen():
    quantity = document().quantities["∂out_h1/∂l_h1"]
    substituted = from_plain(shown(quantity, Plain(9))[1])
    assert abs(work_out(substituted) - 0.240960084) <= carried(substituted) + 5e-10
    assert abs(work_out(substituted) - 0.240960087) > carried(substituted) + 5e-10


def test_the_document_s_printed_results_are_borne_out():
    derivation = document()
    for claim in manual.document.RESULTS:
        assert printed.judge(claim.digits, float(derivation.quantities[claim.name].value)) != "wrong"


def test_the_chain_of_w1_is_the_document_s():
    derivation = document()
    gradient = derivation.quantities["∂E_total/∂w1"]
    assert shown(gradient, Plain(9)) == [
        "(∂E_o1/∂out_h1 + ∂E_o2/∂out_h1) · ∂out_h1/∂l_h1 · ∂l_h1/∂w1",
        "∂E_total/∂out_h1 · ∂out_h1/∂l_h1 · ∂l_h1/∂w1",
        "0.0176475947 · 0.240960084 · 0.1",
        "0.000425236591",
    ]
    names = [quantity.name for quantity in chain(derivation, "w1")]
    assert names[-1] == "w1+"
    assert {"∂E_o1/∂out_h1", "∂l_o2/∂out_h1", "∂out_h1/∂l_h1", "∂l_h1/∂w1"} <= set(names)
    assert "∂out_h2/∂l_h2" not in names
    assert "out_h1" not in names


def test_a_frozen_bias_has_its_gradient_and_stays():
    names = [quantity.name for quantity in chain(document(), "b1")]
    assert "∂E_total/∂b1" in names
    assert document().quantities["b1+"].value == Decimal("0.35")


def test_slopes_are_derived_and_written_as_a_person_would():
    plain = Plain()
    written = {
        kind: plain.write(rules.readable(rules.activation(kind, 1)).slope) for kind in ("sigmoid", "tanh", "relu")
    }
    assert written == {"sigmoid": "y · (1 - y)", "tanh": "1 - y²", "relu": "(1 if x > 0 else 0)"}
    assert plain.write(rules.activation("softmax", 3, 0, 1).slope) == "-y01 · y02"
    assert plain.write(rules.activation("softmax", 3, 1, 1).slope) == "y02 · (1 - y02)"
    losses = {kind: plain.write(rules.element(kind).slope) for kind in definitions.ELEMENTS}
    assert losses == {
        "absolute_error": "sign(o - t)",
        "binary_cross_entropy": "(o - t) / (o · (1 - o))",
        "half_squared_error": "o - t",
        "inner_product": "t",
        "squared_error": "2 · (o - t)",
    }


def test_a_wrong_definition_changes_its_slope(monkeypatch):
    import sympy as sp

    wrong = definitions.Activation(lambda x, k: 1 / (1 + sp.exp(x[k])), inverse=lambda y: sp.log((1 - y) / y))
    monkeypatch.setitem(definitions.ACTIVATIONS, "sigmoid", wrong)
    rules.activation.cache_clear()
    try:
        assert Plain().write(rules.activation("sigmoid", 1).slope) == "-y01 · (1 - y01)"
    finally:
        monkeypatch.undo()
        rules.activation.cache_clear()


def test_numbers_that_need_no_rounding_get_none():
    derivation = explain(named_case_file("integer"))
    assert all(digits(quantity.value, 9).is_exact for quantity in derivation.quantities.values())
    assert digits(document().quantities["l_h2"].value, 9).text == "0.4"
    assert digits(document().quantities["out_h2"].value, 9).text == "0.598687660"


@pytest.mark.parametrize(
    ("value", "count", "text"),
    [
        ("0.1", 9, "0.1"),
        ("0", 9, "0"),
        ("-0", 9, "0"),
        ("1.5e-9", 9, "1.5e-9"),
        ("-123456.7891", 6, "-123457"),
        ("0.99999", 3, "1.00"),
        ("1e15", 4, "1e15"),
        ("1e-6", 4, "0.000001"),
    ],
)
def test_digits_are_significant_and_an_exact_number_ends_in_no_zero(value, count, text):
    assert digits(Decimal(value), count).text == text


def test_extreme_numbers_are_worked_out_all_the_same():
    case = manual.document.example()
    weights = {name: value * 500 for name, value in case.parameters.items()}
    saturated = manual.Case(case.network, weights, case.x, case.target, case.loss, case.optimiser)
    derivation = explain(saturated)
    assert 0 < derivation.quantities["∂out_o1/∂l_o1"].value < Decimal("1e-150")
    assert "e-" in shown(derivation.quantities["∂out_o1/∂l_o1"], Plain(9))[-1]


def test_a_power_without_bound_ends_at_the_bound_of_the_sigmoid():
    case = manual.document.example()
    weights = {name: value * -1e100 for name, value in case.parameters.items()}
    derivation = explain(manual.Case(case.network, weights, case.x, case.target, case.loss, case.optimiser))
    assert derivation.quantities["out_h1"].value == 0
    assert derivation.quantities["E_o1"].value == Decimal("0.36125")


def test_the_steps_cover_every_quantity_once():
    for name in case_names():
        derivation = explain(named_case_file(name))
        walked = [quantity.name for step in steps(derivation) for quantity in step.quantities]
        assert sorted(walked) == sorted(q.name for q in derivation.quantities.values() if q.formula is not None)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("E", "E_total"),
        ("∂E/∂w5", "∂E_total/∂w5"),
        ("dE/dw5", "∂E_total/∂w5"),
        (" ∂ E / ∂ out_h1 ", "∂E_total/∂out_h1"),
    ],
)
def test_names_may_be_written_in_the_usual_ways(given, name):
    assert find(document(), given) == name


def test_a_name_that_does_not_exist_gets_a_suggestion():
    with pytest.raises(manual.UnknownNameError, match=r"got 'out_h3'\); did you mean 'out_h2'"):
        find(document(), "out_h3")


def test_what_cannot_be_derived_number_by_number_is_said_so():
    case = named_case("document")
    batch = manual.Case(case.network, case.parameters, np.ones((2, 2)), np.ones((2, 2)), case.loss, case.optimiser)
    with pytest.raises(manual.InputError, match="the batch must be one example"):
        explain(batch)
    wide = manual.Network((manual.Linear(2, 300), manual.Linear(300, 1)))
    parameters = {name: np.zeros(shape) for name, shape in wide.parameter_shapes.items()}
    large = manual.Case(wide, parameters, np.ones((1, 2)), np.ones((1, 1)), case.loss, case.optimiser)
    with pytest.raises(manual.InputError, match="at most 500 weights and biases"):
        explain(large)


def test_the_objective_is_kept_apart_from_the_loss():
    case = named_case("document")
    penalised = manual.Case(
        case.network, case.parameters, case.x, case.target, case.loss, case.optimiser, Penalty(l2=0.1), case.frozen
    )
    derivation, trace = explain(penalised), manual.run(penalised)
    assert_close(float(derivation.quantities["J"].value), float(trace["objective"]))
    assert derivation.quantities["∂E_total/∂w1"].value == document().quantities["∂E_total/∂w1"].value
    assert shown(derivation.quantities["∂J/∂w1"], Plain(4))[0] == "∂E_total/∂w1 + λ2 · w1"
