"""Draws: how layers are drawn at random for networks in which a mistake would show.

A draw gets a random generator and the shape of one example, and gives a layer that such an example can enter, or None
where there is none. Sizes are odd and differ from each other, windows overlap, no setting is the one that hides what
it does; a row of the twin's table without a draw is made with its defaults, and enters anywhere.
"""

from collections.abc import Callable

from numpy.random import Generator

from manual.arrays import Shape
from manual.layers import Layer
from manual.layers.avg_pool import AvgPool
from manual.layers.batch_norm import BatchNorm
from manual.layers.conv import Conv
from manual.layers.conv_transpose import ConvTranspose
from manual.layers.dropout import Dropout
from manual.layers.embedding import Embedding
from manual.layers.flatten import Flatten
from manual.layers.global_avg_pool import GlobalAvgPool
from manual.layers.group_norm import GroupNorm
from manual.layers.layer_norm import LayerNorm
from manual.layers.linear import Linear
from manual.layers.max_pool import MaxPool
from manual.layers.rms_norm import RMSNorm
from manual.layers.upsample import Upsample

Draw = Callable[[Generator, Shape], Layer | None]

# Beyond these a layer that makes its input larger is not drawn, and flattened rows are not multiplied by a matrix.
WIDEST, LONGEST = 18, 400


def _int(rng: Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def _divisor(rng: Generator, number: int) -> int:
    return int(rng.choice([k for k in range(1, number + 1) if number % k == 0]))


def _is_spatial(shape: Shape) -> bool:
    return len(shape) in (2, 3)


def linear(rng: Generator, shape: Shape) -> Layer | None:
    """From 1 to 12 neurons, with each kind of bias."""
    if len(shape) != 1 or shape[0] > LONGEST:
        return None
    return Linear(shape[0], _int(rng, 1, 12), ("neuron", "shared", "none")[_int(rng, 0, 2)])


def conv(rng: Generator, shape: Shape) -> Layer | None:
    """Kernels, strides, paddings and dilations of their own on each axis; groups where the channels allow them."""
    if not _is_spatial(shape):
        return None
    groups = _divisor(rng, shape[0])
    padding = tuple(_int(rng, 0, 2) for _ in shape[1:])
    kernel = tuple(min(_int(rng, 1, 4), n + 2 * p) for n, p in zip(shape[1:], padding, strict=True))
    most = [(n + 2 * p - 1) // max(1, k - 1) for n, p, k in zip(shape[1:], padding, kernel, strict=True)]
    dilation = tuple(_int(rng, 1, max(1, min(2, m))) for m in most)
    stride = tuple(_int(rng, 1, 3) for _ in kernel)
    out = groups * _int(rng, 1, max(1, 6 // groups))
    return Conv(shape[0], out, kernel, stride, padding, dilation, groups, bool(rng.random() < 0.8))


def conv_transpose(rng: Generator, shape: Shape) -> Layer | None:
    """The same, where the output stays small."""
    if not _is_spatial(shape) or max(shape[1:]) > WIDEST // 2:
        return None
    groups = _divisor(rng, shape[0])
    kernel = tuple(_int(rng, 1, 4) for _ in shape[1:])
    stride = tuple(_int(rng, 1, 3) for _ in kernel)
    dilation = tuple(_int(rng, 1, 2) for _ in kernel)
    reach = [(n - 1) * s + d * (k - 1) + 1 for n, k, s, d in zip(shape[1:], kernel, stride, dilation, strict=True)]
    padding = tuple(_int(rng, 0, min(2, (r - 1) // 2)) for r in reach)
    more = tuple(_int(rng, 0, max(s, d) - 1) for s, d in zip(stride, dilation, strict=True))
    out = groups * _int(rng, 1, max(1, 6 // groups))
    bias = bool(rng.random() < 0.8)
    return ConvTranspose(shape[0], out, kernel, stride, padding, dilation, groups, bias, more)


def _window(rng: Generator, shape: Shape) -> tuple[Shape, Shape, Shape]:
    """Kernel, stride and padding of a pool; most windows overlap."""
    kernel = tuple(min(_int(rng, 1, 4), n) for n in shape[1:])
    stride = tuple(_int(rng, 1, max(1, k)) for k in kernel)
    return kernel, stride, tuple(_int(rng, 0, k // 2) for k in kernel)


def max_pool(rng: Generator, shape: Shape) -> Layer | None:
    """Windows that overlap, some dilated."""
    if not _is_spatial(shape):
        return None
    kernel, stride, padding = _window(rng, shape)
    reach = [(k - 1) * 2 + 1 <= n + 2 * p for k, n, p in zip(kernel, shape[1:], padding, strict=True)]
    dilation = tuple(_int(rng, 1, 2) if fits else 1 for fits in reach)
    return MaxPool(kernel, stride, padding, dilation)


def avg_pool(rng: Generator, shape: Shape) -> Layer | None:
    """Windows that overlap, the padding counted or not."""
    return AvgPool(*_window(rng, shape), bool(rng.random() < 0.5)) if _is_spatial(shape) else None


def global_avg_pool(rng: Generator, shape: Shape) -> Layer | None:
    """Over all places."""
    return GlobalAvgPool(len(shape) - 1) if _is_spatial(shape) else None


def flatten(rng: Generator, shape: Shape) -> Layer | None:
    """All axes, or all but the first."""
    return Flatten(_int(rng, max(2, len(shape) - 1), len(shape))) if len(shape) > 1 else None


def upsample(rng: Generator, shape: Shape) -> Layer | None:
    """By 1 to 3 an axis, where the output stays small."""
    if not _is_spatial(shape) or max(shape[1:]) > WIDEST // 2:
        return None
    return Upsample(tuple(_int(rng, 1, 3) for _ in shape[1:]))


def batch_norm(rng: Generator, shape: Shape) -> Layer | None:
    """Mostly in training; ε and momentum of all usual sizes."""
    eps, momentum = 10 ** rng.uniform(-8, -1), rng.uniform(0.05, 0.95)
    if len(shape) > 3:
        return None
    return BatchNorm(shape[0], len(shape) - 1, float(eps), float(momentum), bool(rng.random() < 0.7))


def layer_norm(rng: Generator, shape: Shape) -> Layer | None:
    """Over the last axis, or more."""
    return LayerNorm(shape[-_int(rng, 1, len(shape)) :], float(10 ** rng.uniform(-8, -1)))


def group_norm(rng: Generator, shape: Shape) -> Layer | None:
    """Every number of groups."""
    if not _is_spatial(shape):
        return None
    return GroupNorm(_divisor(rng, shape[0]), shape[0], len(shape) - 1, float(10 ** rng.uniform(-8, -1)))


def rms_norm(rng: Generator, shape: Shape) -> Layer | None:
    """Over the last axis, or more."""
    return RMSNorm(shape[-_int(rng, 1, len(shape)) :], float(10 ** rng.uniform(-8, -1)))


def dropout(rng: Generator, shape: Shape) -> Layer | None:
    """With p from 0.1 to 0.9, now and then 0 or 1; mostly in training."""
    p = (0.0, 1.0)[_int(rng, 0, 1)] if rng.random() < 0.05 else float(rng.uniform(0.1, 0.9))
    return Dropout(p, bool(rng.random() < 0.8))


def embedding(rng: Generator, shape: Shape) -> Layer | None:
    """Fewer rows than there are ids in a batch, so that some repeat; only at the start of a network."""
    return Embedding(_int(rng, 3, 7), _int(rng, 2, 6))
