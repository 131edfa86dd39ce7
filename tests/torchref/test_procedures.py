"""Around the step: schedules, preprocessing, surfaces and training agree with torch, and a wrong one does not."""

import pytest

from manual.schedules import CosineDecay
from manual.surfaces import UnevenBowl
from torchref.procedures import check_procedures
from torchref.verdict import Verdict


def test_all_agree():
    comparisons = list(check_procedures())
    assert [c.name for c in comparisons if c.verdict is not Verdict.AGREES] == []
    assert len(comparisons) == 28


def test_a_wrong_schedule_differs(monkeypatch):
    monkeypatch.setattr(CosineDecay, "factor", lambda self, step: 1 - step / self.steps)
    wrong = {c.name for c in check_procedures() if c.verdict is not Verdict.AGREES}
    assert wrong == {"schedule/cosine", "training/document"}


@pytest.mark.parametrize(
    ("kind", "setting", "names"),
    [
        ("Momentum", "momentum", {"optimiser/momentum", "optimiser/nesterov", "training/nesterov"}),
        ("Adam", "eps", {"optimiser/adam", "optimiser/adam-amsgrad", "training/adam"}),
        ("RMSprop", "alpha", {"optimiser/rmsprop", "optimiser/rmsprop-centered", "training/rmsprop"}),
    ],
)
def test_a_wrong_optimiser_differs(monkeypatch, kind, setting, names):
    from dataclasses import replace

    import manual

    rule = getattr(manual, kind)
    update = rule.update

    def wrong(self, *arguments, **keywords):
        return update(replace(self, **{setting: getattr(self, setting) * (1 - 1e-3)}), *arguments, **keywords)

    monkeypatch.setattr(rule, "update", wrong)
    found = {c.name for c in check_procedures() if c.verdict is not Verdict.AGREES}
    assert names <= found


def test_a_wrong_surface_differs(monkeypatch):
    import numpy as np

    monkeypatch.setattr(UnevenBowl, "gradient", lambda self, x, y: np.stack((2 * x, 10 * y), axis=-1))
    assert {c.name for c in check_procedures() if c.verdict is not Verdict.AGREES} == {
        "surface/uneven-bowl",
        "quasi-newton/uneven-bowl",
    }


@pytest.mark.parametrize("name", ["Standardise", "MinMax", "Whiten"])
def test_a_wrong_transform_differs(monkeypatch, name):
    from manual import preprocessing

    transform = getattr(preprocessing, name)
    apply = transform.apply
    monkeypatch.setattr(transform, "apply", lambda self, x: apply(self, x) * (1 + 1e-6))
    wrong = {c.name for c in check_procedures() if c.verdict is not Verdict.AGREES}
    assert {name.partition("/")[0] for name in wrong} == {"preprocessing"}
