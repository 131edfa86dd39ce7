"""Trials and what they draw: few samples where a difference is small, all of them where it is not."""

import numpy as np
import pytest
import torch

from tests.closeness import assert_close
from torchref import perturbed
from torchref.perturbed import AHEAD, Perturbed
from torchref.random_cases import random_case
from torchref.reference import Reference
from torchref.trials import FEW, MOVE, SAMPLES, Trials


def walked(case):
    reference = Reference(case)
    for step in reference.walk():
        reference.values[step.name] = step.value
        yield step


def counting(made):
    """Passes that say how many of them were asked for."""
    for value in (1.0, 3.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0):
        made.append(value)
        yield {"y": torch.tensor([value * MOVE], dtype=torch.float64)}


def test_samples_are_drawn_as_they_are_asked_for_and_kept():
    made = []
    trials = Trials({"y": torch.zeros(1, dtype=torch.float64)}, counting(made))
    assert made == []
    assert_close(trials.moved("y", 2), [np.sqrt((1 + 9) / 2)])
    assert_close(trials.moved("y", 1), [np.sqrt((1 + 9) / 2)])
    assert len(made) == 2
    assert_close(trials.moved("y", 8), [np.sqrt((1 + 9 + 6 * 25) / 8)])
    assert len(made) == SAMPLES


@pytest.mark.parametrize("family", ["convolutional", "sequence"])
def test_what_is_well_within_the_first_allowance_needs_no_more_and_what_is_not_does(family):
    count = 0
    for number in range(0, 20, 2):
        for step in walked(random_case(4, number, family=family).case):
            if not step.is_tried:
                continue
            asked = []

            def analysis(samples, step=step, asked=asked):
                asked.append(samples)
                return step.analysis(samples)

            counted = type(step)(step.name, step.function, step.value, analysis, step.inputs, 0.0, True)
            counted.rounding_for(step.value, np.float64)
            assert asked == [FEW]
            counted.rounding_for(step.value + 1.0, np.float64)
            assert asked == [FEW, FEW, SAMPLES]
            count += 1
    assert count > 20


def test_factors_are_the_same_for_a_seed_and_go_round_where_they_end():
    x = torch.ones(AHEAD // 2 + 1, dtype=torch.float64)
    with Perturbed(1e-3, 5) as noise:
        first, second = x * 1.0, x * 1.0
    assert noise.used == x.numel()  # the second had no room left and began again
    assert torch.equal(first, second)
    with Perturbed(1e-3, 6):
        assert not torch.equal(x * 1.0, first)
    assert (first - 1).abs().max() <= 1e-3
    assert (first - 1).abs().max() > 0.9e-3


@pytest.mark.parametrize(("size", "dtype"), [(AHEAD + 1, torch.float64), (10, torch.float32)])
def test_what_cannot_be_drawn_ahead_is_drawn_and_keeps_its_dtype(size, dtype):
    x = torch.ones(size, dtype=dtype)
    with Perturbed(1e-3, 5):
        moved = x * 1.0
    assert moved.dtype == dtype
    assert 0 < (moved - 1).abs().max() <= 1.001e-3


def test_views_and_what_is_written_in_place_are_left_alone():
    x = torch.ones(4, dtype=torch.float64)
    assert torch.equal(perturbed.perturbed(lambda: x.view(2, 2), 1e-3, 1), x.view(2, 2))
    assert torch.equal(perturbed.perturbed(lambda: x.add_(1.0), 1e-3, 1), torch.full((4,), 2.0, dtype=torch.float64))
