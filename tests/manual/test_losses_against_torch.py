"""Losses against torch's own functions, reductions and all: with settings, class weights, smoothed labels."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import manual
from manual import InputError
from tests.closeness import ROUNDED, SINGLE, assert_close

RNG = np.random.default_rng(12)
WEIGHT = (0.5, 2.0, 1.25, 0.75)
W = torch.tensor(WEIGHT, dtype=torch.float64)
SHAPE = (9, 4)
IDS, ROWS = RNG.integers(4, size=9), RNG.dirichlet(np.ones(4), 9)
NUMBERS, SIGNS = 2 * RNG.standard_normal(SHAPE), RNG.choice([-1.0, 1.0], SHAPE)


def kl(o, t, r):
    return F.kl_div(o, t, reduction=r)


# The loss, its target, and torch's function of (output, target, reduction).
CASES = {
    "huber": (manual.Huber(delta=0.625), NUMBERS, lambda o, t, r: F.huber_loss(o, t, reduction=r, delta=0.625)),
    "smooth L1": (
        manual.SmoothL1(beta=0.375),
        NUMBERS,
        lambda o, t, r: F.smooth_l1_loss(o, t, reduction=r, beta=0.375),
    ),
    "KL": (manual.KLDivergence(), ROWS, kl),
    "KL of 0": (manual.KLDivergence(), np.eye(4)[IDS], kl),
    "KL, log target": (
        manual.KLDivergence(log_target=True),
        np.log(ROWS),
        lambda o, t, r: F.kl_div(o, t, reduction=r, log_target=True),
    ),
    "hinge": (
        manual.Hinge(margin=0.75),
        SIGNS,
        lambda o, t, r: F.margin_ranking_loss(o, torch.zeros_like(o), t, margin=0.75, reduction=r),
    ),
    "multi-margin": (
        manual.MultiMargin(margin=0.75),
        IDS,
        lambda o, t, r: F.multi_margin_loss(o, t, margin=0.75, reduction=r),
    ),
    "likelihood": (manual.NegativeLogLikelihood(), IDS, lambda o, t, r: F.nll_loss(o, t, reduction=r)),
    "likelihood, weighted": (
        manual.NegativeLogLikelihood(weight=WEIGHT),
        IDS,
        lambda o, t, r: F.nll_loss(o, t, W.to(o.dtype), reduction=r),
    ),
    **{
        f"cross-entropy{' of rows' * (t is ROWS)}{', weighted' * bool(w)}{', smoothed' * bool(s)}": (
            manual.SoftmaxCrossEntropy(weight=w, label_smoothing=s),
            t,
            lambda o, t, r, w=w, s=s: F.cross_entropy(
                o, t, W.to(o.dtype) if w else None, reduction=r, label_smoothing=s
            ),
        )
        for w in ((), WEIGHT)
        for s in (0.0, 0.1)
        for t in (IDS, ROWS)
    },
}
NAMES = [(name, reduction) for name, (loss, _, _) in CASES.items() for reduction in type(loss).reductions]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "reduction"), NAMES)
def test_value_and_gradient_are_torch_s(name, reduction, dtype):
    loss, target, torch_s = CASES[name]
    loss = replace(loss, reduction=reduction)
    output = (2 * RNG.standard_normal(SHAPE)).astype(dtype)
    target = target.astype(dtype) if target.dtype.kind == "f" else target
    before = (output.copy(), target.copy())
    loss.check_target(target, SHAPE)
    scale = loss.scale(SHAPE, target)
    elements = loss.elements(output, target).ravel()
    got = loss.reduce(elements, scale)
    slope = loss.backward(output, target, scale)
    assert got.dtype == slope.dtype == dtype
    assert np.array_equal(output, before[0])
    assert np.array_equal(target, before[1])

    leaf = torch.tensor(output).double().requires_grad_()
    given = torch.tensor(target).double() if target.dtype.kind == "f" else torch.tensor(target)
    if reduction == "batchmean":
        value = torch_s(leaf, given, "sum") / len(output)
    elif "KL" in name and reduction == "mean":  # torch warns that its mean is over the classes too
        value = torch_s(leaf, given, "sum") / output.size
    else:
        value = torch_s(leaf, given, reduction)
    (expected,) = torch.autograd.grad(value, leaf)
    tolerance = SINGLE if dtype == np.float32 else ROUNDED
    size = scale * np.abs(elements).sum()  # of what the sum may cancel
    assert_close([got, size], [value.detach(), size], tolerance)
    assert_close(slope, expected, tolerance)


@pytest.mark.parametrize("name", CASES)
def test_buffers_and_a_leading_axis_give_the_same_bits(name):
    loss, target, _ = CASES[name]
    outputs = 2 * RNG.standard_normal((3, *SHAPE))
    for function in (loss.elements, loss.slope):
        together = function(outputs, target)
        assert np.array_equal(function(outputs, target, np.full_like(together, np.nan)), together)
        for k in range(3):
            assert np.array_equal(function(outputs[k], target), together[k])


@pytest.mark.parametrize("name", CASES)
def test_it_is_finite_far_out(name):
    loss, target, _ = CASES[name]
    output = np.array([1e4, -1e4, 1000.0, -1000.0]) * np.ones(SHAPE)
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(loss.elements(output, target)).all()
        assert np.isfinite(loss.slope(output, target)).all()


def test_kinks_are_taken_as_torch_takes_them():
    assert manual.Hinge(margin=0.5).slope(np.array([[0.5, -0.5]]), np.array([[1.0, -1.0]])).tolist() == [[0, 0]]
    assert not manual.MultiMargin().slope(np.array([[1.0, 0.0]]), np.array([0])).any()
    leaf = torch.tensor([[1.0, 0.0]], requires_grad=True)
    torch.autograd.backward(F.multi_margin_loss(leaf, torch.tensor([0])))
    assert not leaf.grad.any()


def test_log_softmax_and_likelihood_are_softmax_cross_entropy():
    x, ids = RNG.standard_normal(SHAPE), IDS
    together = manual.SoftmaxCrossEntropy(weight=WEIGHT)
    layer, apart = manual.LogSoftmax(), manual.NegativeLogLikelihood(weight=WEIGHT)
    y = layer.forward(x)
    assert_close(apart.elements(y, ids), together.elements(x, ids))
    assert_close(layer.backward(apart.slope(y, ids), y), together.slope(x, ids))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: manual.Huber(delta=0.0), "delta must be finite and above 0"),
        (lambda: manual.SmoothL1(beta=0.0), "for 0 take absolute_error"),
        (lambda: manual.Hinge(margin=np.inf), "margin must be finite and above 0"),
        (lambda: manual.MultiMargin(margin=-1.0), "margin must be finite and above 0"),
        (lambda: manual.SoftmaxCrossEntropy(label_smoothing=1.5), r"label_smoothing must be within \[0, 1\]"),
        (lambda: manual.SoftmaxCrossEntropy(weight=(1.0, -1.0)), "weight must be a finite number, at least 0"),
        (lambda: manual.SoftmaxCrossEntropy(weight=WEIGHT).check_target(IDS, (9, 5)), "5 numbers, one a class"),
        (lambda: manual.SoftmaxCrossEntropy("mean", (0.0, 1.0)).scale((2, 2), np.array([0, 0])), "above 0 for the"),
        (lambda: manual.NegativeLogLikelihood().check_target(ROWS, SHAPE), "integers, the ids of classes"),
        (lambda: manual.MultiMargin().check_target(IDS + 1, SHAPE), "class ids from 0 to 3"),
        (lambda: manual.Hinge().check_target(NUMBERS, SHAPE), "−1 or 1 for hinge"),
        (lambda: manual.KLDivergence().check_target(-ROWS, SHAPE), "at least 0, for it holds probabilities"),
    ],
)
def test_what_cannot_be_is_said_so(make, message):
    with pytest.raises(InputError, match=message):
        make()
