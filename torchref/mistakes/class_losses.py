"""Mistakes in losses over classes: their weights, smoothed labels, log-probabilities, divergence."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.activations import softmax
from torchref.mistakes.losses import rows, scale
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _loss(site: Site) -> Any:
    return site.case.loss


def _cross_entropy(site: Site, v: Array) -> Array:
    """The elements or their scaled slope, by the role of the site, for rows v; of likelihood or cross-entropy."""
    total = v.sum(axis=-1, keepdims=True)
    if site.kind == "negative_log_likelihood":
        return -(v * site.output).sum(axis=-1) if site.role == "elements" else -v * scale(site)
    if site.role == "elements":
        top = site.output.max(axis=-1, keepdims=True)
        log_sum = top + np.log(np.exp(site.output - top).sum(axis=-1, keepdims=True))
        return np.asarray((total * log_sum)[..., 0] - (v * site.output).sum(axis=-1))
    return np.asarray((total * softmax(site.output) - v) * scale(site))


def _weight(site: Site) -> Array | None:
    weight = getattr(_loss(site), "weight", ())
    return np.asarray(weight) if weight else None


def _unweighted(site: Site) -> Array | None:
    return _cross_entropy(site, rows(site, weight=())) if _weight(site) is not None else None


def _mean_factor(site: Site) -> float | None:
    """What a weighted mean is multiplied by where it is divided by N instead of by the weights of the targets."""
    if _weight(site) is None or _loss(site).reduction != "mean" or site.case.target.dtype.kind == "f":
        return None
    return 1 / (scale(site) * site.case.target.size)


def _smoothed(site: Site, others: str) -> Array | None:
    """Rows with another way of smoothing."""
    smoothing, classes = getattr(_loss(site), "label_smoothing", 0.0), site.output.shape[-1]
    if not smoothing or classes < 2:
        return None
    t = site.target
    v = {
        "none": t,
        "nothing": t * (1 - smoothing),
        "all of ε": t * (1 - smoothing) + smoothing,
        "the others": t * (1 - smoothing) + (1 - t) * smoothing / (classes - 1),
    }[others]
    weight = _weight(site)
    return _cross_entropy(site, v if weight is None else v * weight)


def _log_target(site: Site) -> Array:
    """Ln t, 0 where t is 0."""
    if _loss(site).log_target:
        return site.target
    return np.log(np.where(site.target > 0, site.target, 1.0))


def _share(site: Site) -> Array:
    return np.exp(site.target) if _loss(site).log_target else site.target


WEIGHTED = "softmax_cross_entropy negative_log_likelihood"

mistake(
    "class-weights-forgotten",
    "elements slope",
    WEIGHTED,
    _unweighted,
    "the weights of the classes are missing",
    "漏了类别权重",
    "each example counts with the weight of its target",
    "每个样本按其目标类别的权重计入",
)
mistake(
    "mean-not-weighted",
    "slope reduce",
    WEIGHTED,
    lambda s: s.right * f if (f := _mean_factor(s)) is not None else None,
    "the weighted sum was divided by the number of examples instead of by the weights of their targets",
    "加权和除以了样本数，应除以各样本目标权重之和",
    "torch's weighted mean: Σ w e / Σ w",
    "torch 的加权平均：Σwe/Σw",
)
mistake(
    "weight-of-each-class-for-that-of-the-target",
    "slope",
    "softmax_cross_entropy",
    lambda s: (softmax(s.output) - rows(s, weight=())) * w * scale(s) if (w := _weight(s)) is not None else None,
    "p − t was multiplied by each class's own weight instead of by that of the target",
    "p − t 乘了各类别自己的权重，应乘目标类别的权重",
    "∂e/∂x = (Σ v) p − v with v = w t: every class's gradient carries the target's weight",
    "∂e/∂x = (Σv)p − v，v = wt：每个类别的梯度都带目标的权重",
)
mistake(
    "smoothing-forgotten",
    "elements slope",
    "softmax_cross_entropy",
    lambda s: _smoothed(s, "none"),
    "the labels were not smoothed",
    "没有做标签平滑",
    "t′ = (1 − ε) t + ε/C",
    "t′ = (1−ε)t + ε/C",
)
mistake(
    "smoothing-only-at-the-target",
    "elements slope",
    "softmax_cross_entropy",
    lambda s: _smoothed(s, "nothing"),
    "only the target's share was lowered: the other classes got nothing of ε",
    "只降低了目标类别的份额，其他类别没有分到 ε",
    "t′ = (1 − ε) t + ε/C, whose row sums to 1",
    "t′ = (1−ε)t + ε/C，每行之和为 1",
)
mistake(
    "smoothing-not-shared",
    "elements slope",
    "softmax_cross_entropy",
    lambda s: _smoothed(s, "all of ε"),
    "each class got all of ε instead of its share ε/C",
    "每个类别都加了整个 ε，应各得 ε/C",
    "t′ = (1 − ε) t + ε/C, whose row sums to 1",
    "t′ = (1−ε)t + ε/C，每行之和为 1",
)
mistake(
    "smoothing-among-the-others",
    "elements slope",
    "softmax_cross_entropy",
    lambda s: _smoothed(s, "the others"),
    "ε was shared among the other classes alone, ε/(C − 1); torch shares it among all, ε/C",
    "ε 只分给了其他类别 ε/(C−1)；torch 分给所有类别 ε/C",
    "t′ = (1 − ε) t + ε/C",
    "t′ = (1−ε)t + ε/C",
)
mistake(
    "probabilities-subtracted-again",
    "slope",
    "negative_log_likelihood kl_divergence",
    lambda s: (
        (
            np.exp(np.minimum(s.output, 700))
            * (v := _share(s) if s.kind == "kl_divergence" else rows(s)).sum(axis=-1, keepdims=True)
            - v
        )
        * scale(s)
    ),
    "p − t is the gradient with respect to the scores, not to the log-probabilities",
    "p − t 是对得分的梯度，而不是对对数概率的梯度",
    "∂/∂x of −t x is −t; the p comes with log-softmax's own backward",
    "−t·x 对 x 的导数是 −t；p 来自 log-softmax 的反向传播",
)
mistake(
    "likelihood-of-another-class",
    "elements slope",
    "negative_log_likelihood",
    lambda s: _cross_entropy(s, np.roll(rows(s), -1, axis=-1)) if s.output.shape[-1] > 1 else None,
    "the target is off by one class",
    "目标类别错了一位",
    "do the classes count from 0 or from 1?",
    "类别编号从 0 还是从 1 开始？",
)
mistake(
    "entropy-forgotten",
    "elements",
    "kl_divergence",
    lambda s: -_share(s) * s.output,
    "t ln t is missing: this is cross-entropy, whose gradient is the same",
    "漏了 t ln t：这是交叉熵，梯度相同",
    "t (ln t − x)",
    "应为 t(ln t − x)",
)
mistake(
    "divergence-reversed",
    "elements slope",
    "kl_divergence",
    lambda s: (
        np.exp(np.minimum(s.output, 700))
        * ((s.output - _log_target(s)) if s.role == "elements" else (1 + s.output - _log_target(s)) * scale(s))
    ),
    "the divergence was taken the other way round: of the network's distribution from the target's",
    "散度的两个分布写反了",
    "t (ln t − x): weighted by the target",
    "应为 t(ln t − x)：以目标加权",
)
mistake(
    "log-target-not-exponentiated",
    "elements slope",
    "kl_divergence",
    lambda s: (
        None
        if not _loss(s).log_target
        else s.target * (s.target - s.output)
        if s.role == "elements"
        else -s.target * scale(s)
    ),
    "the target is a logarithm, and was used as a weight without its exponential",
    "目标是对数，却未取指数就用作权重",
    "e^t (t − x), with slope −e^t",
    "eᵗ(t − x)，导数为 −eᵗ",
)
mistake(
    "divergence-slope-keeps-the-difference",
    "slope",
    "kl_divergence",
    lambda s: -_share(s) * (_log_target(s) - s.output) * scale(s),
    "the slope is still multiplied by ln t − x, which differentiating takes away",
    "导数中仍乘了 ln t − x，而求导后它应消失",
    "d/dx t (ln t − x) = −t",
    "d/dx t(ln t − x) = −t",
)
