"""Crosscheck: what somebody's code may do, and that each ends in an outcome of its own."""

import sys
from typing import ClassVar

import numpy as np
import pytest
import torch

import torchref
from manual import Adam, InputError, Linear, Network, ReLU, Sigmoid
from torchref.crosschecks.collect import first, gradient_paths, lookup
from torchref.crosschecks.layout import Packing
from torchref.verdict import Verdict

NETWORK = Network((Linear(3, 5), Sigmoid(), Linear(5, 2)))
LAYOUT = {"W1": "linear0.weight", "b1": "linear0.bias", "W2": "linear2.weight", "b2": "linear2.bias"}
X = np.ones((2, 4))
LOSS = "half_squared_error_sum"


def right(p, x, t):
    a = 1 / (1 + np.exp(-(x @ p["W1"].T + p["b1"])))
    d2 = a @ p["W2"].T + p["b2"] - t
    d1 = d2 @ p["W2"] * a * (1 - a)
    return {"loss": 0.5 * (d2**2).sum(), "dW1": d1.T @ x, "db1": d1.sum(0), "dW2": d2.T @ a, "db2": d2.sum(0)}


def check(run, **options):
    return torchref.crosscheck(run, NETWORK, LAYOUT, loss=LOSS, **options)


def test_right_code_agrees_in_both_dtypes():
    assert check(right).ok
    assert check(right, dtype=np.float32).ok


def adam_step(bias_correction):
    """A step of training with Adam, right or without its bias correction; only the new weights are given."""

    def step(p, x, t):
        gradients = right(p, x, t)
        new = {}
        for name, value in p.items():
            gradient = gradients[f"d{name}"]
            m, v = 0.1 * gradient, 0.001 * gradient**2
            if bias_correction:
                m, v = m / (1 - 0.9), v / (1 - 0.999)
            new[name] = value - 0.01 * m / (np.sqrt(v) + 1e-8)
        return {**{k: g for k, g in gradients.items() if k != "loss"}, **new}

    return step


def test_a_step_by_another_optimiser_is_judged_as_that():
    adam = torchref.crosscheck(adam_step(True), NETWORK, LAYOUT, loss=LOSS, optimiser=Adam(0.01))
    assert adam.ok
    assert {step.name for step in adam.steps if step.name.startswith("updated/")} == {
        f"updated/{name}" for name in LAYOUT.values()
    }
    wrong = torchref.crosscheck(adam_step(False), NETWORK, LAYOUT, loss=LOSS, optimiser=Adam(0.01))
    assert {finding.step.name.partition("/")[0] for finding in wrong.findings} == {"updated"}
    assert {e.name for finding in wrong.findings for e in finding.explanations} == {"bias-not-corrected"}
    module = torch.nn.Linear(3, 2).double()
    with pytest.raises(InputError, match="optimiser must be left out beside a torch module"):
        torchref.crosscheck(adam_step(True), module, {"W": "weight"}, x=np.ones((2, 3)), optimiser=Adam(0.01))


def crash(p, x, t):
    raise ZeroDivisionError("division by zero")


def endless(p, x, t):
    return endless(p, x, t)


def leaving(p, x, t):
    sys.exit(3)


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (crash, "ZeroDivisionError: division by zero (test_crosscheck.py, line"),
        (endless, "it calls itself without end (test_crosscheck.py, line"),
        (leaving, "SystemExit: 3 (test_crosscheck.py, line"),
        (lambda p, x, t: None, "nothing to judge was found: no loss, and no gradient or new value of W1, b1, W2, b2"),
        (lambda p, x, t: {"something": 1}, "nothing to judge was found"),
    ],
)
def test_code_that_gives_nothing_is_not_judged_and_says_why(run, message):
    report = check(run)
    assert (report.verdict, report.exit_code) == (Verdict.NOT_JUDGED, 3)
    assert message in str(report)


def changed(**changes):
    return lambda p, x, t: {name: changes.get(name, lambda v: v)(value) for name, value in right(p, x, t).items()}


