"""Mistakes in the activations that are x times a share of it, SiLU and GELU in both forms, and in log-softmax."""

import numpy as np

from manual.arrays import Array
from torchref.mistakes.activations import sigmoid, softmax
from torchref.mistakes.formulas import density, gelu_tanh_slope, normal, slope, tanh_argument, value
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _share(site: Site) -> Array:
    """What x is multiplied by: σ(x), Φ(x), or its tanh form."""
    if site.kind == "silu":
        return sigmoid(site.x)
    return normal(site.x) if site.kind == "gelu" else np.asarray(0.5 * (1 + np.tanh(tanh_argument(site.x))))


def _other_form(site: Site) -> Array:
    """The other form of GELU, its value or its slope by the role of the site."""
    other = "gelu" if site.kind == "gelu_tanh" else "gelu_tanh"
    if site.role == "forward":
        return value(other, site.layer, site.x)
    return site.grad_output * slope(other, site.layer, site.x)


def _by_sigmoid(site: Site) -> Array:
    """GELU's third form, x σ(1.702 x)."""
    p = sigmoid(1.702 * site.x)
    if site.role == "forward":
        return site.x * p
    return site.grad_output * p * (1 + 1.702 * site.x * (1 - p))


def _row_sum(site: Site) -> Array:
    return site.grad_output.sum(axis=-1, keepdims=True)


