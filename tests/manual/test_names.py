"""The document's names, on its own network and on others, and what does not have one."""

from dataclasses import replace

import numpy as np
import pytest

import manual
from manual.derivatives import value
from manual.names import Derivative, Element, Names
from tests.closeness import assert_close


def names():
    return Names(manual.document.example())


def test_the_document_s_names_are_where_the_document_puts_them():
    case, trace = manual.document.example(), manual.run(manual.document.example())
    given = {"i1": 0.1, "i2": 0.2, "w1": 0.05, "w2": 0.15, "w3": 0.1, "w4": 0.2, "b1": 0.35}
    given |= {"w5": 0.25, "w6": 0.35, "w7": 0.3, "w8": 0.4, "b2": 0.5}
    for name, number in given.items():
        assert value(case, trace, names().resolve(name)) == number


def test_derivatives_by_e_total_are_numbers_of_the_trace_and_others_are_not():
    assert names().resolve("∂E_total/∂w5") == Element("gradient/linear2.weight", (0, 0))
    assert names().resolve("∂E/∂l_h2") == Element("backward/linear0", (0, 1))
    assert names().resolve("∂E_total/∂i2") == Element("backward/input", (0, 1))
    assert names().resolve("w8+") == Element("updated/linear2.weight", (1, 1))
    assert isinstance(names().resolve("∂E_o1/∂w1"), Derivative)


def test_partial_errors_add_up_to_the_total():
    case, trace = manual.document.example(), manual.run(manual.document.example())
    for by in ("w1", "w4", "b1", "l_h2", "out_h1", "i1", "w5"):
        parts = [value(case, trace, names().resolve(f"∂E_o{k}/∂{by}")) for k in (1, 2)]
        assert_close(sum(parts), value(case, trace, names().resolve(f"∂E_total/∂{by}")))


def test_what_does_not_depend_has_derivative_0():
    case, trace = manual.document.example(), manual.run(manual.document.example())
    assert value(case, trace, names().resolve("∂E_o1/∂w7")) == 0.0
    assert value(case, trace, names().resolve("∂l_h1/∂w5")) == 0.0
    assert value(case, trace, names().resolve("∂out_h1/∂out_o1")) == 0.0


def test_the_rule_goes_on_through_deeper_networks():
    network = manual.Network(
        (manual.Linear(2, 3), manual.Tanh(), manual.Linear(3, 2, "none"), manual.ReLU(), manual.Linear(2, 1, "shared"))
    )
    parameters = {name: np.ones(shape) for name, shape in network.parameter_shapes.items()}
    case = manual.Case(network, parameters, np.ones((1, 2)), np.ones((1, 1)), manual.HalfSquaredError(), manual.SGD())
    elements = Names(case).elements
    assert elements["w6"] == Element("parameter/linear0.weight", (2, 1))
    assert elements["w7"] == Element("parameter/linear2.weight", (0, 0))
    assert elements["w14"] == Element("parameter/linear4.weight", (0, 1))
    assert elements["b3"] == Element("parameter/linear0.bias", (2,))
    assert elements["b4"] == Element("parameter/linear4.bias", (0,))
    assert elements["out_h4"] == Element("forward/relu3", (0, 0))
    assert elements["out_o1"] == elements["l_o1"] == Element("forward/linear4", (0, 0))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out_h3", "did you mean 'out_h2'"),
        ("∂E_total/∂w9", "did you mean 'w8'"),
        ("∂w5/∂E_total", "a derivative must be of"),
        ("∂E_total/∂w5+", "a derivative must be of"),
        ("nonsense", "quantity must be one of"),
    ],
)
def test_a_name_that_stands_for_nothing_is_said_so(name, message):
    with pytest.raises(manual.UnknownNameError, match=message):
        names().resolve(name)


def test_only_one_example_has_names():
    case = manual.document.example()
    batch = replace(case, x=np.ones((2, 2)), target=np.ones((2, 2)))
    with pytest.raises(manual.InputError, match="one example"):
        Names(batch)
