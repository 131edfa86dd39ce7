"""The formulas on paper, held to manual and to torch: every name, every derivative, on networks of many kinds."""

from itertools import pairwise

import numpy as np
import pytest

import manual
from manual import derivatives
from manual.errors import InputError
from manual.names import Names
from tests.closeness import assert_close
from torchref import derivatives as autograd
from torchref import twin
from torchref.case_file import case_names, named_case
from torchref.worksheets.solution import Solution


def case_of(sizes, activations, loss, bias="neuron", seed=0, rate=0.3):
    """A random small case."""
    rng = np.random.default_rng(seed)
    layers = []
    for (i, o), kind in zip(pairwise(sizes), activations, strict=True):
        layers += [manual.Linear(i, o, bias), *([] if kind == "none" else [manual.LAYERS[kind]()])]
    network = manual.Network(tuple(layers))
    parameters = {name: rng.uniform(-0.9, 0.9, shape).round(3) for name, shape in network.parameter_shapes.items()}
    target = rng.uniform(0.1, 0.9, (1, sizes[-1])).round(3)
    if loss.startswith("softmax"):
        target = np.array([1])
    x = rng.uniform(0.1, 1.0, (1, sizes[0])).round(3)
    return manual.Case(network, parameters, x, target, manual.parse_loss(loss), manual.SGD(rate))


CASES = {name: named_case(name) for name in case_names()} | {
    "deep": case_of([2, 3, 2, 2], ["tanh", "sigmoid", "sigmoid"], "half_squared_error_sum"),
    "mean": case_of([2, 2, 3], ["tanh", "identity"], "half_squared_error_mean", "shared"),
    "squared": case_of([3, 2, 2], ["relu", "none"], "squared_error_sum", "none"),
    "absolute": case_of([2, 2, 2], ["sigmoid", "identity"], "absolute_error_mean"),
    "binary": case_of([2, 2, 2], ["tanh", "sigmoid"], "binary_cross_entropy_sum"),
    "classes": case_of([2, 3, 3], ["relu", "identity"], "softmax_cross_entropy_sum"),
    "softmax": case_of([2, 2, 3], ["sigmoid", "softmax"], "half_squared_error_sum"),
    "one layer": case_of([3, 1], ["sigmoid"], "half_squared_error_sum"),
}


@pytest.mark.parametrize("name", CASES)
def test_every_number_is_what_manual_and_torch_compute(name):
    case = CASES[name]
    solution, trace, reference, names = Solution(case), manual.run(case), twin.run(case), Names(case)
    every = [*names, *(f"∂E_total/∂{n}" for n in names if n[-1] != "+" and not n.startswith("E_"))]
    for quantity in every:
        ours = float(solution.exact(quantity).low)
        assert_close(ours, derivatives.value(case, trace, names.resolve(quantity)), 1e-12)
        assert_close(ours, autograd.value(case, reference, names.resolve(quantity)), 1e-12)


@pytest.mark.parametrize("name", CASES)
def test_every_derivative_of_one_number_by_another_is_autograd_s(name):
    case = CASES[name]
    solution, reference, names = Solution(case), twin.run(case), Names(case)
    forward = [n for n in names if not n.endswith("+")]
    tried = 0
    for of in (n for n in forward if n.startswith(("l_", "out_", "E_o"))):
        for by in (n for n in forward if not n.startswith("E_") and n in solution.wiring.consumers):
            if solution.wiring.leads_to(by, of) and of != by:
                found = float(solution.exact(solution.canonical(of, by)).low)
                assert_close(found, autograd.value(case, reference, names.resolve(f"∂{of}/∂{by}")), 1e-12)
                tried += 1
    assert tried > 3


@pytest.mark.parametrize("name", ["document", "mazur", "deep", "mean", "classes"])
def test_a_plus_is_the_forward_pass_after_the_update(name):
    from dataclasses import replace

    case = CASES[name]
    trace = manual.run(case)
    after = replace(case, parameters={p: trace[f"updated/{p}"] for p in case.parameters})
    second, solution = manual.run(after), Solution(case)
    assert_close(float(solution.exact("E_total+").low), float(second["loss"]), 1e-12)
    assert_close(float(solution.exact("out_o1+").low), float(second[f"forward/{case.network.names[-1]}"][0, 0]), 1e-12)


def test_a_case_that_names_do_not_reach_is_refused():
    from dataclasses import replace

    case = CASES["document"]
    batch = replace(case, x=np.ones((2, 2)), target=np.ones((2, 2)))
    with pytest.raises(InputError, match="one example"):
        Solution(batch)
    with pytest.raises(InputError, match="without a penalty"):
        Solution(replace(case, penalty=manual.Penalty(l2=0.1)))


@pytest.mark.parametrize("sizes", [[2] * 60, [1] * 200, [12, 12, 12]])
def test_a_network_deeper_than_the_stack_or_wide_is_checked_all_the_same(sizes):
    from torchref.worksheets import check_text

    case = case_of(sizes, ["sigmoid"] * (len(sizes) - 1), "half_squared_error_sum")
    digits = f"{float(Solution(case).exact('E_total+').low):.9f}"
    signs = check_text(f"E_total+ = {digits}\nw1+ = 0.777777\n", case).signs
    assert [str(sign.judgement) for sign in signs] == ["right", "wrong"]
