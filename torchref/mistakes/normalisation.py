"""Mistakes in batch-norm, layer-norm, group-norm and RMS-norm: the paths through mean and variance, counts, γ and ε."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.linear import penalty_gradient
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site

CENTRED = "batch_norm layer_norm group_norm"
ALL = CENTRED + " rms_norm"


def _is_by_batch(site: Site) -> bool:
    """Whether the statistics are the batch's own: all but a batch-norm in evaluation."""
    return bool(getattr(site.layer, "training", True))


def _rows(site: Site, array: Array) -> Array:
    """The numbers of each set in a row."""
    layer: Any = site.layer
    if site.kind == "batch_norm":
        return np.moveaxis(array, 1, 0).reshape(layer.channels, -1)
    if site.kind == "group_norm":
        return array.reshape(len(array) * layer.groups, -1)
    return array.reshape(-1, int(np.prod(layer.shape)))


def _back(site: Site, rows: Array) -> Array:
    """Rows as an array like x."""
    shape = site.x.shape
    if site.kind != "batch_norm":
        return rows.reshape(shape)
    return np.moveaxis(rows.reshape(shape[1], shape[0], *shape[2:]), 0, 1)


def _wide(site: Site, parameter: str) -> Array:
    """γ or β, in a shape that broadcasts over x."""
    value = site.own(parameter)
    assert value is not None
    if site.kind in ("batch_norm", "group_norm"):
        return value.reshape(-1, *(1,) * (site.x.ndim - 2))
    return value


class _Statistics:
    """Rows of x and ĝ with their mean and deviation."""

    def __init__(self, site: Site, grad: Array) -> None:
        self.x, self.grad = _rows(site, site.x), _rows(site, grad)
        self.eps: float = site.layer.eps  # type: ignore[attr-defined]
        is_centred = site.kind != "rms_norm"
        self.mean = self.x.mean(axis=1, keepdims=True) if is_centred else 0.0
        self.centred = self.x - self.mean
        self.s = np.sqrt(np.square(self.centred).mean(axis=1, keepdims=True) + self.eps)
        self.count = self.x.shape[1]

    def grad_input(self, through_mean: bool = True, through_var: bool = True, count: int | None = None) -> Array:
        """∂E/∂x, with some of its paths."""
        total, m = self.grad / self.s, count or self.count
        if through_var:
            total = total - self.centred * (self.grad * self.centred).sum(axis=1, keepdims=True) / self.s**3 / m
        if through_mean:
            total = total - (self.grad / self.s).sum(axis=1, keepdims=True) / m
        return np.asarray(total)


def _grad_input(site: Site, with_gamma: bool = True, **paths: Any) -> Array | None:
    if not _is_by_batch(site):
        return None
    grad = site.grad_output * _wide(site, "weight") if with_gamma else site.grad_output
    return _back(site, _Statistics(site, grad).grad_input(**paths))


def _without_gamma(site: Site) -> Array | None:
    if site.kind == "rms_norm":
        return _grad_input(site, with_gamma=False, through_mean=False)
    if _is_by_batch(site):
        return _grad_input(site, with_gamma=False)
    running = site.own("running_var")
    assert running is not None
    return np.asarray(site.right / _wide(site, "weight"))


def _normalised(site: Site, mean: Array | float, deviation: Array) -> Array:
    return _back(site, (_rows(site, site.x) - mean) / deviation)


def _deviation(site: Site, eps_outside: bool) -> Array | None:
    """x̂ with ε outside the root, or without ε."""
    if not _is_by_batch(site):
        return None
    of = _Statistics(site, site.x)
    plain = np.sqrt(np.square(of.centred).mean(axis=1, keepdims=True))
    return _normalised(site, of.mean, plain + of.eps if eps_outside else plain)


def _not_squared_root(site: Site) -> Array | None:
    if not _is_by_batch(site):
        return None
    of = _Statistics(site, site.x)
    return _normalised(site, of.mean, of.s**2)


def _of_gamma(site: Site, values: Array) -> Array | None:
    """The sum over all that shares γ."""
    if site.parameter_kind != "weight":
        return None
    axes = (0, *range(2, values.ndim)) if site.kind in ("batch_norm", "group_norm") else None
    if axes is None:
        axes = tuple(range(values.ndim - site.old.ndim))
    return np.asarray(values.sum(axis=axes) + penalty_gradient(site))


def _shared(site: Site) -> int:
    """How many numbers share one γ."""
    return site.x.size // site.old.size


def _state(site: Site, weight_of_old: float, biased: bool = False) -> Array | None:
    x = _rows(site, site.x)
    new = x.mean(axis=1) if site.parameter_kind == "running_mean" else x.var(axis=1, ddof=0 if biased else 1)
    return np.asarray(weight_of_old * site.old + (1 - weight_of_old) * new)


