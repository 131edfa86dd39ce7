"""Mistakes in convolutions: strides, padding, dilation, kernels turned round, and sums that are cut short."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes import sliding
from torchref.mistakes.linear import penalty_gradient
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site

KINDS = "conv conv_transpose"


def _anywhere(site: Site, variant: sliding.Variant) -> Array | None:
    """What a variant makes of the output, of the input's gradient, or of a parameter's."""
    if site.role == "forward":
        return sliding.made(site, variant)
    if site.role == "backward":
        return sliding.gradient(site, variant, "x")
    return _of(site, sliding.gradient(site, variant, "weight")) if site.parameter_kind == "weight" else None


def _of(site: Site, value: Array | None) -> Array | None:
    """A parameter's gradient with what the penalty adds."""
    return None if value is None else value + penalty_gradient(site)


def _weight(site: Site, value: Array | None) -> Array | None:
    return _of(site, value) if site.parameter_kind == "weight" else None


def _places(site: Site) -> int:
    return int(np.prod(site.output.shape[2:]))


def _first_example(site: Site) -> Array | None:
    """The gradient of the weight when only the first example's error is there."""
    import torch

    if site.examples == 1 or site.parameter_kind != "weight":
        return None
    x, weight = torch.tensor(site.x), torch.tensor(site.weight).requires_grad_()
    output = sliding.convolve(site.layer, x[:1], weight, None)
    (found,) = torch.autograd.grad(output, weight, torch.tensor(site.grad_output[:1]))
    return _of(site, found.numpy())


def _shifted(site: Site) -> Array | None:
    """The input's gradient cut out of the padded one at its beginning."""
    import torch

    layer: Any = site.layer
    padding = layer.padding
    if max(padding) == 0:
        return None
    around = [p for size in reversed(padding) for p in (size, size)]
    wide = torch.nn.functional.pad(torch.tensor(site.x), around).requires_grad_()
    output = sliding.convolve(layer, wide, torch.tensor(site.weight), None, padding=0)
    (found,) = torch.autograd.grad(output, wide, torch.tensor(site.grad_output))
    beginning: Any = (..., *(slice(n) for n in site.x.shape[2:]))
    return np.asarray(found.numpy()[beginning])


def _ignoring_upstream(site: Site) -> Array | None:
    """The gradient of the sum of all outputs."""
    import torch

    x, weight = torch.tensor(site.x), torch.tensor(site.weight).requires_grad_()
    (found,) = torch.autograd.grad(sliding.convolve(site.layer, x, weight, None).sum(), weight)
    return np.asarray(found.numpy())


