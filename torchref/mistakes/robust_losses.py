"""Mistakes in Huber's loss, smooth L1, and the losses with a margin."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.losses import scale
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _loss(site: Site) -> Any:
    return site.case.loss


def _huber(site: Site, delta: float, divide: float = 1.0) -> Array:
    """Huber's elements or their scaled slope, by the role of the site, with another δ."""
    u = site.output - site.target
    if site.role == "elements":
        near = np.minimum(np.abs(u), delta)
        return near * (np.abs(u) - 0.5 * near) / divide
    return np.clip(u, -delta, delta) / divide * scale(site)


def _bend(site: Site) -> float:
    """Where the parabola goes over into a line: δ or β."""
    return float(_loss(site).delta if site.kind == "huber" else _loss(site).beta)


def _other_pieces(site: Site) -> Array:
    """The parabola beyond the bend and the line within."""
    u, bend = site.output - site.target, _bend(site)
    divide = bend if site.kind == "smooth_l1" else 1.0
    is_near = np.abs(u) < bend
    if site.role == "elements":
        return np.where(is_near, bend * (np.abs(u) - 0.5 * bend), 0.5 * u**2) / divide
    return np.where(is_near, bend * np.sign(u), u) / divide * scale(site)


def _short(site: Site, margin: float, sign: float = 1.0) -> Array:
    """How far from the margin: margin − t o, or for several classes margin − o_t + o_c, with 0 at the target."""
    if site.kind == "hinge":
        return np.asarray(margin - sign * site.target * site.output)
    own = (site.target * site.output).sum(axis=-1, keepdims=True)
    return np.asarray((margin + sign * (site.output - own)) * (1 - site.target))


def _margin(site: Site, short: Array) -> Array:
    """The elements or their scaled slope, by the role of the site, of other distances from the margin."""
    active = np.asarray(short > 0, float)
    if site.kind == "hinge":
        return np.maximum(short, 0) if site.role == "elements" else -site.target * active * scale(site)
    classes = site.output.shape[-1]
    if site.role == "elements":
        return np.asarray(np.maximum(short, 0).sum(axis=-1) / classes)
    return (active - site.target * active.sum(axis=-1, keepdims=True)) / classes * scale(site)


def _active(site: Site) -> Array:
    return np.asarray(_short(site, _loss(site).margin) > 0, float)


