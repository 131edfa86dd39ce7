"""Sliding: convolutions with a mistake in them, as functions of input and parameters that autograd can differentiate.

What goes wrong going forward goes wrong going back as well: a stride that is forgotten in the gradient is the gradient
of a convolution without the stride.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.site import Site

if TYPE_CHECKING:
    from torch import Tensor

Variant = Callable[[Any, "Tensor", "Tensor", "Tensor | None"], "Tensor | None"]


def convolve(layer: Any, x: Tensor, weight: Tensor, bias: Tensor | None, **changes: Any) -> Tensor:
    """The layer's convolution, or transposed convolution, with some settings changed."""
    from torch.nn import functional as F

    axes = len(layer.kernel)
    names = ("stride", "padding", "dilation", "groups")
    settings = {name: getattr(layer, name) for name in names} | changes
    if layer.kind == "conv":
        return (F.conv1d if axes == 1 else F.conv2d)(x, weight, bias, **settings)
    settings.setdefault("output_padding", layer.output_padding)
    transpose: Any = F.conv_transpose1d if axes == 1 else F.conv_transpose2d
    made: Tensor = transpose(x, weight, bias, **settings)
    return made


def cropped(made: Tensor, layer: Any, x: Tensor) -> Tensor | None:
    """The first places of what was made, as many as there should be; None if there are fewer."""
    places = layer.output_shape(tuple(x.shape[1:]))[1:]
    if any(n < p for n, p in zip(made.shape[2:], places, strict=True)):
        return None
    where: tuple[Any, ...] = (..., *(slice(p) for p in places))
    return made[where]


def stride_forgotten(layer: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """Windows at 0, 1, 2, … in place of 0, s, 2s, …"""
    if max(layer.stride) == 1 or layer.kind != "conv":
        return None
    return cropped(convolve(layer, x, weight, bias, stride=1), layer, x)


def dilation_forgotten(layer: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """The kernel close together, at the same places."""
    if max(layer.dilation) == 1 or max(layer.kernel) == 1 or layer.kind != "conv":
        return None
    return cropped(convolve(layer, x, weight, bias, dilation=1), layer, x)


def padding_behind(layer: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """All zeros behind the input, none before it."""
    from torch.nn import functional as F

    if max(layer.padding) == 0 or layer.kind != "conv":
        return None
    around = [size for p in reversed(layer.padding) for size in (0, 2 * p)]
    return convolve(layer, F.pad(x, around), weight, bias, padding=0)


def kernel_flipped(layer: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """The kernel turned round, as a convolution in mathematics has it."""
    return convolve(layer, x, weight.flip(tuple(range(2, weight.dim()))), bias)


def axes_swapped(layer: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """The kernel's rows taken for its columns."""
    if len(layer.kernel) < 2 or layer.kernel[0] != layer.kernel[1] or layer.kernel[0] == 1:
        return None
    return convolve(layer, x, weight.transpose(2, 3), bias)


def channels_swapped(layer: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """Input channels taken for output channels."""
    if weight.shape[0] != weight.shape[1] or layer.groups > 1 or weight.shape[0] == 1:
        return None
    return convolve(layer, x, weight.transpose(0, 1), bias)


def one_channel(layer: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """The first input channel of each group alone."""
    import torch

    if layer.in_channels == layer.groups:
        return None
    mask = torch.zeros_like(x)
    mask[:, :: layer.in_channels // layer.groups] = 1
    return convolve(layer, x * mask, weight, bias)


def made(site: Site, variant: Variant) -> Array | None:
    """What a variant gives."""
    x, weight, bias = _leaves(site)
    output = variant(site.layer, x, weight, bias)
    return None if output is None else output.detach().numpy()


def gradient(site: Site, variant: Variant, of: str) -> Array | None:
    """The gradient of x, of the weight or of the bias of a variant, for what came back."""
    import torch

    x, weight, bias = _leaves(site)
    output = variant(site.layer, x, weight, bias)
    upstream = torch.tensor(site.grad_output)
    leaf = {"x": x, "weight": weight, "bias": bias}[of]
    if output is None or output.shape != upstream.shape or leaf is None:
        return None
    (found,) = torch.autograd.grad(output, leaf, upstream, allow_unused=True)
    return None if found is None else found.numpy()


def _leaves(site: Site) -> tuple[Tensor, Tensor, Tensor | None]:
    import torch

    bias = site.own("bias")
    leaves = [torch.tensor(a).requires_grad_() for a in (site.x, site.weight, *([] if bias is None else [bias]))]
    return leaves[0], leaves[1], leaves[2] if len(leaves) > 2 else None


def overwritten(site: Site) -> Array | None:
    """What windows give back where each is written over the last, in place of being added to it."""
    layer: Any = site.layer
    is_conv = layer.kind == "conv"
    small = site.grad_output if is_conv else site.x
    shape = site.x.shape if is_conv else site.output.shape
    if layer.groups > 1:
        return None
    wide = np.zeros((*shape[:2], *(n + 2 * p for n, p in zip(shape[2:], layer.padding, strict=True))))
    blocks = np.tensordot(np.moveaxis(small, 1, -1), site.weight, 1)  # N, places, channels, kernel
    for at in product(*(range(n) for n in small.shape[2:])):
        steps = zip(at, layer.stride, layer.kernel, layer.dilation, strict=True)
        where: Any = (..., *(slice(a * s, a * s + d * (k - 1) + 1, d) for a, s, k, d in steps))
        block: Any = (slice(None), *at)
        wide[where] = blocks[block]
    inside: Any = (..., *(slice(p, p + n) for p, n in zip(layer.padding, shape[2:], strict=True)))
    found: Array = wide[inside]
    bias = site.own("bias")
    return found if is_conv or bias is None else found + bias.reshape(-1, *(1,) * len(layer.kernel))
