"""Mistakes in losses: their value, their slope, their penalty."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.activations import softmax
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def scale(site: Site) -> float:
    """The factor between the sum of the elements and the loss."""
    return site.case.loss.scale(site.output.shape, site.case.target)


def rows(site: Site, weight: tuple[float, ...] | None = None) -> Array:
    """The target as rows, smoothed and weighted as the loss says, or with other weights."""
    loss: Any = site.case.loss
    smoothing = getattr(loss, "label_smoothing", 0.0)
    v = site.target * (1 - smoothing) + smoothing / site.output.shape[-1]
    given = getattr(loss, "weight", ()) if weight is None else weight
    return v * np.asarray(given) if given else v


def _times(p: Array, v: Array) -> Array:
    """(Σ v) p, by which cross-entropy's slope exceeds −v."""
    return p * v.sum(axis=-1, keepdims=True)


def _clip(p: Array) -> Array:
    return np.clip(p, 1e-12, 1 - 1e-12)


def _objective_part(site: Site, penalised: float) -> Array | None:
    """l1 Σ|w| + factor · l2 Σ w², with the factor given instead of ½."""
    penalty, total = site.case.penalty, 0.0
    if not penalty.l2:
        return None
    for name, value in site.case.parameters.items():
        if penalty.applies_to(name):
            w = value.astype(np.float64)
            total += penalty.l1 * np.abs(w).sum() + penalised * penalty.l2 * np.square(w).sum()
    return np.asarray(total)


