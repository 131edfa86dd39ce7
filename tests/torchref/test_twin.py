"""The twin: the same names and shapes as ours, a trace of its own, and none of manual's mathematics."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import manual
import torchref
from manual import LAYERS, LOSSES, OPTIMISERS
from manual.surfaces import SURFACES
from tests.closeness import assert_close
from torchref import twin
from torchref.precision import ieee_float32
from torchref.random_cases import random_case

ROOT = Path(torchref.__file__).parent


def test_every_kind_has_its_row():
    assert set(twin.LAYERS) == set(LAYERS)
    assert set(twin.LOSSES) == set(LOSSES)
    assert set(twin.OPTIMISERS) == set(OPTIMISERS)
    assert set(twin.SURFACES) == set(SURFACES)


@pytest.mark.parametrize("number", range(20))
def test_state_dict_keys_and_shapes_are_ours(number):
    case = random_case(1, number).case
    state = dict(twin.build(case.network).state_dict())
    assert {name: tuple(value.shape) for name, value in state.items()} == case.network.parameter_shapes


@pytest.mark.parametrize("number", range(40))
def test_its_trace_has_our_quantities_in_our_order(number):
    """All but the inner quantities of layers, which torch's modules do not show."""
    case = random_case(1, number).case
    ours, theirs = manual.run(case), twin.run(case)
    assert [(name, a.shape, a.dtype) for name, a in ours.items() if name in theirs] == [
        (name, a.shape, a.dtype) for name, a in theirs.items()
    ]
    entering = case.network.batch_shapes(case.x.shape)
    inside = {f"{n.name}.{i}" for n in case.network.nodes for i in n.layer.inner_shapes(entering[n.name])}
    assert {name.partition("/")[2] for name in ours if name not in theirs} <= inside


def test_l2_is_torch_s_weight_decay():
    case = replace(manual.document.example(), penalty=manual.Penalty(l2=0.1, biases=True), frozen=frozenset())
    trace = manual.run(case)
    for name, value in case.parameters.items():
        parameter = torch.nn.Parameter(twin.tensor(value))
        parameter.grad = twin.tensor(manual.run(manual.document.example())[f"gradient/{name}"])
        torch.optim.SGD([parameter], lr=1.0, weight_decay=0.1).step()
        assert_close(trace[f"updated/{name}"], twin.array(parameter))


def test_nothing_under_torchref_computes_with_manual_s_layers():
    """Share the nouns, never the verbs: the reference side calls no forward, backward, slope or update of manual."""
    verbs = {"forward", "backward", "slope", "update", "grad_weight", "grad_bias"}
    for name in ("twin", "reference", "rounding", "steps", "compare", "allowance", "derivatives"):
        tree = ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8"))
        imports = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
        assert not {m for m in imports if m.startswith("manual.") and m.split(".")[1] in ("step", "run", "training")}
        called = {n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}
        if name in ("twin", "compare", "allowance", "derivatives", "steps"):
            assert not called & verbs - {"backward", "update"}, name


def test_precision_is_ieee_inside_and_as_before_after():
    backends = torch.backends
    places = [backends.cuda.matmul, backends.cudnn.conv, backends.cudnn.rnn]
    before = [place.fp32_precision for place in places]
    with ieee_float32():
        assert [place.fp32_precision for place in places] == ["ieee"] * 3
    assert [place.fp32_precision for place in places] == before
    with pytest.raises(RuntimeError), ieee_float32():
        raise RuntimeError
    assert [place.fp32_precision for place in places] == before


@pytest.mark.cuda
def test_cuda_agrees_step_by_step(cuda):
    from torchref.agreement import check_network

    results = [check_network(0, number, cuda) for number in range(100)]
    assert [r.command for r in results if r.verdict != "agrees"] == []