@pytest.mark.parametrize(
    ("run", "verdict", "words"),
    [
        (changed(dW1=lambda g: g.T), Verdict.WRONG_SHAPE, "if it is stored so, give its layout with .T"),
        (changed(db1=lambda g: g[None]), Verdict.WRONG_SHAPE, "its shape must be (5,) (got (1, 5))"),
        (changed(db2=lambda g: g.sum()), Verdict.WRONG_SHAPE, "its shape must be (2,) (got ())"),
        (
            changed(dW2=lambda g: g * np.nan),
            Verdict.NOT_FINITE,
            "gradient/linear2.weight[0,0] must be finite (got nan)",
        ),
        (changed(dW2=lambda g: np.round(g).astype(int)), Verdict.WRONG_DTYPE, "its dtype must be float64 (got int64)"),
        (changed(dW2=lambda g: g.astype(np.float32)), Verdict.WRONG_DTYPE, "its dtype must be float64 (got float32)"),
    ],
)
def test_what_cannot_be_compared_has_a_verdict_of_its_own(run, verdict, words):
    report = check(run)
    assert [f.step.verdict for f in report.errors] == [verdict]
    assert words in str(report)


def test_integers_that_overflow_are_said_so():
    def run(p, x, t):
        big = np.array([2**62]) * np.array([4])
        return right(p, x, t) | {"db2": np.repeat(big, 2)}

    report = check(run)
    assert [f.step.verdict for f in report.errors] == [Verdict.WRONG_DTYPE]


def test_inputs_changed_in_place_are_said_so_and_do_no_harm():
    def run(p, x, t):
        result = right(p, x.copy(), t)
        x -= x.mean(axis=0)
        p["W1"] += 0
        return result

    report = check(run)
    assert report.ok
    assert "it changes its input x in place" in str(report)


def test_gradients_that_pile_up_between_calls_are_seen():
    total = {}

    def run(p, x, t):
        for name, value in right(p, x, t).items():
            total[name] = total.get(name, 0) + value if name != "loss" else value
        return dict(total)

    report = check(run)
    assert report.ok  # the first call is right
    assert "a second call with the same input gives twice as much: dW1" not in str(report)
    assert "is not cleared between calls" in str(report)


def test_answers_that_vary_are_seen():
    rng = np.random.default_rng(0)

    def run(p, x, t):
        return right(p, x, t) | {"db2": rng.standard_normal(2)}

    assert "something is remembered between calls" in str(check(run))


def test_warnings_are_passed_on():
    def run(p, x, t):
        np.array([1.0]) / np.array([0.0])
        return right(p, x, t)

    assert "RuntimeWarning: divide by zero" in str(check(run))


def test_a_gradient_right_for_another_forward_is_said_so():
    def run(p, x, t):
        """ReLU where sigmoid was declared: consistent in itself."""
        z = x @ p["W1"].T + p["b1"]
        a = np.where(z.real > 0, z, 0)
        d2 = a @ p["W2"].T + p["b2"] - t
        d1 = d2 @ p["W2"] * (z > 0)
        return {"loss": 0.5 * (d2**2).sum(), "dW1": d1.T @ x, "db1": d1.sum(0), "dW2": d2.T @ a, "db2": d2.sum(0)}

    text = str(check(run))
    assert "its gradients are the derivative of its own loss (complex step" in text
    assert "is not the one that was declared" in text


def test_a_gradient_wrong_for_its_own_forward_is_said_so():
    text = str(check(changed(dW1=lambda g: 3 * g)))
    assert "its gradients are not the derivative of its own loss either" in text


def test_code_that_takes_no_complex_numbers_is_witnessed_by_differences():
    def run(p, x, t):
        real = {name: np.asarray(value, float) for name, value in p.items()}
        return changed(dW1=lambda g: 3 * g)(real, x, t)

    with np.errstate(all="ignore"):
        assert "either (differences" in str(check(run))


def test_a_batch_that_hides_mistakes_is_said_so_and_another_is_checked():
    def unsummed(p, x, t):
        return right(p, x, t) | {"db1": right(p, x[:1], t[:1])["db1"]}

    x, target = np.ones((1, 3)), np.zeros((1, 2))
    report = check(unsummed, x=x, target=target)
    assert not report.ok
    assert "cannot tell: " in str(report)
    assert "one example only" in str(report)
    assert [e.name for e in report.errors[0].explanations] == ["first-example-only"]
    assert check(right, x=x, target=target).ok


