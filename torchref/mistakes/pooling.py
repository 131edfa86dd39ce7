"""Mistakes in pooling, flattening and upsampling: which number gets the gradient, how much of it, and in what order."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site

Where = tuple[Any, ...]
POOLS = "max_pool avg_pool"


def _windows(site: Site, stride: tuple[int, ...] | None = None) -> Iterator[tuple[Where, Where]]:
    """Each place of the output, and its window in the padded input."""
    layer: Any = site.layer
    dilation = getattr(layer, "dilation", (1,) * len(layer.kernel))
    for at in product(*(range(n) for n in site.output.shape[2:])):
        steps = zip(at, stride or layer.stride, layer.kernel, dilation, strict=True)
        where = tuple(slice(a * s, a * s + d * (k - 1) + 1, d) for a, s, k, d in steps)
        yield (..., *at), (..., *where)


def _padded(site: Site, value: float) -> Array:
    layer: Any = site.layer
    return np.pad(site.x, [(0, 0), (0, 0), *((p, p) for p in layer.padding)], constant_values=value)


def _is_padded(site: Site) -> bool:
    layer: Any = site.layer
    return any(layer.padding)


def _inside(site: Site, wide: Array) -> Array:
    layer: Any = site.layer
    inside: Where = tuple(slice(p, p + n) for p, n in zip(layer.padding, site.x.shape[2:], strict=True))
    return np.asarray(wide[(..., *inside)])


def _pooled(site: Site, pool: Callable[[Array], Array], value: float, stride: tuple[int, ...] | None = None) -> Array:
    """The output, with a function of each window (N, C, window)."""
    wide, made = _padded(site, value), np.zeros(site.output.shape)
    for at, where in _windows(site, stride):
        window = wide[where]
        made[at] = pool(window.reshape(*window.shape[:2], -1))
    return made


def _spread(site: Site, share: Callable[[Array], Array], add: bool = True, fill: float = -np.inf) -> Array:
    """The input's gradient: each window's g times a share (N, C, window), added to what is there or written over it."""
    wide = _padded(site, fill)
    grad = np.zeros(wide.shape)
    for at, where in _windows(site):
        window = wide[where]
        shares = share(window.reshape(*window.shape[:2], -1)).reshape(window.shape)
        given = shares * site.grad_output[at].reshape(*window.shape[:2], *(1,) * (window.ndim - 2))
        grad[where] = grad[where] + given if add else np.where(shares != 0, given, grad[where])
    return _inside(site, grad)


def _first_largest(window: Array) -> Array:
    return np.asarray(np.eye(window.shape[-1])[window.argmax(axis=-1)])


def _at_first(window: Array) -> Array:
    share = np.zeros(window.shape)
    share[..., 0] = 1
    return share


def _is_overlapping(site: Site) -> bool:
    layer: Any = site.layer
    return any(s < k for s, k in zip(layer.stride, layer.kernel, strict=True))


def _by_average(site: Site) -> Array:
    """Each place's share of the gradient when padding is counted, or not, the other way round."""
    layer: Any = site.layer
    counted = _padded(site, 0) * 0 + (0 if layer.count_include_pad else 1)
    _inside(site, counted)[...] = 1
    return counted


def _counted_otherwise(site: Site) -> Array | None:
    layer: Any = site.layer
    if max(layer.padding) == 0:
        return None
    counted, wide = _by_average(site), _padded(site, 0.0)
    if site.role == "forward":
        made = np.zeros(site.output.shape)
        for at, where in _windows(site):
            axes = tuple(range(2, wide.ndim))
            made[at] = wide[where].sum(axis=axes) / counted[where].sum(axis=axes)
        return made
    grad = np.zeros(wide.shape)
    for at, where in _windows(site):
        share = site.grad_output[at] / counted[where].sum(axis=tuple(range(2, wide.ndim)))
        grad[where] += share.reshape(*share.shape, *(1,) * (wide.ndim - 2))
    return _inside(site, grad)


def _stride_forgotten(site: Site) -> Array | None:
    layer: Any = site.layer
    if max(layer.stride) == 1:
        return None
    pool, value = (np.max, -np.inf) if layer.kind == "max_pool" else (np.mean, 0.0)
    return _pooled(site, lambda window: pool(window, axis=-1), value, (1,) * len(layer.kernel))


def _scale(layer: Any) -> tuple[int, ...]:
    return tuple(layer.scale)


def _first_copies(layer: Any) -> Where:
    """The first of the places that repeat each number."""
    return (..., *(slice(None, None, times) for times in _scale(layer)))


def _flat_turned(site: Site) -> Array:
    """The last axes in a row in Fortran's order, or a gradient taken out of such a row."""
    layer: Any = site.layer
    before, last = site.x.shape[: -layer.axes], site.x.shape[-layer.axes :]
    order = (*range(len(before)), *range(site.x.ndim - 1, len(before) - 1, -1))
    if site.role == "forward":
        return site.x.transpose(order).reshape(site.output.shape)
    return site.grad_output.reshape(*before, *last[::-1]).transpose(order)


