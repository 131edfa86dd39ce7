"""The project itself: its documents are fresh and true, its layout is what the card names, nothing leaks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme import DERIVATION, FILES, MARKS, fresh

ROOT = Path(__file__).parent.parent


def tracked():
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return listed.splitlines()


@pytest.mark.parametrize("name", FILES)
def test_the_table_in_the_readme_is_fresh(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert MARKS.search(text)
    assert DERIVATION.search(text)
    assert fresh(text) == text
    assert "| w5+ | 0.268375021 | 0.26837502154 | 0.26837502154 | truncated |" in text


def test_a_stale_derivation_is_seen():
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("0.000425236591", "0.000425236592")
    assert fresh(text) != text


def test_a_stale_table_is_seen():
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("0.26837502154", "0.26837502155")
    assert fresh(text) != text


def test_the_readme_s_code_runs_and_prints_what_stands_below_it(capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", text, re.DOTALL)
    assert len(blocks) >= 2
    for source, output in blocks:
        exec(source, {})
        assert capsys.readouterr().out.split() == output.split()


def test_the_top_level_holds_what_the_card_names():
    top = {path.split("/")[0] for path in tracked()}
    rooms = {"manual", "torchref", "tests", "runs", "scripts"}
    files = {"pyproject.toml", "constraints.txt", "LICENSE", ".gitignore", ".github", ".ci"}
    assert top == rooms | files | {"README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md"}


def test_only_the_readme_of_runs_is_kept():
    assert [path for path in tracked() if path.startswith("runs/")] == ["runs/README.md"]


def test_constraints_are_names_and_versions_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"#.*|[a-z0-9-]+==[\d.]+", line) for line in lines)
    assert "torch==2.13.0" in lines


@pytest.mark.parametrize("name", [*FILES, "CONTRIBUTING.md"])
def test_links_within_the_project_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")]
    assert all((ROOT / link).exists() for link in links)


@pytest.fixture
def softsign(tmp_path, monkeypatch):
    """CONTRIBUTING's layer: its file in a folder that manual.layers looks into, and its row in the twin's table."""
    import numpy as np
    from torch import nn

    import manual.layers
    from torchref import rounding, twin

    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    file, row = (
        re.sub(r"^   ", "", block, flags=re.M) for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    )
    (tmp_path / "softsign.py").write_text(file, encoding="utf-8")
    rows = eval(f"{{{row}}}", {"LayerTwin": twin.LayerTwin, "nn": nn, "rounding": rounding, "np": np})  # our own text
    for kind, of in rows.items():
        monkeypatch.setitem(twin.LAYERS, kind, of)
        monkeypatch.setitem(manual.layers.LAYERS, kind, None)  # taken out again at the end
    monkeypatch.setattr(manual.layers, "__path__", [*manual.layers.__path__, str(tmp_path)])
    manual.layers.discover()
    yield manual.layers.LAYERS["softsign"]
    sys.modules.pop("manual.layers.softsign")


def test_the_layer_that_contributing_walks_through_is_found_checked_and_localised(softsign):
    """One file and one row: random networks have it, each of its steps is judged, and a wrong one is located."""
    import manual
    from torchref.random_cases import random_case
    from torchref.steps import judge

    cases = [random_case(0, number, family="sequence").case for number in range(60)]
    cases = [case for case in cases if any(node.layer.kind == "softsign" for node in case.network.nodes)]
    located = 0
    for case in cases:
        trace = manual.run(case)
        assert {step.verdict for step in judge(case, trace)} == {"agrees"}
        name = next(node.name for node in case.network.nodes if node.layer.kind == "softsign")
        source = next(node.sources[0] for node in case.network.nodes if node.name == name)
        if f"backward/{source}" in trace and trace[f"backward/{name}"].any():
            wrong = dict(trace) | {f"backward/{source}": trace[f"backward/{name}"]}
            assert next(step.function for step in judge(case, wrong) if step.verdict.is_wrong) == f"{name}.backward"
            located += 1
    assert located > 3