def test_a_step_of_ones_from_above_is_called_blind():
    from manual import Softmax

    def zeros(p, x, grad_output):
        return {"dx": np.zeros_like(x)}

    report = torchref.crosscheck(zeros, Softmax(), {}, x=np.arange(6.0).reshape(2, 3), target=np.ones((2, 3)))
    assert not report.ok


@pytest.mark.parametrize(
    ("name", "holder"),
    [
        ("dW1", {"dW1": 1.0}),
        ("grad_W1", {"grad_W1": 1.0}),
        ("W1_grad", {"W1_grad": 1.0}),
        ("W1_diff", {"W1_diff": 1.0}),
        ("dLdW1", {"dLdW1": 1.0}),
        ("grads.W1", {"grads": {"W1": 1.0}}),
        ("grads.dW1", {"grads": {"dW1": 1.0}}),
    ],
)
def test_gradients_are_found_under_the_usual_names(name, holder):
    assert first(holder, gradient_paths("W1")) == (name, 1.0)
    assert first(type("Thing", (), holder)(), gradient_paths("W1")) == (name, 1.0)


def test_paths_lead_through_attributes_keys_and_lists():
    layer = type("Layer", (), {"W": 1, "dW": 2})()
    net = type("Net", (), {"layers": [layer], "cache": {"A1": 3}})()
    assert lookup(net, "layers[0].W") == 1
    assert lookup(net, "cache['A1']") == 3
    assert first(net, gradient_paths("layers[0].W")) == ("layers[0].dW", 2)
    with pytest.raises(InputError, match="a path such as"):
        lookup(net, "layers[0]..W!")


def test_layouts_move_numbers_there_and_back():
    shapes = {"w": (3, 2), "b": (3,), "u": (3, 3)}
    arrays = {n: np.random.default_rng(0).standard_normal(s) for n, s in shapes.items()}
    for layout in (
        "w.T",
        lambda P: np.vstack([P["w"].T, P["b"]]),
        lambda P: np.hstack([P["u"], P["w"]]),
        lambda P: np.concatenate([v.ravel() for v in P.values()]),
    ):
        packing = Packing("theirs", layout, shapes)
        back = packing.unpack(packing.pack(arrays))
        assert set(back) == set(packing.holds)
        assert all(np.array_equal(back[name], arrays[name]) for name in back)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("weight", "did you mean"),
        (lambda P: P["w"] * 2, "one that moves numbers"),
        (lambda P: np.vstack([P["w"], P["w"]]), "one that moves numbers"),
        (lambda P: P["w"][:1], "one that holds all of w"),
    ],
)
def test_a_layout_that_is_none_is_said_so(layout, message):
    with pytest.raises(InputError, match=message):
        Packing("theirs", layout, {"w": (3, 2), "weights": (2, 2)})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "half_squared"}, "did you mean 'half_squared_error_sum'"),
        ({"loss": lambda o, t: o}, "the name of one of manual's losses"),
        ({"loss": LOSS, "frozen": ["linear0.biass"]}, "did you mean 'linear0.bias'"),
        ({"loss": LOSS, "x": np.ones((2, 4))}, r"of shape \(N, 3\)"),
    ],
)
def test_what_does_not_fit_the_reference_is_said_so(options, message):
    with pytest.raises(InputError, match=message):
        torchref.crosscheck(right, NETWORK, LAYOUT, **options)