mistake(
    "conv-stride-forgotten",
    "forward backward gradient",
    "conv",
    lambda s: _anywhere(s, sliding.stride_forgotten),
    "the stride was forgotten: place p looks at the input from p on, not from p times the stride",
    "忘了步长：第 p 个输出应从输入的 p×stride 处取窗口，而不是从 p 处",
    "y_p = Σ_k w_k x̄(p s + k d)",
    "y_p = Σ_k w_k x̄(p s + k d)",
)
mistake(
    "conv-dilation-forgotten",
    "forward backward gradient",
    "conv",
    lambda s: _anywhere(s, sliding.dilation_forgotten),
    "the dilation was forgotten: the kernel lies close together",
    "忘了空洞（dilation）：卷积核的元素挨在了一起",
    "y_p = Σ_k w_k x̄(p s + k d)",
    "y_p = Σ_k w_k x̄(p s + k d)",
)
mistake(
    "conv-padding-behind",
    "forward backward gradient",
    "conv",
    lambda s: _anywhere(s, sliding.padding_behind),
    "the input was used without its padding before it: windows begin at the input's own first number",
    "没有使用填充后的输入：窗口从输入自身的第一个元素开始",
    "slide over the padded input, forward and back",
    "正向和反向都要在填充后的输入上滑动",
)
mistake(
    "conv-kernel-flipped",
    "forward backward gradient",
    KINDS,
    lambda s: _anywhere(s, sliding.kernel_flipped),
    "the kernel was turned round",
    "卷积核被翻转了",
    "neural networks do not flip the kernel going forward; adding w g back where w came from needs no flip either",
    "神经网络的卷积正向不翻转核；按窗口把 w·g 加回原处时也不需要翻转",
)
mistake(
    "conv-kernel-transposed",
    "forward backward gradient",
    KINDS,
    lambda s: _anywhere(s, sliding.axes_swapped),
    "the kernel's rows and columns are swapped",
    "卷积核的行与列弄反了",
    "is the kernel (height, width)?",
    "卷积核的形状是 (高, 宽) 吗？",
)
mistake(
    "conv-channels-swapped",
    "forward backward gradient",
    KINDS,
    lambda s: _anywhere(s, sliding.channels_swapped),
    "input and output channels of the weight are swapped",
    "权重的输入通道与输出通道弄反了",
    "a convolution's weight is (out, in, …), a transposed one's (in, out, …)",
    "卷积的权重是 (out, in, …)，转置卷积的是 (in, out, …)",
)
mistake(
    "conv-one-channel-only",
    "forward gradient",
    KINDS,
    lambda s: _anywhere(s, sliding.one_channel),
    "only the first input channel was used: the sum over the channels is missing",
    "只用了第一个输入通道：漏了对通道求和",
    "every output channel sees every input channel of its group",
    "每个输出通道都要看到本组的所有输入通道",
)
mistake(
    "conv-overlap-overwritten",
    "backward",
    "conv",
    sliding.overwritten,
    "where windows overlap, the last one's gradient was written over the others': = for +=",
    "窗口重叠处后写的梯度覆盖了先前的：+= 写成了 =",
    "an input that several windows cover gets the sum of their gradients",
    "被多个窗口覆盖的输入，梯度要相加",
)
mistake(
    "conv-transpose-overlap-overwritten",
    "forward",
    "conv_transpose",
    sliding.overwritten,
    "where copies of the kernel overlap, the last one was written over the others: = for +=",
    "核的副本重叠处后写的覆盖了先前的：+= 写成了 =",
    "what overlaps adds up",
    "重叠处要相加",
)
mistake(
    "conv-padding-not-cut-off",
    "backward",
    "conv",
    _shifted,
    "the gradient of the padded input was cut off at its end only, so it is shifted by the padding",
    "填充后输入的梯度只在末尾截断，整体偏移了一个填充宽度",
    "the input's own gradient is dx_padded[padding : −padding]",
    "输入本身的梯度是 dx_padded[padding : −padding]",
)
mistake(
    "conv-gradient-of-first-example",
    "gradient",
    KINDS,
    _first_example,
    "the gradient is that of the first example alone",
    "只有第一个样本的梯度",
    "sum over the examples",
    "要对所有样本求和",
)
mistake(
    "conv-averaged-over-places",
    "gradient",
    KINDS,
    lambda s: _of(s, (s.right - penalty_gradient(s)) / _places(s)) if _places(s) > 1 else None,
    "the gradient was averaged over the places of the output instead of summed",
    "对输出的各个位置取了平均，而不是求和",
    "a shared weight meets every place: add them up",
    "权重在每个位置都被用到：要求和",
)
mistake(
    "conv-bias-omitted",
    "forward",
    KINDS,
    lambda s: None if s.own("bias") is None else sliding.made(s, lambda at, x, w, _: sliding.convolve(at, x, w, None)),
    "the bias was left out",
    "漏加了偏置",
    "y = W ∗ x + b",
    "y = W∗x + b",
)
mistake(
    "conv-bias-one-total",
    "gradient",
    KINDS,
    lambda s: (
        _of(s, np.full_like(s.old, s.grad_output.sum())) if s.parameter_kind == "bias" and s.old.size > 1 else None
    ),
    "every bias got one and the same total: the sum went over the channels too",
    "所有偏置得到同一个总和：对通道也求了和",
    "sum over examples and places, not over channels",
    "对样本和位置求和，不要对通道求和",
)
mistake(
    "conv-bias-of-first-place",
    "gradient",
    KINDS,
    lambda s: (
        _of(s, s.grad_output.reshape(*s.grad_output.shape[:2], -1)[..., 0].sum(axis=0))
        if s.parameter_kind == "bias" and _places(s) > 1
        else None
    ),
    "the bias got the gradient of the first place alone",
    "偏置只得到了第一个位置的梯度",
    "sum over examples and places",
    "要对样本和位置求和",
)
mistake(
    "conv-upstream-ignored",
    "gradient",
    KINDS,
    lambda s: _weight(s, _ignoring_upstream(s)),
    "the gradient of the weight ignores what came back from above",
    "权重的梯度没有用到上游梯度",
    "∂E/∂W = Σ g x̄",
    "∂E/∂W = Σ g x̄",
)