mistake(
    "norm-statistics-constant",
    "backward",
    ALL,
    lambda s: _grad_input(s, through_mean=False, through_var=False),
    "mean and variance were taken as constants: their two paths back to the input are missing",
    "把均值和方差当成了常数：漏了经过它们的两条反向路径",
    "x is in its own x̂, in μ and in σ²: three paths",
    "x 出现在自己的 x̂、μ 和 σ² 中：共三条路径",
)
mistake(
    "norm-variance-path-missing",
    "backward",
    CENTRED,
    lambda s: _grad_input(s, through_var=False),
    "the path through the variance is missing",
    "漏了经过方差的反向路径",
    "∂E/∂σ² · 2 (x − μ) / m",
    "∂E/∂σ² · 2(x−μ)/m",
)
mistake(
    "norm-mean-path-missing",
    "backward",
    CENTRED,
    lambda s: _grad_input(s, through_mean=False),
    "the path through the mean is missing",
    "漏了经过均值的反向路径",
    "∂E/∂μ / m, so that the gradients of a set add up to 0",
    "∂E/∂μ / m：同一组的梯度之和为 0",
)
mistake(
    "norm-mean-path-where-there-is-none",
    "backward",
    "rms_norm",
    lambda s: _grad_input(s),
    "a path through the mean was added, which RMS-norm has not",
    "多加了经过均值的路径，而 RMS-norm 没有减均值",
    "RMS-norm takes no mean out",
    "RMS-norm 不减均值",
)
mistake(
    "norm-gamma-missing",
    "backward",
    ALL,
    _without_gamma,
    "γ is missing on the way back",
    "反向传播漏乘了 γ",
    "∂E/∂x̂ = γ g",
    "∂E/∂x̂ = γg",
)
mistake(
    "norm-gamma-missing-at-x-hat",
    "backward.normalised",
    ALL,
    lambda s: s.grad_output,
    "γ is missing on the way back",
    "反向传播漏乘了 γ",
    "∂E/∂x̂ = γ g",
    "∂E/∂x̂ = γg",
)
mistake(
    "norm-counts-examples-only",
    "backward",
    "batch_norm",
    lambda s: _grad_input(s, count=s.examples) if s.x.ndim > 2 else None,
    "the gradient was divided by the number of examples N, not by all N·H·W numbers of a channel",
    "除以了样本数 N，而不是通道内全部 N·H·W 个元素",
    "m is how many numbers the mean was taken of",
    "m 是求均值时元素的个数",
)
mistake(
    "norm-variance-unbiased",
    "forward.var",
    CENTRED,
    lambda s: s.right * (m := _rows(s, s.x).shape[1]) / (m - 1) if _rows(s, s.x).shape[1] > 1 else None,
    "the variance was divided by m − 1: x̂ uses the biased one",
    "方差除以了 m−1：归一化用的是有偏方差（除以 m）",
    "σ² = (1/m) Σ (x − μ)²; only the running variance is unbiased",
    "σ² = (1/m)Σ(x−μ)²；只有 running_var 用无偏方差",
)
mistake(
    "norm-variance-is-deviation",
    "forward.var",
    CENTRED,
    lambda s: np.sqrt(s.right),
    "this is the standard deviation, not the variance",
    "这是标准差，而不是方差",
    "σ² = (1/m) Σ (x − μ)²",
    "σ² = (1/m)Σ(x−μ)²",
)
mistake(
    "norm-variance-without-mean",
    "forward.var",
    CENTRED,
    lambda s: np.square(_rows(s, s.x)).mean(axis=1).reshape(s.right.shape),
    "the mean was not taken out: this is the mean square",
    "没有减去均值：这是平方的均值",
    "σ² = (1/m) Σ (x − μ)²",
    "σ² = (1/m)Σ(x−μ)²",
)
mistake(
    "norm-eps-outside-the-root",
    "forward.normalised",
    ALL,
    lambda s: _deviation(s, eps_outside=True),
    "ε was added to the deviation, outside the root",
    "ε 加在了根号外面（加到了标准差上）",
    "x̂ = (x − μ) / √(σ² + ε)",
    "x̂ = (x−μ)/√(σ²+ε)",
)
mistake(
    "norm-eps-omitted",
    "forward.normalised",
    ALL,
    lambda s: _deviation(s, eps_outside=False),
    "ε was left out",
    "漏了 ε",
    "x̂ = (x − μ) / √(σ² + ε)",
    "x̂ = (x−μ)/√(σ²+ε)",
)
mistake(
    "norm-divided-by-variance",
    "forward.normalised",
    ALL,
    _not_squared_root,
    "it was divided by the variance, not by its root",
    "除以了方差，而不是它的平方根",
    "x̂ = (x − μ) / √(σ² + ε)",
    "x̂ = (x−μ)/√(σ²+ε)",
)
mistake(
    "norm-by-the-batch-in-evaluation",
    "forward.normalised",
    "batch_norm",
    lambda s: None if _is_by_batch(s) else _normalised(s, (of := _Statistics(s, s.x)).mean, of.s),
    "the batch's own statistics were used in evaluation",
    "评估模式下用了当前批次的统计量",
    "in evaluation the running mean and variance are used",
    "评估模式应使用 running_mean 与 running_var",
)
mistake(
    "norm-gamma-omitted",
    "forward",
    ALL,
    lambda s: s.inside("normalised") + (_wide(s, "bias") if s.own("bias") is not None else 0),
    "γ was left out",
    "漏乘了 γ",
    "y = γ x̂ + β",
    "y = γx̂ + β",
)
mistake(
    "norm-beta-omitted",
    "forward",
    CENTRED,
    lambda s: s.inside("normalised") * _wide(s, "weight"),
    "β was left out",
    "漏加了 β",
    "y = γ x̂ + β",
    "y = γx̂ + β",
)
mistake(
    "norm-gamma-and-beta-swapped",
    "forward",
    CENTRED,
    lambda s: s.inside("normalised") * _wide(s, "bias") + _wide(s, "weight"),
    "γ and β were swapped",
    "γ 与 β 弄反了",
    "y = γ x̂ + β",
    "y = γx̂ + β",
)
mistake(
    "norm-gamma-gradient-without-x-hat",
    "gradient",
    ALL,
    lambda s: _of_gamma(s, s.grad_output),
    "x̂ is missing in the gradient of γ: this is that of β",
    "γ 的梯度漏乘了 x̂：这是 β 的梯度",
    "∂E/∂γ = Σ g x̂",
    "∂E/∂γ = Σgx̂",
)
mistake(
    "norm-gamma-gradient-with-input",
    "gradient",
    ALL,
    lambda s: _of_gamma(s, s.grad_output * s.x),
    "the gradient of γ was made with x instead of x̂",
    "γ 的梯度用了 x，而不是 x̂",
    "∂E/∂γ = Σ g x̂",
    "∂E/∂γ = Σgx̂",
)
mistake(
    "norm-parameter-gradient-averaged",
    "gradient",
    ALL,
    lambda s: (s.right - penalty_gradient(s)) / _shared(s) + penalty_gradient(s) if _shared(s) > 1 else None,
    "the gradient was averaged over what shares the parameter instead of summed",
    "对共享该参数的元素取了平均，而不是求和",
    "Σ over the batch and the places, not a mean",
    "对批次和位置求和，不是平均",
)
mistake(
    "norm-variance-gradient-without-half",
    "backward.var",
    CENTRED,
    lambda s: 2 * s.right,
    "the ½ of the root's derivative is missing",
    "漏了根号求导的 ½",
    "d(v^−½)/dv = −½ v^(−3/2)",
    "d(v^−½)/dv = −½v^(−3/2)",
)
mistake(
    "running-momentum-reversed",
    "state",
    "batch_norm",
    lambda s: _state(s, s.layer.momentum),  # type: ignore[attr-defined]
    "the momentum was put on the old value, as other libraries define it; torch's is the share of the new one",
    "动量乘在了旧值上（其他库的定义）；torch 的动量是新值所占的份额",
    "r⁺ = (1 − momentum) r + momentum · batch",
    "r⁺ = (1−momentum)·r + momentum·batch",
)
mistake(
    "running-variance-biased",
    "state",
    "batch_norm",
    lambda s: (
        _state(s, 1 - s.layer.momentum, biased=True)  # type: ignore[attr-defined]
        if s.parameter_kind == "running_var"
        else None
    ),
    "the running variance was fed the biased variance; torch's is the unbiased one",
    "running_var 用了有偏方差；torch 用的是无偏方差",
    "m / (m − 1)",
    "m/(m−1)",
)
mistake(
    "running-not-updated",
    "state",
    "batch_norm",
    lambda s: s.old,
    "the running statistic was not updated",
    "running 统计量没有更新",
    "r⁺ = (1 − momentum) r + momentum · batch",
    "r⁺ = (1−momentum)·r + momentum·batch",
)
mistake(
    "running-replaced",
    "state",
    "batch_norm",
    lambda s: _state(s, 0.0),
    "the running statistic was replaced by the batch's",
    "running 统计量直接被当前批次的值取代",
    "r⁺ = (1 − momentum) r + momentum · batch",
    "r⁺ = (1−momentum)·r + momentum·batch",
)
