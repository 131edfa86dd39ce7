"""Mistakes where numbers are selected: dropout's mask and its factor, an embedding's ids."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.linear import penalty_gradient
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _mask(site: Site) -> Array | None:
    return site.own("mask")


def _incoming(site: Site) -> Array:
    return site.x if site.role == "forward" else site.grad_output


def _kept(site: Site) -> float:
    """1 − p."""
    layer: Any = site.layer
    return 1 - float(layer.p)


def _scaled(site: Site, mask: Array | None, scale: float) -> Array | None:
    return None if mask is None or _kept(site) == 0 else _incoming(site) * mask * scale


def _ids(site: Site) -> Array:
    return site.x.astype(int).reshape(-1)


def _rows(site: Site) -> Array:
    return site.grad_output.reshape(-1, site.grad_output.shape[-1])


def _last_wins(site: Site) -> Array:
    gradient = np.zeros(site.old.shape)
    gradient[_ids(site)] = _rows(site)
    return gradient + penalty_gradient(site)


def _averaged(site: Site) -> Array:
    gradient, counts = np.zeros(site.old.shape), np.bincount(_ids(site), minlength=len(site.old))
    np.add.at(gradient, _ids(site), _rows(site))
    return np.asarray(gradient / np.maximum(counts, 1)[:, None] + penalty_gradient(site))


def _each_once(site: Site) -> Array:
    gradient = np.zeros(site.old.shape)
    ids, first = np.unique(_ids(site), return_index=True)
    gradient[ids] = _rows(site)[first]
    return gradient + penalty_gradient(site)


mistake(
    "dropout-scale-missing",
    "forward backward",
    "dropout",
    lambda s: _scaled(s, _mask(s), 1.0),
    "the factor 1 / (1 − p) is missing",
    "漏了缩放因子 1/(1−p)",
    "inverted dropout scales by 1 / (1 − p) in training, forward and back",
    "训练时正向与反向都要乘 1/(1−p)",
)
mistake(
    "dropout-scale-inverted",
    "forward backward",
    "dropout",
    lambda s: _scaled(s, _mask(s), _kept(s)),
    "it was multiplied by 1 − p instead of divided",
    "乘了 1−p，而不是除以 1−p",
    "what is left must grow: 1 / (1 − p)",
    "留下的要放大：1/(1−p)",
)
mistake(
    "dropout-scale-by-p",
    "forward backward",
    "dropout",
    lambda s: _scaled(s, _mask(s), 1 / (1 - _kept(s))) if _kept(s) < 1 else None,
    "it was divided by p: p is the share that is dropped",
    "除以了 p：p 是丢弃的比例",
    "1 / (1 − p)",
    "1/(1−p)",
)
mistake(
    "dropout-mask-missing",
    "backward",
    "dropout",
    lambda s: None if _mask(s) is None else s.grad_output,
    "the mask was forgotten on the way back",
    "反向传播忘了乘掩码",
    "what was dropped has no gradient",
    "被丢弃的元素没有梯度",
)
mistake(
    "dropout-mask-only-scale",
    "backward",
    "dropout",
    lambda s: None if _mask(s) is None or _kept(s) == 0 else s.grad_output / _kept(s),
    "the mask was forgotten on the way back; only its factor was applied",
    "反向传播只乘了缩放因子，忘了乘掩码",
    "what was dropped has no gradient",
    "被丢弃的元素没有梯度",
)
mistake(
    "dropout-mask-inverted",
    "forward backward",
    "dropout",
    lambda s: None if (m := _mask(s)) is None else _scaled(s, 1 - m, 1 / (_kept(s) or 1)),
    "the mask is inverted: what was to be kept was dropped",
    "掩码取反了：该留下的被丢弃了",
    "1 keeps, 0 drops",
    "1 表示保留，0 表示丢弃",
)
mistake(
    "dropout-scale-twice",
    "forward backward",
    "dropout",
    lambda s: _scaled(s, _mask(s), 1 / (_kept(s) or 1) ** 2),
    "the factor 1 / (1 − p) was applied twice",
    "缩放因子 1/(1−p) 乘了两次",
    "is it in the mask already?",
    "它是否已经包含在掩码里？",
)
mistake(
    "embedding-repeats-overwritten",
    "gradient",
    "embedding",
    _last_wins,
    "an id that stands several times kept the last place's gradient alone: = for +=",
    "同一个 id 出现多次时只保留了最后一次的梯度：+= 写成了 =",
    "dW[ids] += g counts a repeated id once: use np.add.at",
    "dW[ids] += g 对重复的 id 只算一次：应使用 np.add.at",
)
mistake(
    "embedding-repeats-once",
    "gradient",
    "embedding",
    _each_once,
    "an id that stands several times got the first place's gradient alone",
    "同一个 id 出现多次时只得到了第一次的梯度",
    "add up the gradients of all places where the id stands",
    "把该 id 出现的所有位置的梯度相加",
)
mistake(
    "embedding-repeats-averaged",
    "gradient",
    "embedding",
    _averaged,
    "the gradients of an id that stands several times were averaged, not added",
    "同一个 id 多次出现的梯度取了平均，而不是相加",
    "add up the gradients of all places where the id stands",
    "把该 id 出现的所有位置的梯度相加",
)
mistake(
    "embedding-off-by-one",
    "forward",
    "embedding",
    lambda s: s.weight[s.x.astype(int) - 1],
    "the ids were taken to begin at 1: each place got the row before its own",
    "把 id 当成从 1 开始：取到了前一行",
    "ids begin at 0",
    "id 从 0 开始",
)