mistake(
    "slope-of-loss-reversed",
    "slope",
    "absolute_error squared_error half_squared_error softmax_cross_entropy huber smooth_l1",
    lambda s: -s.right,
    "target − output was taken for output − target: the gradient has the wrong sign",
    "误差写反了：用了 target − output，梯度符号相反",
    "∂/∂o ½(t − o)² = −(t − o) = o − t",
    "∂/∂o ½(t−o)² = −(t−o) = o−t",
)
mistake(
    "loss-slope-keeps-the-2",
    "slope",
    "half_squared_error",
    lambda s: 2 * s.right,
    "the factor 2 of the square's derivative was kept though the loss carries ½",
    "损失带有 ½，求导后却仍保留了因子 2",
    "2 · ½ = 1: ∂/∂o ½(o − t)² = o − t",
    "2·½ = 1：∂/∂o ½(o−t)² = o−t",
)
mistake(
    "loss-slope-loses-the-2",
    "slope",
    "squared_error",
    lambda s: s.right / 2,
    "the factor 2 of the square's derivative is missing",
    "平方的导数漏了因子 2",
    "∂/∂o (o − t)² = 2 (o − t): there is no ½ to cancel it",
    "∂/∂o (o−t)² = 2(o−t)：没有 ½ 与它抵消",
)
mistake(
    "difference-for-sign",
    "slope",
    "absolute_error",
    lambda s: (s.output - s.target) * scale(s),
    "the difference itself was used for the slope of the absolute error, which is its sign",
    "绝对误差的导数用了差值本身，应为差值的符号",
    "d|u|/du = sign u",
    "d|u|/du = sign u",
)
mistake(
    "cross-entropy-slope-of-logits",
    "slope",
    "binary_cross_entropy",
    lambda s: (s.output - s.target) * scale(s),
    "o − t is the gradient with respect to the score before sigmoid, not to the probability",
    "o − t 是对 sigmoid 之前的值的梯度，而不是对概率 o 的梯度",
    "∂E/∂o = (o − t) / (o (1 − o)); the o (1 − o) cancels only after sigmoid's slope",
    "∂E/∂o = (o−t)/(o(1−o))；乘上 sigmoid 的导数之后 o(1−o) 才抵消",
)
mistake(
    "cross-entropy-one-side",
    "slope",
    "binary_cross_entropy",
    lambda s: -s.target / _clip(s.output) * scale(s),
    "binary cross-entropy's slope has only the part of the yes: −t/o",
    "二元交叉熵的导数只有 −t/o 一项",
    "−t/o + (1 − t)/(1 − o)",
    "应为 −t/o + (1−t)/(1−o)",
)
mistake(
    "softmax-jacobian-twice",
    "slope",
    "softmax_cross_entropy",
    lambda s: (p := softmax(s.output)) * ((g := s.right) - (g * p).sum(axis=-1, keepdims=True)),
    "softmax's Jacobian was applied again to p − t, which already contains it",
    "p − t 已经包含 softmax 的雅可比矩阵，却又乘了一次",
    "∂E/∂x = p − t is the whole gradient with respect to the scores",
    "∂E/∂x = p − t 就是对得分的完整梯度",
)
mistake(
    "softmax-slope-diagonal",
    "slope",
    "softmax_cross_entropy",
    lambda s: s.right * (p := softmax(s.output)) * (1 - p),
    "p − t was multiplied by p (1 − p), as if softmax were a sigmoid",
    "p − t 又乘了 p(1−p)，把 softmax 当成了 sigmoid",
    "∂E/∂x = p − t is the whole gradient with respect to the scores",
    "∂E/∂x = p − t 就是对得分的完整梯度",
)
mistake(
    "target-forgotten",
    "slope",
    "softmax_cross_entropy",
    lambda s: _times(softmax(s.output), rows(s)) * scale(s),
    "the target was not subtracted: this is p, not p − t",
    "没有减去目标：这是 p，而不是 p − t",
    "∂E/∂x = p − t",
    "∂E/∂x = p − t",
)
mistake(
    "scores-for-probabilities",
    "slope",
    "softmax_cross_entropy",
    lambda s: (_times(s.output, rows(s)) - rows(s)) * scale(s),
    "the scores themselves were used for the probabilities: x − t",
    "直接用了得分而不是概率：写成了 x − t",
    "∂E/∂x = softmax(x) − t",
    "∂E/∂x = softmax(x) − t",
)
mistake(
    "class-off-by-one",
    "slope",
    "softmax_cross_entropy",
    lambda s: (
        (_times(softmax(s.output), v := rows(s)) - np.roll(v, -1, axis=-1)) * scale(s)
        if s.output.shape[-1] > 1
        else None
    ),
    "the target is off by one class",
    "目标类别错了一位",
    "do the classes count from 0 or from 1?",
    "类别编号从 0 还是从 1 开始？",
)
mistake(
    "half-forgotten",
    "elements reduce",
    "half_squared_error",
    lambda s: 2 * s.right,
    "the loss lacks its factor ½",
    "损失漏了因子 ½",
    "E = ½ Σ (t − o)²",
    "E = ½Σ(t−o)²",
)
mistake(
    "half-added",
    "elements reduce",
    "squared_error",
    lambda s: s.right / 2,
    "the loss has a factor ½ that was not asked for",
    "损失多了一个因子 ½",
    "E = Σ (t − o)², without ½",
    "E = Σ(t−o)²，没有 ½",
)
mistake(
    "root-of-loss",
    "reduce",
    "squared_error half_squared_error",
    lambda s: np.sqrt(s.right),
    "the square root of the loss was taken",
    "对损失开了平方根",
    "the mean squared error has no root",
    "均方误差不开根号",
)
mistake(
    "logarithm-base-2",
    "elements reduce",
    "binary_cross_entropy softmax_cross_entropy",
    lambda s: s.right / np.log(2),
    "the logarithm to base 2 was taken for the natural one",
    "用了以 2 为底的对数，应为自然对数",
    "cross-entropy in nats: ln",
    "交叉熵用自然对数 ln",
)
mistake(
    "logarithm-base-10",
    "elements reduce",
    "binary_cross_entropy softmax_cross_entropy",
    lambda s: s.right / np.log(10),
    "the logarithm to base 10 was taken for the natural one",
    "用了以 10 为底的对数，应为自然对数",
    "cross-entropy in nats: ln",
    "交叉熵用自然对数 ln",
)
mistake(
    "loss-sign",
    "elements reduce",
    "",
    lambda s: -s.right,
    "the loss has the wrong sign",
    "损失的符号错了",
    "a loss is at least 0",
    "损失不小于 0",
)
mistake(
    "cross-entropy-without-no",
    "elements",
    "binary_cross_entropy",
    lambda s: -s.target * np.log(_clip(s.output)),
    "binary cross-entropy lacks its second part: (1 − t) ln(1 − o)",
    "二元交叉熵漏了第二项 (1−t)ln(1−o)",
    "−t ln o − (1 − t) ln(1 − o)",
    "应为 −t ln o − (1−t)ln(1−o)",
)
mistake(
    "square-for-absolute",
    "elements",
    "absolute_error",
    lambda s: (s.output - s.target) ** 2,
    "the error was squared instead of taken absolutely",
    "应取绝对值，却取了平方",
    "|o − t|",
    "应为 |o−t|",
)
mistake(
    "absolute-for-square",
    "elements",
    "squared_error half_squared_error",
    lambda s: np.abs(s.output - s.target),
    "the error was taken absolutely instead of squared",
    "应取平方，却取了绝对值",
    "(o − t)²",
    "应为 (o−t)²",
)
mistake(
    "penalty-forgotten",
    "objective",
    "",
    lambda s: s.value("loss"),
    "the penalty was not added to the loss",
    "目标函数漏加了正则项",
    "objective = loss + penalty",
    "目标函数 = 损失 + 正则项",
)
mistake(
    "penalty-without-half",
    "penalty",
    "",
    lambda s: _objective_part(s, 1.0),
    "the L2 term lacks its factor ½",
    "L2 正则项漏了因子 ½",
    "½ λ Σ w², whose derivative is λ w",
    "应为 ½λΣw²，其导数为 λw",
)
