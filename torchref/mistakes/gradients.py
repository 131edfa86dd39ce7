"""Mistakes in gradients and updates that do not depend on the layer: penalties, averages, signs, rates."""

import numpy as np

from manual.arrays import Array
from torchref.mistakes.linear import penalty_gradient
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _without_penalty(site: Site) -> Array:
    return site.right - penalty_gradient(site)


def _with_l2(site: Site, factor: float) -> Array | None:
    """The gradient with another factor on its L2 part; None where there is none."""
    penalty = site.case.penalty
    if not penalty.l2 or not site.is_penalised:
        return None
    return site.right + (factor - 1) * penalty.l2 * site.old


def _l1(site: Site) -> Array | None:
    penalty = site.case.penalty
    if not penalty.l1 or not site.is_penalised:
        return None
    return site.right + penalty.l1 * (site.old - np.sign(site.old))


def _on_bias(site: Site) -> Array | None:
    """The gradient of a bias that is not penalised, as if it were; of one that is, as if it were not."""
    penalty = site.case.penalty
    if not penalty or site.parameter_kind != "bias":
        return None
    if penalty.biases:
        return _without_penalty(site)
    return site.right + penalty.l1 * np.sign(site.old) + penalty.l2 * site.old


def _is_batch_mean(s: Site) -> bool:
    """Whether the loss is the mean over the examples, as it is too where an example has one element."""
    is_mean = s.case.loss.reduction == "mean" and s.value("loss/elements").size == s.examples
    return is_mean or s.case.loss.reduction == "batchmean"


