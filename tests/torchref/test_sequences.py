"""Layers of sequences beside torch: its modules give the same numbers, every mistake is caught inside and named."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import manual
from manual import Network
from manual.blocks import encoder
from manual.layers.gru import GRU
from manual.layers.lstm import LSTM
from manual.layers.multi_head_attention import MultiHeadAttention
from manual.layers.rnn import RNN
from tests.closeness import assert_close
from tests.sequences import NETWORKS, case_of, sequence_case
from torchref import end_to_end, twin
from torchref.diagnosis import diagnose
from torchref.mistakes import MISTAKES, attention, blocks, gru, lstm, recurrent
from torchref.mutants import mutants, trace_of
from torchref.steps import examine, judge
from torchref.verdict import Verdict

OWN = {
    name
    for name, mistake in MISTAKES.items()
    if mistake.wrong.__module__ in {m.__name__ for m in (attention, blocks, gru, lstm, recurrent)}
}
# Where the mistakes are tried: each can be made in one of these at least.
TRIED = [name for name in NETWORKS if not name.startswith(("encoder", "lstm, stacked", "lstm, one"))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_step_agrees_with_torch(name, dtype):
    case = sequence_case(name, dtype)
    trace = manual.run(case)
    steps = judge(case, trace)
    assert {step.verdict for step in steps} == {Verdict.AGREES}
    assert [step.name for step in steps] == list(trace)
    digits = end_to_end.worst(end_to_end.digits(case, trace, twin.run(case)))
    assert digits["gradient"] > (5 if dtype == np.float32 else 13)


@pytest.mark.cuda
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_step_agrees_with_torch_on_cuda(name, dtype, cuda):
    case = sequence_case(name, dtype)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="RNN module weights are not part of single contiguous chunk")
        theirs = twin.run(case, cuda)
    assert {step.verdict for step in judge(case, manual.run(case), cuda)} == {Verdict.AGREES}
    assert {step.verdict for step in judge(case, theirs)} <= {Verdict.AGREES, Verdict.MISSING}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_pieces_are_torch_s_own_layers(name):
    """The examined steps are cut inside by equations of our own; uncut these give what torch's modules give."""
    case = sequence_case(name)
    theirs = twin.run(case)
    assert {step.verdict for step in judge(case, theirs)} <= {Verdict.AGREES, Verdict.MISSING}
    inside = set(manual.run(case)) - set(theirs)
    assert all("." in path for path in inside)


@pytest.mark.parametrize(
    ("make", "module"),
    [(RNN, nn.RNN), (LSTM, nn.LSTM), (GRU, nn.GRU)],
)
def test_two_layers_in_a_chain_are_torch_s_with_two_layers(make, module):
    case = case_of(Network((make(4, 5), make(5, 5))), (3, 7, 4))
    theirs = module(4, 5, num_layers=2, batch_first=True).double()
    states = {f"{name.rpartition('.')[2]}_l{place}": value for place, name, value in _placed(case.parameters)}
    theirs.load_state_dict({name: torch.tensor(value) for name, value in states.items()})
    first = [torch.tensor(np.stack(values)) for values in _by_letter(case.states).values()]
    output, _ = theirs(torch.tensor(case.x), tuple(first) if len(first) > 1 else first[0])
    assert_close(manual.run(case)[f"forward/{case.network.names[-1]}"], output.detach().numpy())


def _placed(parameters):
    for name, value in parameters.items():
        yield int(name.partition(".")[0][-1]), name, value


def _by_letter(states):
    found = {}
    for name, value in states.items():
        found.setdefault(name.rpartition(".")[2], []).append(value)
    return found


@pytest.mark.parametrize("norm_first", [True, False])
def test_the_encoder_is_torch_s(norm_first):
    case = case_of(Network(encoder(6, 2, 9, norm_first=norm_first, activation="gelu")), (3, 7, 6))
    settings = {"norm_first": norm_first, "activation": "gelu", "batch_first": True, "dropout": 0.0}
    theirs = nn.TransformerEncoderLayer(6, 2, 9, **settings).double()
    ours = [torch.tensor(value) for value in case.parameters.values()]
    kinds = [name.rpartition(".")[0].rpartition(".")[2] or name.rpartition(".")[0] for name in case.parameters]
    attention_part = [v for kind, v in zip(kinds, ours, strict=True) if kind.startswith("multi_head")]
    linear_part = [v for kind, v in zip(kinds, ours, strict=True) if kind.startswith("positionwise")]
    norm_part = [v for kind, v in zip(kinds, ours, strict=True) if kind.startswith("layer_norm")]
    order = [*attention_part, *linear_part, *norm_part]
    theirs.load_state_dict(dict(zip(theirs.state_dict(), order, strict=True)))
    output = theirs(torch.tensor(case.x)).detach().numpy()
    assert_close(manual.run(case)[f"forward/{case.network.names[-1]}"], output)


def test_a_query_that_may_look_nowhere_gets_0_in_torch_and_nan_where_it_returns_weights():
    layer = MultiHeadAttention(6, 2, padding=True)
    case = case_of(Network((layer,)), (3, 7, 6))
    mask = np.zeros((3, 7), bool)
    mask[1] = True
    case = replace(case, states={"multi_head_attention0.padding_mask": mask})
    ours = manual.run(case)
    assert {step.verdict for step in judge(case, ours)} == {Verdict.AGREES}
    assert not ours["forward/multi_head_attention0.context"][1].any()
    theirs = nn.MultiheadAttention(6, 2, batch_first=True).double()
    theirs.load_state_dict(dict(zip(theirs.state_dict(), map(torch.tensor, case.parameters.values()), strict=True)))
    x, padding = torch.tensor(case.x), torch.tensor(mask)
    without, _ = theirs(x, x, x, key_padding_mask=padding, need_weights=False)
    assert_close(ours["forward/multi_head_attention0"], without.detach().numpy())
    returned, _ = theirs(x, x, x, key_padding_mask=padding, need_weights=True)
    assert torch.isnan(returned[1]).all()


def test_every_mistake_of_sequences_can_be_made_somewhere():
    made = {m.mistake.name for name in TRIED for m in mutants(sequence_case(name))}
    assert OWN - made == set()


@pytest.mark.parametrize("name", TRIED)
def test_every_mistake_is_caught_inside_the_layer_and_named(name):
    case = sequence_case(name)
    of_layer = [m for m in mutants(case) if m.mistake.name in OWN]
    assert of_layer or "concat" in name
    for mutant in of_layer:
        findings = diagnose(examine(case, trace_of(case, {mutant.quantity: mutant.value})))
        what = f"{mutant.mistake.name} at {mutant.quantity}"
        assert [f.step.name for f in findings] == [mutant.quantity], what
        assert mutant.mistake.name in {e.name for f in findings for e in f.explanations}, what


@pytest.mark.parametrize("name", ["lstm", "gru, last, truncated", "heads, masked"])
def test_general_mistakes_inside_a_layer_are_found_there(name):
    case = sequence_case(name, np.float32)
    pool = [m for m in mutants(case) if m.mistake.name not in OWN and m.quantity.count(".") == 1]
    for place in np.random.default_rng(0).permutation(len(pool))[:12]:
        mutant = pool[place]
        findings = diagnose(examine(case, trace_of(case, {mutant.quantity: mutant.value})))
        assert [f.step.name for f in findings] == [mutant.quantity], mutant
        assert mutant.mistake.name in {e.name for f in findings for e in f.explanations}, mutant
