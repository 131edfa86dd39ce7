"""Random cases: reproducible one by one, and drawn so that a mistake would show."""

import numpy as np

import manual
from torchref.random_cases import FAMILIES, Limits, random_case
from torchref.random_chains import CHAINS

CASES = [random_case(0, number) for number in range(600)]
CONNECTED = [c for c in CASES if c.family not in CHAINS]


def linear_layers(case):
    return [layer for layer in case.network.layers if layer.kind == "linear"]


def test_a_case_is_made_again_by_its_seed_and_number():
    again = random_case(0, 17)
    assert again.label == CASES[17].label
    assert all(np.array_equal(again.case.parameters[n], v) for n, v in CASES[17].case.parameters.items())
    assert random_case(1, 17).label != again.label


def test_depths_widths_and_batches_reach_their_bounds_and_layers_are_never_all_square():
    depths = {len(linear_layers(c.case)) for c in CONNECTED}
    widths = {layer.out_features for c in CONNECTED for layer in linear_layers(c.case)}
    batches = {c.case.x.shape[0] for c in CONNECTED}
    most = Limits()
    assert depths == set(range(1, most.most_layers + 1))
    assert (min(widths), min(batches)) == (1, 1)
    assert 240 < max(widths) <= most.widest
    assert 55 < max(batches) <= most.largest_batch
    assert all(any(m.in_features != m.out_features for m in linear_layers(c.case)) for c in CONNECTED)


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


def test_deep_vanishing_networks_reach_1e_30():
    cases = [random_case(0, k, Limits(most_layers=20), "vanishing").case for k in range(0, 60, 2)]
    smallest = [np.abs(manual.run(case)["gradient/linear0.weight"]).max() for case in cases]
    assert min(size for size in smallest if size > 0) < 1e-30  # a unit that is dead has a gradient of 0


def test_cancelling_sums_are_small_beside_what_goes_into_them():
    for number in range(10):
        case = random_case(0, number, family="cancelling").case
        x, weight = case.x.astype(float), case.parameters["linear0.weight"].astype(float)
        if x.shape[1] > 1:
            assert np.abs(x @ weight.T).max() < 0.5 * (np.abs(x) @ np.abs(weight).T).max()


def test_mixed_gradients_lie_far_apart():
    apart = []
    for number in range(20):
        trace = manual.run(random_case(0, number, family="mixed").case)
        largest = np.abs(trace["gradient/linear0.weight"]).max(axis=0)
        apart.append(largest.max() / largest.min() if largest.all() else 1.0)
    assert max(apart) > 1e9