mistake(
    "penalty-not-in-gradient",
    "gradient",
    "",
    lambda s: _without_penalty(s) if s.is_penalised and s.parameter_kind == "weight" else None,
    "the penalty is in the objective but not in this gradient",
    "目标函数里有正则项，梯度里却没有",
    "∂/∂w (E + ½ λ w²) = ∂E/∂w + λ w",
    "∂/∂w (E + ½λw²) = ∂E/∂w + λw",
)
mistake(
    "l2-doubled",
    "gradient",
    "",
    lambda s: _with_l2(s, 2.0),
    "the L2 part of the gradient is 2 λ w, though the term carries ½",
    "L2 项带有 ½，梯度里却用了 2λw",
    "∂/∂w ½ λ w² = λ w",
    "∂/∂w ½λw² = λw",
)
mistake(
    "l2-halved",
    "gradient",
    "",
    lambda s: _with_l2(s, 0.5),
    "the L2 part of the gradient is ½ λ w: the square's 2 was lost",
    "L2 项的梯度成了 ½λw：漏了平方求导的 2",
    "∂/∂w ½ λ w² = λ w",
    "∂/∂w ½λw² = λw",
)
mistake(
    "l2-sign",
    "gradient",
    "",
    lambda s: _with_l2(s, -1.0),
    "the L2 part of the gradient has the wrong sign",
    "L2 项的梯度符号错了",
    "∂E/∂w + λ w",
    "应为 ∂E/∂w + λw",
)
mistake(
    "l2-without-its-factor",
    "gradient",
    "",
    lambda s: _with_l2(s, 1 / s.case.penalty.l2 if s.case.penalty.l2 else 1.0),
    "the L2 part of the gradient lacks its factor λ",
    "L2 项的梯度漏了系数 λ",
    "∂/∂w ½ λ w² = λ w",
    "∂/∂w ½λw² = λw",
)
mistake(
    "l2-averaged",
    "gradient",
    "",
    lambda s: _with_l2(s, 1 / s.examples) if s.examples > 1 else None,
    "the L2 part of the gradient was divided by the number of examples",
    "L2 项的梯度除以了样本数",
    "the penalty does not depend on the batch",
    "正则项与批次大小无关",
)
mistake(
    "l1-without-sign",
    "gradient",
    "",
    _l1,
    "the L1 part of the gradient is λ w instead of λ sign(w)",
    "L1 项的梯度写成了 λw，应为 λ·sign(w)",
    "d|w|/dw = sign w",
    "d|w|/dw = sign w",
)
mistake(
    "bias-penalised-or-not",
    "gradient",
    "",
    _on_bias,
    "whether biases are penalised was decided the other way",
    "偏置是否参与正则化，与约定相反",
    "does the penalty run over the biases?",
    "正则项是否包括偏置？",
)
mistake(
    "gradient-accumulated",
    "gradient",
    "",
    lambda s: 2 * s.right,
    "the gradient is twice the answer, as when it is not cleared between two calls",
    "梯度是答案的两倍，像是两次调用之间没有清零",
    "set gradients to 0 before each backward pass",
    "每次反向传播前要把梯度清零",
)
mistake(
    "averaged-over-the-batch",
    "slope backward gradient",
    "",
    lambda s: s.right / s.examples if s.examples > 1 else None,
    "it was divided by the number of examples once too often",
    "多除了一次样本数",
    "1/N belongs to the loss; carry it once",
    "1/N 属于损失，只应出现一次",
)
mistake(
    "not-averaged-over-the-batch",
    "slope gradient",
    "",
    lambda s: s.right * s.examples if s.examples > 1 and s.case.loss.reduction != "sum" else None,
    "it was summed over the examples instead of averaged, though the loss is a mean",
    "损失是平均值，梯度却只求了和，没有除以样本数",
    "the loss's 1/N goes into every gradient",
    "损失中的 1/N 要进入每个梯度",
)
mistake(
    "averaged-over-the-outputs",
    "slope",
    "absolute_error squared_error half_squared_error binary_cross_entropy huber smooth_l1 kl_divergence hinge",
    lambda s: s.right / s.output.shape[-1] if s.output.shape[-1] > 1 else None,
    "it was divided by the number of outputs, which this loss sums",
    "多除了输出的个数：该损失对输出求和",
    "sum over the outputs, or mean?",
    "对输出是求和还是求平均？",
)
mistake(
    "not-averaged-over-the-outputs",
    "slope",
    "absolute_error squared_error half_squared_error binary_cross_entropy huber smooth_l1 kl_divergence hinge",
    lambda s: s.right * s.output.shape[-1] if s.output.shape[-1] > 1 and s.case.loss.reduction == "mean" else None,
    "it was averaged over the examples only: torch's mean is over all numbers of the output",
    "只对样本取了平均：torch 的 mean 是对输出的所有元素取平均",
    "1/(N · outputs) for reduction mean",
    "reduction 为 mean 时应除以 N × 输出个数",
)
mistake(
    "loss-not-averaged",
    "reduce",
    "",
    lambda s: s.value("loss/elements").sum() if s.case.loss.reduction != "sum" else None,
    "the loss was summed instead of averaged",
    "损失求了和，没有取平均",
    "sum or mean?",
    "求和还是求平均？",
)
mistake(
    "loss-averaged",
    "reduce",
    "",
    lambda s: (
        s.value("loss/elements").mean()
        if s.value("loss/elements").size > 1 and s.case.loss.reduction != "mean"
        else None
    ),
    "the loss was averaged over all its elements",
    "损失对所有元素取了平均",
    "sum or mean?",
    "求和还是求平均？",
)
mistake(
    "loss-averaged-over-the-batch",
    "reduce",
    "",
    lambda s: None if s.examples == 1 or _is_batch_mean(s) else s.value("loss/elements").sum() / s.examples,
    "the loss was averaged over the examples",
    "损失对样本取了平均",
    "sum or mean?",
    "求和还是求平均？",
)
mistake(
    "gradient-sign",
    "backward gradient",
    "",
    lambda s: -s.right,
    "it has the wrong sign",
    "符号错了",
    "follow the sign from the loss: output − target",
    "从损失开始检查符号：output − target",
)
mistake(
    "rate-in-gradient",
    "gradient",
    "",
    lambda s: s.right * s.rate if s.rate != 1 else None,
    "the gradient already contains the learning rate",
    "梯度里已经乘了学习率",
    "the learning rate belongs to the update",
    "学习率只出现在更新公式里",
)
mistake(
    "uphill",
    "update",
    "",
    lambda s: s.old + s.descent,
    "the update goes uphill: the gradient was added instead of subtracted",
    "更新方向反了：加上了梯度，应为减去",
    "w⁺ = w − η ∂E/∂w",
    "w⁺ = w − η ∂E/∂w",
)
mistake(
    "rate-omitted",
    "update",
    "",
    lambda s: s.old - s.descent / s.rate if s.rate != 1 else None,
    "the update lacks the learning rate",
    "更新时漏乘了学习率",
    "w⁺ = w − η ∂E/∂w",
    "w⁺ = w − η ∂E/∂w",
)
mistake(
    "rate-squared",
    "update",
    "",
    lambda s: s.old - s.rate * s.descent if s.rate != 1 else None,
    "the learning rate was multiplied in twice",
    "学习率乘了两次",
    "w⁺ = w − η ∂E/∂w",
    "w⁺ = w − η ∂E/∂w",
)
mistake(
    "old-parameter-lost",
    "update",
    "",
    lambda s: -s.descent,
    "the old parameter is missing: this is the step alone",
    "漏了原来的参数：这只是更新量",
    "w⁺ = w − η ∂E/∂w",
    "w⁺ = w − η ∂E/∂w",
)
mistake(
    "not-updated",
    "update",
    "",
    lambda s: s.old if s.parameter not in s.case.frozen else None,
    "the parameter was not updated",
    "该参数没有更新",
    "is it among the parameters that are updated?",
    "它在要更新的参数之列吗？",
)
mistake(
    "frozen-updated",
    "update",
    "",
    lambda s: s.old - s.descent if s.parameter in s.case.frozen else None,
    "the parameter was updated though it is to stay as it is",
    "该参数应保持不变，却被更新了",
    "the document's biases stay as they are",
    "文档例子中的偏置保持不变",
)
mistake(
    "updated-twice",
    "update",
    "",
    lambda s: s.old - 2 * s.descent if s.parameter not in s.case.frozen else None,
    "the update was made twice",
    "更新做了两次",
    "one update a step",
    "每步只更新一次",
)
mistake(
    "update-averaged",
    "update",
    "",
    lambda s: s.old - s.descent / s.examples if s.examples > 1 and s.parameter not in s.case.frozen else None,
    "the update was divided by the number of examples, which the gradient has dealt with already",
    "更新时又除了一次样本数，而梯度中已经处理过",
    "1/N belongs to the loss; carry it once",
    "1/N 属于损失，只应出现一次",
)
mistake(
    "decayed-again",
    "update",
    "",
    lambda s: (
        s.old - s.descent - s.rate * s.case.penalty.l2 * s.old
        if s.case.penalty.l2 and s.is_penalised and s.parameter not in s.case.frozen
        else None
    ),
    "the L2 term was subtracted again in the update, though the gradient contains it",
    "梯度里已有 L2 项，更新时又减了一次",
    "weight decay in the gradient or in the update, not in both",
    "权重衰减放在梯度里或更新里，不要两处都有",
)
