"""Random cases: reproducible one by one, and drawn so that a mistake would show."""

import numpy as np

import manual
from torchref.random_cases import FAMILIES, LARGEST_BATCH, MOST_LAYERS, WIDEST, random_case

CASES = [random_case(0, number) for number in range(300)]


def linear_layers(case):
    return [layer for layer in case.network.layers if layer.kind == "linear"]


def test_a_case_is_made_again_by_its_seed_and_number():
    again = random_case(0, 17)
    assert again.label == CASES[17].label
    assert all(np.array_equal(again.case.parameters[n], v) for n, v in CASES[17].case.parameters.items())
    assert random_case(1, 17).label != again.label


def test_depths_widths_and_batches_reach_their_bounds_and_layers_are_never_all_square():
    depths = {len(linear_layers(c.case)) for c in CASES}
    widths = {layer.out_features for c in CASES for layer in linear_layers(c.case)}
    batches = {c.case.x.shape[0] for c in CASES}
    assert depths == set(range(1, MOST_LAYERS + 1))
    assert (min(widths), min(batches)) == (1, 1)
    assert 240 < max(widths) <= WIDEST
    assert 55 < max(batches) <= LARGEST_BATCH
    assert all(any(m.in_features != m.out_features for m in linear_layers(c.case)) for c in CASES)


def test_every_kind_of_thing_is_drawn():
    kinds = {layer.kind for c in CASES for layer in c.case.network.layers}
    assert kinds == set(manual.LAYERS)
    assert {c.case.loss.name for c in CASES} == {
        f"{k}_{r}" for k, loss in manual.LOSSES.items() for r in loss.reductions
    }
    assert {layer.bias for c in CASES for layer in linear_layers(c.case)} == {"neuron", "shared", "none"}
    penalties = {(c.case.penalty.l1 > 0, c.case.penalty.l2 > 0) for c in CASES}
    assert penalties == {(False, False), (True, False), (False, True), (True, True)}
    assert any(c.case.frozen for c in CASES)
    assert {c.family for c in CASES} == set(FAMILIES)
    assert {str(c.case.dtype) for c in CASES} == {"float32", "float64"}
    targets = [c.case.target.dtype.kind for c in CASES if c.case.loss.kind == "softmax_cross_entropy"]
    assert set(targets) == {"i", "f"}


def test_families_are_what_they_say():
    """Vanishing gradients are tiny, saturated activations sit at their bounds."""
    vanishing = [manual.run(c.case) for c in CASES if c.family == "vanishing"]
    shrunk = [np.abs(t["backward/linear0"]).max() / np.abs(list(t.values())[-1]).max() for t in vanishing]
    assert np.median(shrunk) < 1e-5
    saturated = [c for c in CASES if c.family == "saturated"]
    ordinary = [c for c in CASES if c.family == "ordinary"]

    def share_at_bounds(cases):
        outputs = [
            np.abs(manual.run(c.case)[f"forward/{name}"] - 0.5)
            for c in cases
            for name in c.case.network.names
            if name.startswith("sigmoid")
        ]
        return np.mean([np.mean(o > 0.499) for o in outputs])

    assert share_at_bounds(saturated) > 0.3 > 0.05 > share_at_bounds(ordinary)