mistake(
    "product-rule-first-half",
    "backward",
    "silu gelu gelu_tanh",
    lambda s: s.grad_output * _share(s),
    "the slope has only the first half of the product rule: the share itself, without x times its derivative",
    "导数只有乘积法则的前一半：漏了 x 乘以门函数的导数",
    "(x s)′ = s + x s′",
    "(x s)′ = s + x s′",
)
mistake(
    "product-rule-second-half",
    "backward",
    "silu gelu gelu_tanh",
    lambda s: s.grad_output * (slope(s.kind, s.layer, s.x) - _share(s)),
    "the slope has only the second half of the product rule: x times the share's derivative, without the share",
    "导数只有乘积法则的后一半：漏了门函数本身",
    "(x s)′ = s + x s′",
    "(x s)′ = s + x s′",
)
mistake(
    "product-rule-without-x",
    "backward",
    "silu gelu",
    lambda s: s.grad_output * (_share(s) + (_share(s) * (1 - _share(s)) if s.kind == "silu" else density(s.x))),
    "the second half of the product rule lacks its x",
    "乘积法则的后一半漏了 x",
    "(x s)′ = s + x s′",
    "(x s)′ = s + x s′",
)
mistake(
    "product-rule-sign",
    "backward",
    "silu gelu gelu_tanh",
    lambda s: s.grad_output * (2 * _share(s) - slope(s.kind, s.layer, s.x)),
    "the product rule has a minus for its plus",
    "乘积法则的加号写成了减号",
    "(x s)′ = s + x s′",
    "(x s)′ = s + x s′",
)
mistake(
    "share-alone",
    "forward",
    "silu gelu gelu_tanh",
    _share,
    "x was not multiplied by its share: this is the share alone",
    "漏乘了 x：这只是门函数本身",
    "x σ(x), x Φ(x)",
    "应为 xσ(x)、xΦ(x)",
)
mistake(
    "other-form-of-gelu",
    "forward backward",
    "gelu gelu_tanh",
    _other_form,
    "the other form of GELU was computed: tanh's for erf's or the other way round",
    "用了 GELU 的另一种形式（erf 与 tanh 混用）",
    'torch\'s GELU() is by erf; approximate="tanh" is another function, 5e-4 away',
    'torch 的 GELU() 用 erf；approximate="tanh" 是另一个函数，相差 5e-4',
)
mistake(
    "gelu-by-sigmoid",
    "forward backward",
    "gelu gelu_tanh",
    _by_sigmoid,
    "GELU's sigmoid approximation was computed: x σ(1.702 x)",
    "用了 GELU 的 sigmoid 近似：xσ(1.702x)",
    "it is up to 0.02 away from x Φ(x)",
    "它与 xΦ(x) 相差可达 0.02",
)
mistake(
    "erf-without-root",
    "forward",
    "gelu",
    lambda s: s.x * normal(np.sqrt(2) * s.x),
    "erf was taken of x instead of x/√2",
    "erf 的自变量应为 x/√2，却用了 x",
    "Φ(x) = ½ (1 + erf(x/√2))",
    "Φ(x) = ½(1+erf(x/√2))",
)
mistake(
    "density-unnormalised",
    "backward",
    "gelu",
    lambda s: s.grad_output * (normal(s.x) + s.x * density(s.x) * np.sqrt(2 * np.pi)),
    "the density lacks its 1/√(2π)",
    "密度函数漏了 1/√(2π)",
    "φ(x) = e^(−x²/2) / √(2π)",
    "φ(x) = e^(−x²/2)/√(2π)",
)
mistake(
    "cubic-without-its-3",
    "backward",
    "gelu_tanh",
    lambda s: s.grad_output * gelu_tanh_slope(s.x, 1.0),
    "the derivative of the cubic lacks its factor 3",
    "三次项求导漏了系数 3",
    "d/dx 0.044715 x³ = 3 · 0.044715 x²",
    "d/dx 0.044715x³ = 3·0.044715x²",
)
mistake(
    "cubic-omitted",
    "forward backward",
    "gelu_tanh",
    lambda s: (
        0.5 * s.x * (1 + np.tanh(np.sqrt(2 / np.pi) * s.x))
        if s.role == "forward"
        else s.grad_output * gelu_tanh_slope(s.x, 0.0)
    ),
    "the cubic term is missing",
    "漏了三次项",
    "u = √(2/π) (x + 0.044715 x³), du/dx = √(2/π) (1 + 3 · 0.044715 x²)",
    "u = √(2/π)(x+0.044715x³)，du/dx = √(2/π)(1+3·0.044715x²)",
)
mistake(
    "logarithm-omitted",
    "forward",
    "log_softmax",
    lambda s: softmax(s.x),
    "the logarithm was not taken: this is softmax",
    "没有取对数：这是 softmax",
    "x − ln Σ eˣ",
    "应为 x − lnΣeˣ",
)
mistake(
    "log-softmax-over-the-batch",
    "forward",
    "log_softmax",
    lambda s: np.log(softmax(s.x, axis=0)),
    "log-softmax was normalised over the examples instead of the classes",
    "log-softmax 在样本维上归一化，而不是在类别维上",
    "each example's row of eʸ sums to 1: axis=-1",
    "每个样本一行的 eʸ 之和为 1：axis=-1",
)
mistake(
    "log-sum-omitted",
    "forward",
    "log_softmax",
    lambda s: s.x - s.x.max(axis=-1, keepdims=True),
    "the logarithm of the sum was not subtracted, only the largest score",
    "只减去了最大值，没有减去和的对数",
    "x − max − ln Σ e^(x − max)",
    "应为 x − max − lnΣe^(x−max)",
)
mistake(
    "slope-of-softmax-for-log-softmax",
    "backward",
    "log_softmax",
    lambda s: (p := np.exp(s.output)) * (s.grad_output - (s.grad_output * p).sum(axis=-1, keepdims=True)),
    "softmax's backward was used for log-softmax",
    "把 softmax 的反向传播用在了 log-softmax 上",
    "∂E/∂x = g − p Σ g",
    "∂E/∂x = g − pΣg",
)
mistake(
    "log-softmax-without-probabilities",
    "backward",
    "log_softmax",
    lambda s: s.grad_output - s.output * _row_sum(s),
    "the output itself was used where its exponential, the probability, belongs",
    "应乘概率 eʸ，却直接用了输出 y",
    "∂E/∂x = g − e^y Σ g",
    "∂E/∂x = g − eʸΣg",
)
mistake(
    "log-softmax-diagonal-only",
    "backward",
    "log_softmax",
    lambda s: s.grad_output * (1 - np.exp(s.output)),
    "each input was taken to move its own output alone: g (1 − p)",
    "当成逐元素函数：写成了 g(1−p)",
    "∂yᵢ/∂xⱼ = δᵢⱼ − pⱼ: every input moves every output",
    "∂yᵢ/∂xⱼ = δᵢⱼ − pⱼ：每个输入都影响每个输出",
)
mistake(
    "log-softmax-sign",
    "backward",
    "log_softmax",
    lambda s: s.grad_output + np.exp(s.output) * _row_sum(s),
    "log-softmax's backward has a plus for its minus: g + p Σ g",
    "log-softmax 反向传播的符号写错：写成了 g + pΣg",
    "∂E/∂x = g − p Σ g",
    "∂E/∂x = g − pΣg",
)
