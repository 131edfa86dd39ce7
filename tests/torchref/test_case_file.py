"""Case files: the cases that come along are what their sources say, every case reads back, and errors are clear."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

import manual
from manual.errors import InputError
from manual.names import Names
from torchref.case_file import case_names, named_case, named_case_file, read_case, write_case
from torchref.case_keys import MOST_PARAMETERS, named_parameters
from torchref.random_cases import Limits, random_case

SMALL = {
    "layers": [2, 2, 1],
    "weights": [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6]]],
    "biases": [[0.1, 0.2], [0.3]],
    "x": [1, 2],
    "target": [0.5],
}


def assert_same(one, other):
    assert (one.network, one.loss, one.optimiser, one.penalty) == (
        other.network,
        other.loss,
        other.optimiser,
        other.penalty,
    )
    assert one.frozen == other.frozen
    for name, value in one.parameters.items():
        np.testing.assert_array_equal(value, other.parameters[name])
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.target, other.target)


def read(tmp_path, given, name="case.json"):
    path = tmp_path / name
    path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
    return read_case(path)


def test_the_document_s_case_is_the_document_s_example():
    assert_same(named_case("document"), manual.document.example())


def test_the_cases_give_what_their_sources_print():
    assert case_names() == ["document", "han-kamber", "integer", "mazur"]
    printed = {"mazur": ("0.298371109", 9), "han-kamber": ("0.138396445", 9), "integer": ("1", 0)}
    for name, (digits, places) in printed.items():
        assert f"{float(manual.run(named_case(name))['loss']):.{places}f}" == digits
    trace = manual.run(named_case("integer"))
    assert trace["gradient/linear0.weight"].tolist() == [[-2, -4], [0, 0]]
    assert trace["gradient/linear2.weight"].tolist() == [[-4, 0]]
    assert named_case_file("mazur").title_zh == "Mazur 的逐步例子"


@pytest.mark.parametrize("name", ["document", "han-kamber", "integer", "mazur"])
def test_the_cases_that_come_along_read_back(tmp_path, name):
    assert_same(read(tmp_path, write_case(named_case(name)), "case.toml"), named_case(name))


def test_any_case_of_one_example_reads_back(tmp_path):
    limits = Limits(most_layers=4, widest=5, largest_batch=1)
    written = 0
    for number in range(0, 300, 2):  # the even ones are float64
        case = random_case(7, number, limits, "ordinary").case
        plain = manual.SGD(case.optimiser.learning_rate)
        case = replace(case, optimiser=plain, clipping=None, optimiser_state={}, updates=0)
        try:
            text = write_case(case, 'a "title" \\ 标题')
        except InputError:  # settings that a case file has no key for
            continue
        assert_same(read(tmp_path, text, "case.toml"), case)
        written += 1
    assert written >= 30


def test_what_a_case_file_cannot_say_is_told():
    case = manual.document.example()
    with pytest.raises(InputError, match=r"without settings \(got adam\)"):
        write_case(replace(case, optimiser=manual.OPTIMISERS["adam"](1.0)))


def test_the_names_are_those_of_the_document_s_rule():
    for name in case_names():
        case = named_case(name)
        elements = Names(case).elements
        for letter, path, index in named_parameters(case.network):
            assert (elements[letter].path, elements[letter].index) == (f"parameter/{path}", index)


def test_weights_and_biases_may_stand_by_name(tmp_path):
    by_name = SMALL | {
        "weights": {f"w{k + 1}": (k + 1) / 10 for k in range(6)},
        "biases": {"b1": 0.1, "b2": 0.2, "b3": 0.3},
    }
    assert_same(read(tmp_path, by_name), read(tmp_path, SMALL))


def test_what_stays_may_be_named_in_any_way(tmp_path):
    for wanted in (["b1", "b2"], "linear0.bias", ["linear0.bias"]):
        assert read(tmp_path, SMALL | {"frozen": wanted}).frozen == {"linear0.bias"}
    assert read(tmp_path, SMALL | {"frozen": "biases"}).frozen == {"linear0.bias", "linear2.bias"}


def test_a_class_may_be_a_target(tmp_path):
    given = SMALL | {"layers": [2, 2], "weights": [[[1, 2], [3, 4]]], "biases": [[0, 0]], "activations": "none"}
    case = read(tmp_path, given | {"target": 1, "loss": "softmax_cross_entropy"})
    assert case.target.tolist() == [1]
    assert [layer.kind for layer in case.network.layers] == ["linear"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layer": [2, 2]}, "did you mean 'layers'?"),
        ({"layers": [2]}, "layers must be a list of two or more sizes"),
        ({"layers": [2, True, 1]}, "layers must be a list of two or more sizes"),
        ({"layers": [2, 300, 1]}, f"a network of at most {MOST_PARAMETERS} weights and biases (got 1201)"),
        ({"layers": [2, 10**12, 1]}, "a network of at most"),
        ({"layers": [2, 3, 1]}, "weights[0] must be a list of 3 rows, one a neuron (got 2)"),
        ({"activations": "sigmod"}, "did you mean 'sigmoid'?"),
        ({"activations": ["tanh"]}, "activations must be one word for all, or a list of 2"),
        ({"bias": "none"}, "biases[0] must be [], for the layer's bias is none"),
        ({"bias": "shared"}, "biases[0] must be a list of 1 numbers (got 2)"),
        ({"biases": None}, "biases must be a list of 2 entries"),
        ({"weights": {"w1": 1}}, "no w2, w3, w4, w5, w6"),
        ({"weights": {"w7": 1}}, "weights must be one of w1, w2"),
        ({"x": [1]}, "x must be a list of 2 numbers (got 1)"),
        ({"x": [1, float("nan")]}, "x[1] must be a finite number (got nan)"),
        ({"x": [1, 10**400]}, "x[1] must be a finite number (got inf)"),
        ({"x": [1, "2"]}, "x[1] must be a number (got '2')"),
        ({"x": [1, True]}, "x[1] must be a number (got True)"),
        ({"target": 3}, "target must be a list of 1 numbers (got 3)"),
        ({"loss": "half_squared_eror"}, "did you mean 'half_squared_error"),
        ({"learning_rate": 0}, "learning_rate must be finite and above 0"),
        ({"frozen": ["b1"]}, "frozen must be all of a layer's bias or nothing of it (got not b2)"),
        ({"frozen": ["b9"]}, "did you mean"),
        ({"l1": -1}, "penalty: l1 and l2 must be"),
        ({"penalise_biases": 1}, "penalise_biases must be true or false"),
        ({"title": 3}, "title must be a text"),
    ],
)
def test_what_cannot_be_used_is_said_so(tmp_path, change, message):
    with pytest.raises(manual.InputError) as error:
        read(tmp_path, SMALL | change)
    assert message in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "case.json"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("case.yaml", b"", "must be a case file that ends in .toml or .json (got .yaml)"),
        ("case.toml", b"\x00\xff\xfe", "must be text in UTF-8"),
        ("case.toml", b"\x00", "must be valid TOML"),
        ("case.toml", b"x = " + b"1" * 10_000_000, "must be at most 100000 bytes (got more)"),
        ("case.toml", b"x = " + b"[" * 50_000, "must be valid TOML"),
        ("case.json", b"[" * 50_000, "must be valid JSON (got brackets nested too deep)"),
        ("case.json", b'{"x": [1], "x": [2]}', "'x' given twice"),
        ("case.toml", b"x = [1]\nx = [2]", "must be valid TOML"),
        ("case.json", b"[1]", "must be an object with the keys of a case (got list)"),
        ("case.json", b"{}", "layers must be given (got nothing)"),
        ("case.json", b'{"layers": ' + b"9" * 5000 + b"}", "must be valid JSON"),
    ],
)
def test_a_file_that_is_none_is_refused_at_once(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    start = time.perf_counter()
    with pytest.raises(manual.InputError) as error:
        read_case(tmp_path / name)
    assert time.perf_counter() - start < 5
    assert message in str(error.value)
    assert len(str(error.value)) < 500


def test_a_name_that_does_not_exist_gets_a_suggestion(tmp_path):
    with pytest.raises(manual.UnknownNameError, match="did you mean 'document'"):
        named_case("documnet")
    with pytest.raises(manual.InputError, match="must be a readable file"):
        named_case(tmp_path / "missing.toml")


def test_what_a_case_file_cannot_say_is_refused():
    case = named_case("document")
    with pytest.raises(manual.InputError, match="one example"):
        write_case(replace(case, x=np.ones((2, 2)), target=np.ones((2, 2))))
    network = manual.Network((*case.network.layers, manual.Tanh()))
    with pytest.raises(manual.InputError, match="at most one activation"):
        write_case(replace(case, network=network))