mistake(
    "pool-stride-forgotten",
    "forward",
    POOLS,
    _stride_forgotten,
    "the stride was forgotten: window p begins at p, not at p times the stride",
    "忘了步长：第 p 个窗口应从 p×stride 处开始，而不是 p",
    "window p begins at p · stride",
    "第 p 个窗口从 p·stride 开始",
)
mistake(
    "pool-overlap-overwritten",
    "backward",
    POOLS,
    lambda s: (
        _spread(s, _first_largest if s.kind == "max_pool" else lambda w: np.full(w.shape, 1 / w.shape[-1]), add=False)
        if _is_overlapping(s)
        else None
    ),
    "where windows overlap, the last one's gradient was written over the others': = for +=",
    "窗口重叠处后写的梯度覆盖了先前的：+= 写成了 =",
    "a number that several windows use gets the sum of their gradients",
    "被多个窗口用到的元素，梯度要相加",
)
mistake(
    "average-for-max",
    "forward",
    "max_pool",
    lambda s: _pooled(s, lambda w: w.mean(axis=-1), 0.0),
    "the mean of each window was taken, not its largest number",
    "取了每个窗口的平均值，而不是最大值",
    "max, not mean",
    "应取最大值",
)
mistake(
    "max-for-average",
    "forward",
    "avg_pool",
    lambda s: _pooled(s, lambda w: w.max(axis=-1), 0.0),
    "the largest number of each window was taken, not its mean",
    "取了每个窗口的最大值，而不是平均值",
    "mean, not max",
    "应取平均值",
)
mistake(
    "max-pool-padded-with-zeros",
    "forward",
    "max_pool",
    lambda s: _pooled(s, lambda w: w.max(axis=-1), 0.0) if _is_padded(s) else None,
    "the padding took part as zeros: where all numbers of a window are negative, it won",
    "填充的 0 参与了取最大：窗口内全为负数时取到了 0",
    "pad with −∞ for a maximum",
    "取最大值时用 −∞ 填充",
)
mistake(
    "max-pool-spread-evenly",
    "backward",
    "max_pool",
    lambda s: _spread(s, lambda w: np.full(w.shape, 1 / w.shape[-1])),
    "the gradient was spread evenly over the window, as an average's is",
    "梯度平均分给了整个窗口，像平均池化那样",
    "only the largest number of the window gets it",
    "只有窗口中的最大元素得到梯度",
)
mistake(
    "max-pool-mask-missing",
    "backward",
    "max_pool",
    lambda s: _spread(s, np.ones_like),
    "every number of the window got the gradient, not its largest alone",
    "窗口内的每个元素都得到了梯度，而不只是最大的那个",
    "only the largest number of the window gets it",
    "只有窗口中的最大元素得到梯度",
)
mistake(
    "max-pool-at-first",
    "backward",
    "max_pool",
    lambda s: _spread(s, _at_first),
    "the gradient went to the first number of each window, not to its largest",
    "梯度给了每个窗口的第一个元素，而不是最大的那个",
    "remember where the maximum was: argmax within the window plus the window's own place",
    "要记住最大值的位置：窗口内的 argmax 加上窗口自身的位置",
)
mistake(
    "max-pool-all-ties",
    "backward",
    "max_pool",
    lambda s: _spread(s, lambda w: (w == w.max(axis=-1, keepdims=True)).astype(float)),
    "all numbers that are equally large got the gradient; torch gives it to the first (a convention)",
    "并列最大的元素都得到了梯度；torch 只给第一个（约定）",
    "which of several equal numbers gets the gradient is a convention",
    "并列时由谁得到梯度是约定",
)
mistake(
    "average-not-divided",
    "forward",
    "avg_pool global_avg_pool",
    lambda s: (
        _pooled(s, lambda w: w.sum(axis=-1), 0.0) if s.kind == "avg_pool" else s.x.sum(axis=tuple(range(2, s.x.ndim)))
    ),
    "the numbers were summed but not divided by how many they are",
    "只求了和，没有除以元素个数",
    "y = (1/m) Σ x",
    "y = (1/m)Σx",
)
mistake(
    "average-gradient-not-divided",
    "backward",
    "avg_pool global_avg_pool",
    lambda s: (
        _spread(s, np.ones_like)
        if s.kind == "avg_pool"
        else np.broadcast_to(s.grad_output.reshape(*s.grad_output.shape, *(1,) * (s.x.ndim - 2)), s.x.shape)
    ),
    "each number got the whole gradient of the mean, not its share 1/m",
    "每个元素得到了平均值的全部梯度，而不是 1/m",
    "∂y/∂x = 1/m",
    "∂y/∂x = 1/m",
)
mistake(
    "average-padding-counted-otherwise",
    "forward backward",
    "avg_pool",
    _counted_otherwise,
    "whether the padding counts in the mean was decided the other way",
    "填充的元素是否计入平均值，与约定相反",
    "count_include_pad",
    "count_include_pad",
)
mistake(
    "flattened-last-axis-first",
    "forward backward",
    "flatten",
    _flat_turned,
    "the axes were laid in a row in another order: the first one fastest",
    "展平时轴的顺序不同：第一个轴变化最快",
    "torch's order is C: the last axis is the fastest; go back by the same order",
    "torch 用 C 顺序：最后一个轴变化最快；反向也用同样的顺序",
)
mistake(
    "upsample-tiled",
    "forward",
    "upsample",
    lambda s: np.tile(s.x, (1, 1, *_scale(s.layer))),
    "the whole input was repeated side by side, not each of its numbers",
    "重复的是整个输入（tile），而不是每个元素（repeat）",
    "np.repeat, not np.tile",
    "应为 np.repeat，而不是 np.tile",
)
mistake(
    "upsample-gradient-of-one-copy",
    "backward",
    "upsample",
    lambda s: s.grad_output[_first_copies(s.layer)],
    "only the first copy's gradient was sent back, not the sum over all copies",
    "只传回了第一个副本的梯度，没有对所有副本求和",
    "a number that is used r times gets r gradients: add them",
    "被用到 r 次的量有 r 个梯度：要相加",
)
mistake(
    "upsample-gradient-averaged",
    "backward",
    "upsample",
    lambda s: s.right / np.prod(_scale(s.layer)),
    "the copies' gradients were averaged, not added",
    "对各副本的梯度取了平均，而不是求和",
    "a number that is used r times gets r gradients: add them",
    "被用到 r 次的量有 r 个梯度：要相加",
)
