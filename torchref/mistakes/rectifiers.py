"""Mistakes in the rectifiers beyond ReLU: leaky ReLU, ELU, SELU, softplus, hardtanh."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.activations import CURVES, sigmoid
from torchref.mistakes.formulas import SELU_ALPHA, SELU_SCALE, slope
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _layer(site: Site) -> Any:
    return site.layer


def _through(site: Site, curve: Array) -> Array:
    """What comes in going forward, what comes back going backward, times a factor for each element."""
    return (site.x if site.role == "forward" else site.grad_output) * curve


def _alpha(site: Site) -> float:
    return SELU_ALPHA if site.kind == "selu" else _layer(site).alpha


def _scale(site: Site) -> float:
    return SELU_SCALE if site.kind == "selu" else 1.0


def _elu(site: Site, alpha: float, scale: float) -> Array:
    """ELU's value or slope, by the role of the site, with other constants."""
    x = site.x
    if site.role == "forward":
        return np.asarray(scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))))
    return site.grad_output * scale * np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0)))


mistake(
    "slope-at-own-output",
    "backward",
    "elu selu softplus silu gelu gelu_tanh hardtanh",
    lambda s: s.grad_output * slope(s.kind, s.layer, s.output),
    "the slope of {kind} was computed at its output instead of its input",
    "{kind} 的导数应代入输入，却代入了输出",
    "which array was kept for the way back: what came in, or what went out?",
    "反向传播保存的是输入还是输出？",
)
mistake(
    "leak-forgotten",
    "forward backward",
    "leaky_relu",
    lambda s: _through(s, np.asarray(s.x > 0, float)),
    "the negative side was cut off, as in ReLU",
    "负半轴被截成 0，写成了普通 ReLU",
    "slope · x where x is negative",
    "x 为负处应为 slope·x",
)
mistake(
    "leak-on-the-wrong-side",
    "forward backward",
    "leaky_relu",
    lambda s: _through(s, np.where(s.x > 0, _layer(s).slope, 1.0)),
    "the slope is on the positive side",
    "slope 用在了正半轴",
    "x where x is positive, slope · x elsewhere",
    "x 为正处为 x，其余为 slope·x",
)
mistake(
    "leak-sign",
    "forward backward",
    "leaky_relu",
    lambda s: _through(s, np.where(s.x > 0, 1.0, -_layer(s).slope)),
    "the slope of the negative side has the wrong sign",
    "负半轴的 slope 符号错了",
    "slope · x, where x is negative: so is the value",
    "x 为负处应为 slope·x，值也为负",
)
mistake(
    "leak-mask-from-gradient",
    "backward",
    "leaky_relu",
    lambda s: s.grad_output * np.where(s.grad_output > 0, 1.0, _layer(s).slope),
    "which side an element is on was taken from the gradient instead of the input",
    "判断正负半轴时用了梯度，而不是输入",
    "the input's sign decides",
    "由输入的符号决定",
)
mistake(
    "elu-alpha-forgotten",
    "forward backward",
    "elu selu",
    lambda s: _elu(s, 1.0, _scale(s)),
    "{kind} lacks its factor α",
    "{kind} 漏了系数 α",
    "α (eˣ − 1) where x is negative, with slope α eˣ",
    "x 为负处为 α(eˣ−1)，导数为 αeˣ",
)
mistake(
    "elu-alpha-on-both-sides",
    "forward backward",
    "elu selu",
    lambda s: np.where(s.x > 0, _alpha(s), 1.0) * s.right,
    "α multiplies the positive side too",
    "正半轴也乘了 α",
    "x itself where x is positive",
    "x 为正处就是 x 本身",
)
mistake(
    "elu-without-minus-one",
    "forward",
    "elu selu",
    lambda s: np.where(s.x > 0, s.right, s.right + _scale(s) * _alpha(s)),
    "the negative side lacks its − 1: α eˣ",
    "负半轴漏了 −1：写成了 αeˣ",
    "α (eˣ − 1), which is 0 at 0",
    "应为 α(eˣ−1)，在 0 处为 0",
)
mistake(
    "elu-slope-is-its-output",
    "backward",
    "elu selu",
    lambda s: s.grad_output * _scale(s) * np.where(s.x > 0, 1.0, _alpha(s) * np.expm1(np.minimum(s.x, 0))),
    "the slope of the negative side is its output: α (eˣ − 1)",
    "负半轴的导数用了输出本身：α(eˣ−1)",
    "d/dx α (eˣ − 1) = α eˣ, which is the output + α",
    "d/dx α(eˣ−1) = αeˣ，即输出加 α",
)
mistake(
    "selu-scale-forgotten",
    "forward backward",
    "selu",
    lambda s: s.right / SELU_SCALE,
    "SELU lacks its factor λ = 1.0507",
    "SELU 漏了系数 λ = 1.0507",
    "λ multiplies both sides, and both slopes",
    "λ 乘两侧的值，也乘两侧的导数",
)
mistake(
    "selu-scale-on-one-side",
    "forward backward",
    "selu",
    lambda s: np.where(s.x > 0, s.right, s.right / SELU_SCALE),
    "SELU's λ is on the positive side only",
    "SELU 的 λ 只乘了正半轴",
    "λ multiplies both sides, and both slopes",
    "λ 乘两侧的值，也乘两侧的导数",
)
mistake(
    "softplus-not-divided",
    "forward",
    "softplus",
    lambda s: _layer(s).beta * s.right if _layer(s).beta != 1 else None,
    "softplus was not divided by β",
    "softplus 没有除以 β",
    "ln(1 + e^βx) / β",
    "应为 ln(1+e^βx)/β",
)
mistake(
    "softplus-beta-ignored",
    "forward backward",
    "softplus",
    lambda s: (
        None
        if _layer(s).beta == 1
        else np.logaddexp(0, s.x)
        if s.role == "forward"
        else s.grad_output * slope("softplus", type(s.layer)(), s.x)
    ),
    "softplus was computed with β = 1",
    "softplus 按 β = 1 计算了",
    "ln(1 + e^βx) / β, with slope σ(βx)",
    "ln(1+e^βx)/β，导数为 σ(βx)",
)
mistake(
    "softplus-slope-times-beta",
    "backward",
    "softplus",
    lambda s: _layer(s).beta * s.right if _layer(s).beta != 1 else None,
    "the inner derivative β was kept, though the division by β cancels it",
    "保留了内层导数 β，而除以 β 已把它抵消",
    "d/dx ln(1 + e^βx) / β = σ(βx)",
    "d/dx ln(1+e^βx)/β = σ(βx)",
)
mistake(
    "softplus-mirrored",
    "forward backward",
    "softplus",
    lambda s: np.logaddexp(0, -s.x) if s.role == "forward" else s.grad_output * sigmoid(-s.x),
    "softplus has a minus in its exponent: ln(1 + e⁻ˣ)",
    "softplus 的指数多了负号：ln(1+e⁻ˣ)",
    "ln(1 + eˣ) grows with x",
    "ln(1+eˣ) 随 x 增大",
)
mistake(
    "softplus-slope-of-sigmoid",
    "backward",
    "softplus",
    lambda s: s.grad_output * (p := slope("softplus", s.layer, s.x)) * (1 - p),
    "the slope of sigmoid was used: softplus's slope is sigmoid itself",
    "用了 sigmoid 的导数：softplus 的导数是 sigmoid 本身",
    "d/dx ln(1 + eˣ) = σ(x)",
    "d/dx ln(1+eˣ) = σ(x)",
)
mistake(
    "cut-on-one-side",
    "forward backward",
    "hardtanh",
    lambda s: np.minimum(s.x, _layer(s).high) if s.role == "forward" else s.grad_output * (s.x < _layer(s).high),
    "it was cut off above only",
    "只截断了上侧",
    "both bounds: the slope is 0 below the lower one too",
    "上下两侧都要截断：低于下界处导数也为 0",
)
mistake(
    "slope-of-tanh-for-hardtanh",
    "backward",
    "hardtanh",
    lambda s: s.grad_output * (1 - s.output**2),
    "the slope of tanh was used for hardtanh",
    "把 tanh 的导数用在了 hardtanh 上",
    "the slope is 1 between the bounds and 0 beyond",
    "界内导数为 1，界外为 0",
)
mistake(
    "mask-inverted",
    "backward",
    "hardtanh",
    lambda s: s.grad_output * ((s.x <= _layer(s).low) | (s.x >= _layer(s).high)),
    "the mask is inverted: the gradient passes where the value was cut off",
    "掩码取反了：梯度在被截断处通过",
    "the gradient passes between the bounds",
    "梯度只在界内通过",
)
mistake(
    "relu-for-another",
    "forward",
    CURVES.replace("leaky_relu", ""),
    lambda s: np.maximum(s.x, 0),
    "ReLU was computed where {kind} was asked for",
    "应该用 {kind}，却用了 ReLU",
    "which activation does this layer have?",
    "这一层用的是哪个激活函数？",
)
