"""The examples in torchref/crosschecks/README.md: they run as they stand, take at most ten statements, and agree."""

import ast
import re
from pathlib import Path

import pytest

import torchref

TEXT = (Path(torchref.__file__).parent / "crosschecks" / "README.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
EXAMPLES = {
    title: re.findall(r"```python (their code(?: file=(\S+))?|check)\n(.*?)```", body, re.DOTALL)
    for title, body in SECTIONS
    if "```python check" in body
}


def statements(source):
    """Statements, those inside functions counted too; imports are not what connects code."""
    nodes = ast.walk(ast.parse(source))
    return sum(isinstance(node, ast.stmt) and not isinstance(node, ast.Import | ast.ImportFrom) for node in nodes)


def run(title, tmp_path, monkeypatch, change=lambda source: source):
    (_, file, theirs), (_, _, check) = EXAMPLES[title]
    monkeypatch.chdir(tmp_path)
    namespace = {}
    if file:
        Path(file).write_text(change(theirs), encoding="utf-8")
    else:
        exec(change(theirs), namespace)
    exec(check, namespace)
    return namespace["report"]


def test_every_shape_has_its_example():
    assert len(EXAMPLES) == 10


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_takes_at_most_ten_statements_and_agrees(title, tmp_path, monkeypatch):
    assert statements(EXAMPLES[title][1][2]) <= 10
    report = run(title, tmp_path, monkeypatch)
    assert report.ok, str(report)
    assert len(report.judged) >= 2
    assert not report.findings


# A mistake put into each example, and the name that it must get (None where only the place can be known).
MISTAKES = [
    ("A class with forward and backward", "self.W2.T * self.a1 * (1 - self.a1)", "self.W2.T", "slope-omitted"),
    ("Functions with a cache", '(1 - cache["A1"] ** 2)', '(1 - cache["A1"])', "slope-tanh-unsquared"),
    ("A network whose train step", "hidden * (1 - hidden)) @ inputs.T", "1) @ inputs.T", "slope-omitted"),
    ("A script or notebook", "2 * (prediction - y)", "(prediction - y)", "loss-slope-loses-the-2"),
    (
        "A single layer",
        "cache * (dout - np.sum(dout * cache, axis=1, keepdims=True))",
        "cache * (1 - cache) * dout",
        "softmax-diagonal-only",
    ),
    ("One flat vector", "d1 = d2 @ W2 * (1 - a1**2)", "d1 = d2 @ W2 * (1 - (X @ W1.T + b1)**2)", "slope-at-input"),
    ("Lists over time", "dh_next = dz @ Wh.T", "dh_next = 0", None),
    (
        "An LSTM",
        "dh_next, dc_next = dz[:, : dh.shape[1]], dc * f",
        "dh_next, dc_next = 0, dc * f",
        "recurrence-not-carried",
    ),
    ("A torch.autograd.Function", "(s + x * s * (1 - s))", "s", None),
    ("An optimiser", "(np.sqrt(v_hat) + 1e-8)", "np.sqrt(v_hat + 1e-8)", "eps-inside-the-root"),
]


@pytest.mark.parametrize(("start", "right", "wrong", "name"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_in_it_is_found_and_named(start, right, wrong, name, tmp_path, monkeypatch):
    title = next(t for t in EXAMPLES if t.startswith(start))
    assert right in EXAMPLES[title][0][2]
    report = run(title, tmp_path, monkeypatch, lambda source: source.replace(right, wrong))
    assert report.exit_code == 1
    if name:
        assert name in [e.name for e in report.errors[0].explanations], str(report)