class TestBesideATorchModule:
    """Layer norm and a linear layer, by hand, beside torch's."""

    module = torch.nn.Sequential(torch.nn.LayerNorm(4), torch.nn.Linear(4, 3))
    layout: ClassVar = {"g": "0.weight", "b": "0.bias", "W": "1.weight", "c": "1.bias"}

    @staticmethod
    def layer_norm(p, x, t, mean_path=True):
        mu, var = x.mean(1, keepdims=True), x.var(1, keepdims=True)
        inv = 1 / np.sqrt(var + 1e-5)
        xhat = (x - mu) * inv
        y = xhat * p["g"] + p["b"]
        d = y @ p["W"].T + p["c"] - t
        dy = d @ p["W"]
        dxhat = dy * p["g"]
        dx = dxhat - xhat * (dxhat * xhat).mean(1, keepdims=True) - mean_path * dxhat.mean(1, keepdims=True)
        return {
            "loss": 0.5 * (d**2).sum(),
            "dW": d.T @ y,
            "dc": d.sum(0),
            "dg": (dy * xhat).sum(0),
            "db": dy.sum(0),
            "dx": dx * inv,
        }

    def check(self, run, **options):
        rng = np.random.default_rng(0)
        x, t = rng.standard_normal((6, 4)), rng.standard_normal((6, 3))
        loss = lambda o, t: 0.5 * ((o - t) ** 2).sum()  # noqa: E731
        return torchref.crosscheck(run, self.module, self.layout, loss=loss, x=x, target=t, **options)

    def test_right_code_agrees(self):
        report = self.check(self.layer_norm)
        assert report.ok, str(report)
        assert len(report.judged) == 6
        assert self.check(self.layer_norm, dtype=np.float32).ok

    def test_a_dropped_path_is_found(self):
        report = self.check(lambda p, x, t: self.layer_norm(p, x, t, mean_path=False))
        assert [f.step.name for f in report.errors] == ["backward/input"]

    def test_factors_and_zeros_are_named(self):
        run = lambda p, x, t: self.layer_norm(p, x, t) | {"dg": 0 * p["g"], "dW": -self.layer_norm(p, x, t)["dW"]}  # noqa: E731
        names = {f.step.name: [e.name for e in f.explanations] for f in self.check(run).errors}
        assert names == {"gradient/0.weight": ["× 0"], "gradient/1.weight": ["× -1"]}

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({}, "x must be given"),
            ({"x": X, "loss": "mse"}, "a function of"),
            ({"x": X, "loss": min}, "target must be"),
        ],
    )
    def test_what_it_needs_is_said(self, options, message):
        with pytest.raises(InputError, match=message):
            torchref.crosscheck(self.layer_norm, self.module, self.layout, **options)

    def test_something_else_is_no_reference(self):
        with pytest.raises(InputError, match="a network, a layer, a case or a torch module"):
            torchref.crosscheck(right, "linear", {})


class Cube(torch.autograd.Function):
    """x³ with a backward that can be spoilt."""

    factor = 3.0

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * Cube.factor * x**2


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
class TestFunctions:
    """A hand-written autograd function in every precision."""

    def report(self, dtype, device="cpu"):
        x = torch.randn(9, 5, generator=torch.Generator().manual_seed(1)).to(device, dtype).requires_grad_()
        return torchref.crosscheck_function(Cube.apply, lambda x: x * x * x, [x])

    def test_a_right_one_agrees(self, dtype):
        report = self.report(dtype)
        assert report.ok, str(report)

    def test_a_wrong_one_differs_by_a_few_percent_even_in_bfloat16(self, dtype, monkeypatch):
        monkeypatch.setattr(Cube, "factor", 3.2)
        report = self.report(dtype)
        assert [f.step.name for f in report.errors] == ["gradient/input0"]

    @pytest.mark.cuda
    def test_the_same_on_cuda(self, dtype, cuda):
        assert self.report(dtype, cuda).ok


def test_a_function_that_crashes_is_not_judged():
    x = torch.ones(2, requires_grad=True)
    report = torchref.crosscheck_function(lambda x: x @ torch.ones(3), lambda x: x, [x])
    assert report.exit_code == 3
    assert "RuntimeError" in str(report)


def test_a_dead_network_is_a_kink_that_agrees():
    network = Network((Linear(3, 4, "none"), ReLU()))

    def run(p, x, t):
        z = x @ p["W"].T
        d = (np.maximum(z, 0) - t) * (z > 0)
        return {"dW": d.T @ x}

    assert torchref.crosscheck(
        run, network, {"W": "linear0.weight"}, loss=LOSS, x=np.zeros((2, 3)), target=np.ones((2, 4))
    ).ok


def test_a_report_is_text_and_html_in_both_languages():
    from torchref.render.report import report_html, report_text

    report = check(changed(dW1=lambda g: -g))
    assert "it has the wrong sign" in report_text(report)
    assert "符号错了" in report_text(report, "zh")
    assert "<table>" in report._repr_html_()
    hostile = torchref.Report("<script>alert(1)</script>", crashed="<b>")
    assert "<script>" not in report_html(hostile)
