"""Mistakes where chains meet, in residual connections and joints, and in fully connected layers over all places."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.linear import penalty_gradient
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _without_skip(site: Site) -> Array | None:
    """What enters a residual block gets what comes back through its chain, and nothing past it."""
    is_x = site.quantity == f"backward/{site.node.sources[-1]}"
    return site.right - site.grad_output if is_x else None


def _order_exchanged(site: Site) -> Array | None:
    layer: Any = site.layer
    wrong = np.concatenate(site.xs[::-1], axis=layer.axis)
    return None if np.array_equal(wrong, site.right) else wrong


def _of_places(site: Site, at: Any) -> Array:
    """A parameter's gradient from some of the places alone."""
    g, x = site.grad_output[:, at], site.x[:, at]
    of = g.sum((0, 1)) if site.parameter_kind == "bias" else np.einsum("nto,nti->oi", g, x)
    return np.asarray(of + penalty_gradient(site))


mistake(
    "skip-omitted",
    "forward",
    "residual",
    lambda s: s.xs[0],
    "x was not added: the connection past the chain is missing",
    "没有加上 x：漏了跳跃连接",
    "y = f(x) + x",
    "y = f(x) + x",
)
mistake(
    "skip-path-missing",
    "backward",
    "residual",
    _without_skip,
    "the gradient that goes past the chain is missing: only what came back through it is there",
    "漏了跳跃连接的梯度：只有经过链条传回的部分",
    "y = f(x) + x: x gets g, and what comes back through f",
    "y = f(x) + x：x 得到 g，再加上经 f 传回的部分",
)
mistake(
    "skip-path-alone",
    "backward",
    "residual",
    lambda s: s.grad_output if s.grad_output.shape == s.right.shape else None,
    "only the gradient that goes past the chain is there: what comes back through it is missing",
    "只有跳跃连接的梯度：漏了经过链条传回的部分",
    "y = f(x) + x: x gets g, and what comes back through f",
    "y = f(x) + x：x 得到 g，再加上经 f 传回的部分",
)
mistake(
    "skip-averaged",
    "forward",
    "residual",
    lambda s: s.right / 2,
    "the sum was halved",
    "和被除以了 2",
    "y = f(x) + x",
    "y = f(x) + x",
)
mistake(
    "joined-in-another-order",
    "forward",
    "concat",
    _order_exchanged,
    "the inputs were joined in another order",
    "拼接的顺序不对",
    "first chain first",
    "第一条链在前",
)
mistake(
    "first-place-only",
    "gradient",
    "positionwise_linear",
    lambda s: _of_places(s, slice(0, 1)) if s.x.shape[1] > 1 else None,
    "only the first place's part of the gradient is there",
    "只有第一个位置的梯度",
    "every place uses the same W and b: sum over places too",
    "每个位置都用同样的 W 和 b：也要对位置求和",
)
mistake(
    "last-place-only",
    "gradient",
    "positionwise_linear",
    lambda s: _of_places(s, slice(-1, None)) if s.x.shape[1] > 1 else None,
    "only the last place's part of the gradient is there: = was written for +=",
    "只剩最后一个位置的梯度：+= 写成了 =",
    "every place uses the same W and b: sum over places too",
    "每个位置都用同样的 W 和 b：也要对位置求和",
)
mistake(
    "averaged-over-places",
    "gradient",
    "positionwise_linear",
    lambda s: (s.right - penalty_gradient(s)) / s.x.shape[1] + penalty_gradient(s) if s.x.shape[1] > 1 else None,
    "the gradient was averaged over the places instead of summed",
    "梯度对位置取了平均，而不是求和",
    "every place uses the same W and b: sum over places too",
    "每个位置都用同样的 W 和 b：也要对位置求和",
)
mistake(
    "positionwise-bias-omitted",
    "forward",
    "positionwise_linear",
    lambda s: None if (b := s.own("bias")) is None else s.right - b,
    "the bias was left out",
    "漏加了偏置",
    "z = x Wᵀ + b",
    "z = xWᵀ + b",
)
mistake(
    "positionwise-weight-transposed",
    "forward backward",
    "positionwise_linear",
    lambda s: (
        None
        if s.weight.shape[0] != s.weight.shape[1]
        else s.right + s.x @ (s.weight - s.weight.T)
        if s.role == "forward"
        else s.grad_output @ s.weight.T
    ),
    "the weight is transposed",
    "权重转置了",
    "z = x Wᵀ goes back as g W",
    "z = xWᵀ 的反向是 gW",
)
