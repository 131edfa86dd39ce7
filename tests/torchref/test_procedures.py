"""Around the step: schedules, preprocessing, surfaces and training agree with torch, and a wrong one does not."""

import pytest

from manual.schedules import CosineDecay
from manual.surfaces import UnevenBowl
from torchref.procedures import check_procedures
from torchref.verdict import Verdict


def test_all_agree():
    comparisons = list(check_procedures())
    assert [c.name for c in comparisons if c.verdict is not Verdict.AGREES] == []
    assert len(comparisons) == 13


def test_a_wrong_schedule_differs(monkeypatch):
    monkeypatch.setattr(CosineDecay, "factor", lambda self, step: 1 - step / self.steps)
    wrong = {c.name for c in check_procedures() if c.verdict is not Verdict.AGREES}
    assert wrong == {"schedule/cosine", "training/document"}


def test_a_wrong_surface_differs(monkeypatch):
    import numpy as np

    monkeypatch.setattr(UnevenBowl, "gradient", lambda self, x, y: np.stack((2 * x, 10 * y), axis=-1))
    assert {c.name for c in check_procedures() if c.verdict is not Verdict.AGREES} == {"surface/uneven-bowl"}


@pytest.mark.parametrize("name", ["Standardise", "MinMax", "Whiten"])
def test_a_wrong_transform_differs(monkeypatch, name):
    from manual import preprocessing

    transform = getattr(preprocessing, name)
    apply = transform.apply
    monkeypatch.setattr(transform, "apply", lambda self, x: apply(self, x) * (1 + 1e-6))
    wrong = {c.name for c in check_procedures() if c.verdict is not Verdict.AGREES}
    assert {name.partition("/")[0] for name in wrong} == {"preprocessing"}
