"""Diagnosis of each activation, loss and optimiser: every mistake of its own is caught, found at its step and named."""

import numpy as np
import pytest

from tests.torchref.part_cases import PART_CASES
from torchref.diagnosis import diagnose
from torchref.mutants import mutants, trace_of
from torchref.steps import examine


def own_mutants(case):
    """The mistakes that belong to kinds of things, not those that can be made anywhere."""
    return [m for m in mutants(case) if m.mistake.kinds and m.mistake.kinds != ("linear",)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", PART_CASES)
def test_every_mistake_of_its_own_is_caught_at_its_step_and_named(name, dtype):
    case = PART_CASES[name].astype(dtype)
    assert {step.verdict for step in examine(case, trace_of(case, {})).steps} == {"agrees"}
    found = own_mutants(case)
    # What differs in float64 may be below the roundings of float32.
    assert len(found) >= (0 if name in ("identity",) else 2)
    for mutant in found:
        findings = diagnose(examine(case, trace_of(case, {mutant.quantity: mutant.value})))
        assert [f.step.name for f in findings] == [mutant.quantity], mutant.mistake.name
        assert mutant.mistake.name in [e.name for f in findings for e in f.explanations]
