"""Twin layers: how torch makes the layers that are more than a module with the same name, and their pieces.

Pieces are written out in torch's elementary operations, for torch's own modules show nothing of what is inside them;
a test holds them against these modules.
"""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Takes = tuple[int, ...]


class Cut(Protocol):
    """See torchref/cuts.py."""

    def __call__(self, name: str, value: Tensor, time: int | None = None) -> Tensor:
        """What to go on with."""

    def next(self, name: str, value: Tensor) -> None:
        """Keeps what a state becomes."""


class SharedBiasLinear(nn.Module):
    """A linear layer whose neurons share one bias, the document's b1 and b2."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """X Wᵀ + b."""
        return F.linear(x, self.weight, self.bias.expand(self.weight.shape[0]))


def linear(layer: Any) -> nn.Module:
    """With a bias a neuron, one for all, or none."""
    if layer.bias == "shared":
        return SharedBiasLinear(layer.in_features, layer.out_features)
    return nn.Linear(layer.in_features, layer.out_features, bias=layer.bias == "neuron")


def conv(layer: Any) -> nn.Module:
    """Over one axis or two."""
    make = nn.Conv1d if len(layer.kernel) == 1 else nn.Conv2d
    settings = (layer.stride, layer.padding, layer.dilation, layer.groups, layer.bias)
    made: nn.Module = make(layer.in_channels, layer.out_channels, layer.kernel, *settings)
    return made


def conv_transpose(layer: Any) -> nn.Module:
    """Over one axis or two."""
    make = nn.ConvTranspose1d if len(layer.kernel) == 1 else nn.ConvTranspose2d
    settings = (layer.stride, layer.padding, layer.output_padding, layer.groups, layer.bias, layer.dilation)
    made: nn.Module = make(layer.in_channels, layer.out_channels, layer.kernel, *settings)
    return made


def max_pool(layer: Any) -> nn.Module:
    """Over one axis or two."""
    make = nn.MaxPool1d if len(layer.kernel) == 1 else nn.MaxPool2d
    return make(layer.kernel, layer.stride, layer.padding, layer.dilation)


def avg_pool(layer: Any) -> nn.Module:
    """Over one axis or two."""
    make = nn.AvgPool1d if len(layer.kernel) == 1 else nn.AvgPool2d
    made: nn.Module = make(layer.kernel, layer.stride, layer.padding, False, layer.count_include_pad)
    return made


def global_avg_pool(layer: Any) -> nn.Module:
    """Adaptive pooling to one place, and the axes of length 1 dropped."""
    pool = nn.AdaptiveAvgPool1d(1) if layer.axes == 1 else nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(pool, nn.Flatten(1))


class BatchNorm(nn.Module):
    """torch's batch-norm with the running statistics handed in."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer
        self.weight = nn.Parameter(torch.ones(layer.channels))
        self.bias = nn.Parameter(torch.zeros(layer.channels))
        self.next_states: dict[str, Tensor] = {}

    def forward(self, x: Tensor, running_mean: Tensor, running_var: Tensor) -> Tensor:
        """By torch.nn.functional, which writes the running statistics over the copies."""
        layer, mean, var = self.layer, running_mean.clone(), running_var.clone()
        y = F.batch_norm(x, mean, var, self.weight, self.bias, layer.training, layer.momentum, layer.eps)
        self.next_states = {"running_mean": mean, "running_var": var}
        return y


class Dropout(nn.Module):
    """Dropout with the mask handed in; torch's own draws one."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.p = layer.p

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """What is left of x / (1 − p) by the mask; in evaluation x."""
        if mask is None:
            return x.clone()
        return torch.where(mask, x / (1 - self.p) if self.p < 1 else x * 0, torch.zeros_like(x))


def _normalised(cut: Cut, x: Tensor, axes: Takes, eps: float, wide: Callable[[Tensor], Tensor]) -> Tensor:
    """x̂ over some axes, with its mean and variance cut."""
    mean = cut("mean", x.mean(axes))
    var = cut("var", (x - wide(mean)).square().mean(axes))
    return (x - wide(mean)) / (wide(var) + eps).sqrt()


def batch_norm(
    layer: Any, cut: Cut, x: Tensor, weight: Tensor, bias: Tensor, running_mean: Tensor, running_var: Tensor
) -> Tensor:
    """Mean, variance and x̂ of each channel; in evaluation x̂ by the running statistics."""
    axes = (0, *range(2, x.dim()))

    def wide(of: Tensor) -> Tensor:
        return of.reshape(1, -1, *(1,) * layer.axes)

    if not layer.training:
        normalised = cut("normalised", (x - wide(running_mean)) / (wide(running_var) + layer.eps).sqrt())
        return wide(weight) * normalised + wide(bias)
    mean = cut("mean", x.mean(axes))
    var = cut("var", (x - wide(mean)).square().mean(axes))
    m = x.numel() // x.shape[1]
    cut.next("running_mean", (1 - layer.momentum) * running_mean + layer.momentum * mean)
    cut.next("running_var", (1 - layer.momentum) * running_var + layer.momentum * var * (m / (m - 1)))
    normalised = cut("normalised", (x - wide(mean)) / (wide(var) + layer.eps).sqrt())
    return wide(weight) * normalised + wide(bias)


def layer_norm(layer: Any, cut: Cut, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Mean, variance and x̂ of each example."""
    axes = tuple(range(-len(layer.shape), 0))
    more = (1,) * len(layer.shape)
    made = _normalised(cut, x, axes, layer.eps, lambda of: of.reshape(*of.shape, *more))
    return weight * cut("normalised", made) + bias


def group_norm(layer: Any, cut: Cut, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Mean, variance and x̂ of each example's groups."""
    rows = x.reshape(x.shape[0], layer.groups, -1)
    made = _normalised(cut, rows, (-1,), layer.eps, lambda of: of[..., None]).reshape(x.shape)
    shape = (1, -1, *(1,) * layer.axes)
    return weight.reshape(shape) * cut("normalised", made) + bias.reshape(shape)


def rms_norm(layer: Any, cut: Cut, x: Tensor, weight: Tensor) -> Tensor:
    """Mean square and x̂ of each example."""
    axes = tuple(range(-len(layer.shape), 0))
    q = cut("mean_square", x.square().mean(axes))
    wide = q.reshape(*q.shape, *(1,) * len(layer.shape))
    return weight * cut("normalised", x / (wide + layer.eps).sqrt())
