"""A case refuses what does not fit together, in one line that says what must be, what was got, what to do."""

from dataclasses import replace

import numpy as np
import pytest

import manual
from manual import InputError


def case():
    return manual.document.example()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.array([0.1, 0.2])}, r"\(N, features\) \(got \(2,\)\); for one example pass x\[None, :\]"),
        ({"x": np.array([[0.1, np.nan]])}, "x must be finite"),
        ({"x": np.array([[0.1, 0.2, 0.3]])}, r"linear: x must be of shape \(N, 2\) \(got \(N, 3\)\)"),
        ({"x": np.empty((0, 2))}, "x must be a batch"),
        ({"x": np.array([[1j, 0.2]])}, "float32 or float64"),
        ({"target": np.array([[0.85]])}, r"target must be of shape \(1, 2\)"),
        ({"frozen": frozenset({"linear0.biass"})}, "did you mean 'linear0.bias'"),
        ({"loss": manual.parse_loss("binary_cross_entropy_sum"), "target": np.array([[2.0, 0.0]])}, "within"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        replace(case(), **change)


def test_parameters_must_be_all_there_and_of_their_shape():
    parameters = dict(case().parameters)
    with pytest.raises(InputError, match=r"linear2.bias must be given, with shape \(1,\)"):
        replace(case(), parameters={k: v for k, v in parameters.items() if k != "linear2.bias"})
    with pytest.raises(InputError, match=r"linear2.weight must be of shape \(2, 2\)"):
        replace(case(), parameters=parameters | {"linear2.weight": np.zeros((2, 3))})
    with pytest.raises(InputError, match=r"did you mean 'linear2\.weight'"):
        replace(case(), parameters=parameters | {"linear2.weights": np.zeros((2, 2))})


def test_a_loss_of_probabilities_wants_a_last_layer_that_gives_them():
    network = manual.Network((manual.Linear(2, 2, "none"), manual.Tanh()))
    with pytest.raises(InputError, match="end the network with sigmoid or softmax"):
        manual.Case(
            network,
            {"linear0.weight": np.eye(2)},
            np.ones((1, 2)),
            np.ones((1, 2)),
            manual.BinaryCrossEntropy(),
            manual.SGD(),
        )


def test_a_case_keeps_its_own_copy_and_cannot_be_written_through():
    x = np.array([[0.1, 0.2]])
    mine = replace(case(), x=x)
    x[0, 0] = 9.0
    assert mine.x[0, 0] == 0.1
    with pytest.raises(ValueError, match="read-only"):
        mine.x[0, 0] = 9.0
    with pytest.raises(ValueError, match="read-only"):
        manual.run(mine)["loss"][...] = 0.0


def test_a_learning_rate_must_be_above_0():
    with pytest.raises(InputError, match="learning_rate must be finite and above 0"):
        manual.SGD(0.0)


def test_astype_keeps_everything_but_the_digits():
    single = case().astype(np.float32)
    assert single.dtype == np.float32
    assert single.target.dtype == np.float32
    assert all(array.dtype == np.float32 for array in manual.run(single).values())


def test_an_unknown_quantity_is_a_key_error_with_a_suggestion():
    trace = manual.run(case())
    assert trace.get("nothing") is None
    with pytest.raises(KeyError, match="did you mean 'forward/sigmoid1'"):
        trace["forward/sigmod1"]
