"""Mistakes in clipping gradients: whose norm, which bound, when."""

import numpy as np

from manual.arrays import Array
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _bound(site: Site) -> float:
    assert site.case.clipping is not None
    return site.case.clipping.bound


def _norm(site: Site) -> float:
    """The norm of all gradients of what is trained, together."""
    names = [name for name in site.case.parameters if name not in site.case.frozen]
    return float(np.sqrt(sum(np.square(site.value(f"gradient/{name}")).sum() for name in names)))


def _scaled(site: Site, norm: float) -> Array:
    return site.raw_gradient * min(1.0, _bound(site) / (norm + 1e-6))


mistake(
    "clipping-forgotten",
    "clip",
    "",
    lambda s: s.raw_gradient,
    "the gradients were not clipped",
    "梯度没有裁剪",
    "clip between the backward pass and the update",
    "在反向传播与更新之间裁剪",
)
mistake(
    "clipped-by-its-own-norm",
    "clip",
    "norm",
    lambda s: _scaled(s, float(np.linalg.norm(s.raw_gradient))),
    "each parameter's gradient was clipped by its own norm",
    "每个参数按自己的范数裁剪",
    "one norm of all gradients together, so that their direction stays",
    "所有梯度合在一起算一个范数，方向才不变",
)
mistake(
    "clipped-one-by-one",
    "clip",
    "norm",
    lambda s: np.clip(s.raw_gradient, -_bound(s), _bound(s)),
    "the numbers were clipped one by one instead of all by their norm",
    "逐个数值裁剪，应按范数裁剪",
    "c g with one factor c for all",
    "所有梯度乘同一个系数 c",
)
mistake(
    "norm-without-root",
    "clip",
    "norm",
    lambda s: _scaled(s, _norm(s) ** 2),
    "the norm lacks its root: the sum of squares was used",
    "范数没有开方：用了平方和",
    "|g| = √Σ g²",
    "|g| = √Σg²",
)
mistake(
    "scaled-though-within-the-bound",
    "clip",
    "norm",
    lambda s: s.raw_gradient * _bound(s) / (_norm(s) + 1e-6),
    "the gradients were scaled to the bound though they are within it",
    "梯度在界内也被缩放到了界",
    "c = min(1, bound / |g|)",
    "c = min(1, 界/|g|)",
)
mistake(
    "scaled-to-1",
    "clip",
    "norm",
    lambda s: s.raw_gradient / (_norm(s) + 1e-6),
    "the gradients were scaled to the norm 1: the bound is missing",
    "梯度被缩放到范数 1：漏了界",
    "c = bound / |g|",
    "c = 界/|g|",
)
mistake(
    "clipped-by-norm",
    "clip",
    "value",
    lambda s: _scaled(s, _norm(s)),
    "the gradients were scaled by their norm instead of clipped one by one",
    "按范数缩放了梯度，应逐个数值裁剪",
    "each number is cut off at ±bound",
    "每个数值截断到 ±界",
)
mistake(
    "clipped-above-only",
    "clip",
    "value",
    lambda s: np.minimum(s.raw_gradient, _bound(s)),
    "the numbers were cut off above only",
    "只截断了上侧",
    "each number is cut off at ±bound",
    "每个数值截断到 ±界",
)