mistake(
    "bend-forgotten",
    "elements slope",
    "huber smooth_l1",
    lambda s: _huber(s, 1.0) if _bend(s) != 1 else None,
    "{kind} was computed with 1 for the distance at which it bends (δ, β)",
    "{kind} 的转折点（δ 或 β）按 1 计算了",
    "the setting of the loss: half squares within δ, lines beyond",
    "损失的参数：δ 以内是平方的一半，以外是直线",
)
mistake(
    "never-linear",
    "elements slope",
    "huber smooth_l1",
    lambda s: _huber(s, np.inf, _bend(s) if s.kind == "smooth_l1" else 1.0),
    "the far side is a parabola too: nothing was cut off",
    "远处仍是抛物线：没有转为直线",
    "beyond δ the slope stays ±δ (smooth L1: ±1)",
    "超过 δ 后导数保持 ±δ（smooth L1 为 ±1）",
)
mistake(
    "pieces-swapped",
    "elements slope",
    "huber smooth_l1",
    _other_pieces,
    "the two pieces are swapped: a line near the target and a parabola far off",
    "两段写反了：近处用了直线，远处用了抛物线",
    "half squares where |o − t| < δ",
    "|o−t| < δ 处用平方的一半",
)
mistake(
    "divided-by-beta-or-not",
    "elements slope",
    "huber smooth_l1",
    lambda s: s.right / _bend(s) if s.kind == "huber" else s.right * _bend(s),
    "Huber's loss was taken for smooth L1 or the other way round: they differ by the factor δ",
    "混淆了 Huber 与 smooth L1：两者相差系数 δ",
    "smooth L1 is Huber's loss divided by β",
    "smooth L1 是 Huber 损失除以 β",
)
mistake(
    "line-without-offset",
    "elements",
    "huber smooth_l1",
    lambda s: np.where(
        np.abs(u := s.output - s.target) < _bend(s), s.right, np.abs(u) * (_bend(s) if s.kind == "huber" else 1.0)
    ),
    "the line lacks its offset: δ |u| instead of δ (|u| − ½ δ)",
    "直线段漏了偏移：写成 δ|u|，应为 δ(|u|−½δ)",
    "at |u| = δ line and parabola meet",
    "在 |u| = δ 处直线与抛物线相接",
)
mistake(
    "parabola-without-half",
    "elements slope",
    "huber smooth_l1",
    lambda s: np.where(np.abs(s.output - s.target) < _bend(s), 2 * s.right, s.right),
    "the parabola lacks its factor ½",
    "抛物线段漏了因子 ½",
    "½ u² within δ, with slope u",
    "δ 以内为 ½u²，导数为 u",
)
mistake(
    "slope-of-loss-sign",
    "slope",
    "hinge multi_margin negative_log_likelihood kl_divergence",
    lambda s: -s.right,
    "the slope of the loss has the wrong sign",
    "损失的导数符号错了",
    "the loss falls as the output moves to its target's side",
    "输出朝目标移动时损失应减小",
)
mistake(
    "margin-forgotten",
    "elements slope",
    "hinge multi_margin",
    lambda s: _margin(s, _short(s, 0.0)),
    "the margin is missing: whatever is on the right side is free",
    "漏了间隔 margin：只要在正确一侧就不计损失",
    "max(0, margin − t o)",
    "应为 max(0, margin − t·o)",
)
mistake(
    "margin-of-1",
    "elements slope",
    "hinge multi_margin",
    lambda s: _margin(s, _short(s, 1.0)) if _loss(s).margin != 1 else None,
    "the margin was taken to be 1",
    "间隔 margin 按 1 计算了",
    "the setting of the loss",
    "损失的参数",
)
mistake(
    "margin-sign",
    "elements slope",
    "hinge multi_margin",
    lambda s: _margin(s, _short(s, _loss(s).margin, -1.0)),
    "the sign within the maximum is wrong: margin + t o",
    "最大值内的符号错了：写成 margin + t·o",
    "max(0, margin − t o); of classes max(0, margin − o_t + o_c)",
    "max(0, margin − t·o)；多类时为 max(0, margin − o_t + o_c)",
)
mistake(
    "margin-mask-omitted",
    "slope",
    "hinge",
    lambda s: -s.target * scale(s),
    "the slope goes on beyond the margin, where the loss is 0",
    "超过间隔、损失为 0 处仍有导数",
    "−t where t o < margin, else 0",
    "t·o < margin 处为 −t，其余为 0",
)
mistake(
    "margin-mask-inverted",
    "slope",
    "hinge",
    lambda s: -s.target * (1 - _active(s)) * scale(s),
    "the mask is inverted: the slope is where the loss is 0",
    "掩码取反了：损失为 0 处才有导数",
    "−t where t o < margin, else 0",
    "t·o < margin 处为 −t，其余为 0",
)
mistake(
    "hinge-squared",
    "elements slope",
    "hinge",
    lambda s: s.right**2 if s.role == "elements" else 2 * s.right * np.maximum(_short(s, _loss(s).margin), 0),
    "the squared hinge was computed",
    "计算成了平方 hinge 损失",
    "max(0, margin − t o), not its square",
    "应为 max(0, margin − t·o)，不取平方",
)
mistake(
    "hinge-with-targets-0-and-1",
    "elements slope",
    "hinge",
    lambda s: (
        np.maximum(_loss(s).margin - (s.target + 1) / 2 * s.output, 0)
        if s.role == "elements"
        else -(t := (s.target + 1) / 2) * (_loss(s).margin - t * s.output > 0) * scale(s)
    ),
    "the targets were taken to be 0 and 1 instead of −1 and 1",
    "目标当成了 0 和 1，应为 −1 和 1",
    "with t = 0 the output would not matter",
    "若 t = 0，输出就不起作用了",
)
mistake(
    "margin-of-the-target-itself",
    "elements",
    "multi_margin",
    lambda s: s.right + _loss(s).margin / s.output.shape[-1],
    "the target's own class was counted among the others",
    "把目标类别自身也计算在内",
    "the sum is over c ≠ t: at c = t it would always be the margin",
    "求和只对 c ≠ t：c = t 时恒为 margin",
)
mistake(
    "margin-not-divided-by-classes",
    "elements slope",
    "multi_margin",
    lambda s: s.right * s.output.shape[-1] if s.output.shape[-1] > 1 else None,
    "it was not divided by the number of classes",
    "没有除以类别数",
    "torch's multi-class margin loss is a mean over the classes",
    "torch 的多类间隔损失对类别取平均",
)
mistake(
    "margin-target-left-out",
    "slope",
    "multi_margin",
    lambda s: s.right * (1 - s.target),
    "the slope at the target's own place is missing",
    "漏了目标类别处的导数",
    "each class that is too near pulls the target up: −Σ_c a_c / C",
    "每个太近的类别都把目标往上拉：−Σ_c a_c/C",
)
mistake(
    "margin-target-counted-once",
    "slope",
    "multi_margin",
    lambda s: np.where(s.target > 0, -scale(s) / s.output.shape[-1], s.right),
    "the slope at the target's own place counts one class instead of all that are too near",
    "目标类别处的导数只计了一个类别，应计所有太近的类别",
    "−Σ_c a_c / C",
    "应为 −Σ_c a_c/C",
)
