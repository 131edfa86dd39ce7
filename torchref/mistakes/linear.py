"""Mistakes in fully connected layers: operands, transposes, axes, sums."""

import numpy as np

from manual.arrays import Array
from manual.network import Node
from torchref.mistakes.activations import slope
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site


def _is_square(site: Site) -> bool:
    return site.weight.shape[0] == site.weight.shape[1]


def _updated_weight(site: Site) -> Array:
    """The layer's weight after the update that its own gradient makes."""
    name = f"{site.case.network.names[site.place]}.weight"
    gradient = site.grad_output.T @ site.x
    if site.case.penalty.applies_to(name):
        gradient = gradient + site.case.penalty.l1 * np.sign(site.weight) + site.case.penalty.l2 * site.weight
    return np.asarray(site.weight - site.rate * gradient)


def _of_weight(site: Site, value: Array | None) -> Array | None:
    """A gradient of the weight with what the penalty adds; None at a bias."""
    if value is None or site.parameter_kind != "weight":
        return None
    return value + penalty_gradient(site)


def _of_bias(site: Site, value: Array | None) -> Array | None:
    if value is None or site.parameter_kind != "bias":
        return None
    return value + penalty_gradient(site)


def penalty_gradient(site: Site) -> Array:
    """What the penalty adds to the gradient of the site's parameter."""
    penalty, w = site.case.penalty, site.old
    return penalty.l1 * np.sign(w) + penalty.l2 * w if site.is_penalised else np.zeros_like(w)


def _is_shared(site: Site) -> bool:
    return site.parameter_kind == "bias" and site.old.shape == (1,)


def _next(site: Site) -> Node | None:
    """The activation that alone takes the layer's output, if one does."""
    after = [node for node in site.case.network.nodes if site.node.name in node.sources]
    return after[0] if len(after) == 1 and after[0].layer.elementwise else None


def _slope_again(site: Site) -> Array | None:
    """The layer's gradient times the slope of the activation that follows it, a second time."""
    after = _next(site)
    if after is None or after.layer.kind not in ("sigmoid", "tanh"):
        return None
    return site.grad_output * slope(after.layer.kind, site.value(f"forward/{after.name}"))


def _before_slope(site: Site) -> Array | None:
    """The gradient at the output of the activation that follows the layer: the delta without its slope."""
    after = _next(site)
    return None if after is None or after.layer.kind == "identity" else site.value(f"backward/{after.name}")


def _columns(site: Site, g: Array | None) -> Array | None:
    return None if g is None else np.full_like(site.old, g.sum()) if _is_shared(site) else g.sum(axis=0)


mistake(
    "updated-weight-in-delta",
    "backward",
    "linear",
    lambda s: s.grad_output @ _updated_weight(s),
    "the already updated weight was used to go back: this layer's weight was changed before the error went through it",
    "反向传播用了已经更新过的权重：误差传过这一层之前，权重就被更新了",
    "all gradients first, then all updates",
    "先求出所有梯度，再更新所有参数",
)
mistake(
    "weight-transposed-in-delta",
    "backward",
    "linear",
    lambda s: s.grad_output @ s.weight.T if _is_square(s) else None,
    "the weight was transposed on the way back",
    "反向传播时权重多转置（或少转置）了一次",
    "z = x Wᵀ goes back as g W",
    "z = xWᵀ 的反向是 gW",
)
mistake(
    "one-output-only",
    "backward",
    "linear",
    lambda s: s.grad_output[:, :1] @ s.weight[:1] if len(s.weight) > 1 else None,
    "the error of one neuron alone was sent back, not that of all of them",
    "只传回了一个神经元的误差，没有对所有神经元求和",
    "a hidden neuron feeds every neuron of the next layer: its error is a sum over all of them",
    "隐藏神经元连到下一层的每个神经元：误差要对它们全部求和",
)
mistake(
    "last-output-only",
    "backward",
    "linear",
    lambda s: s.grad_output[:, -1:] @ s.weight[-1:] if len(s.weight) > 2 else None,
    "only the last neuron's error arrived: = was written for +=",
    "只剩最后一个神经元的误差：+= 写成了 =",
    "a value that is used twice gets both gradients: add them",
    "一个量被用到多处时，各处的梯度要相加",
)
mistake(
    "upstream-ignored-in-linear",
    "backward",
    "linear",
    lambda s: np.broadcast_to(s.weight.sum(axis=0), s.x.shape),
    "the gradient that came from above was ignored: this is the weight's column sums",
    "忽略了上游梯度：这是权重各列之和",
    "backward must multiply by its grad_output",
    "反向传播必须乘上游传来的梯度",
)
mistake(
    "delta-without-slope",
    "backward",
    "linear",
    lambda s: None if (g := _before_slope(s)) is None else g @ s.weight,
    "the error went back through the weight without the slope of the activation behind it",
    "误差乘权重传回时，漏乘了后面激活函数的导数",
    "go back through the activation first, then through the weight",
    "先经过激活函数的导数，再乘权重",
)
mistake(
    "bias-omitted",
    "forward",
    "linear",
    lambda s: s.x @ s.weight.T if s.own("bias") is not None else None,
    "the bias was left out",
    "漏加了偏置",
    "z = x Wᵀ + b",
    "z = xWᵀ + b",
)
mistake(
    "bias-twice",
    "forward",
    "linear",
    lambda s: None if (b := s.own("bias")) is None else s.x @ s.weight.T + 2 * b,
    "the bias was added twice",
    "偏置加了两次",
    "z = x Wᵀ + b",
    "z = xWᵀ + b",
)
mistake(
    "bias-subtracted",
    "forward",
    "linear",
    lambda s: None if (b := s.own("bias")) is None else s.x @ s.weight.T - b,
    "the bias was subtracted",
    "偏置的符号错了：减去了偏置",
    "z = x Wᵀ + b",
    "z = xWᵀ + b",
)
mistake(
    "weight-transposed",
    "forward",
    "linear",
    lambda s: s.x @ s.weight + (0 if (b := s.own("bias")) is None else b) if _is_square(s) else None,
    "the weight is transposed: (in, out) was taken for (out, in)",
    "权重转置了：把 (in, out) 当成了 (out, in)",
    "how is the weight stored? (out, in) means x Wᵀ",
    "权重按什么形状存放？(out, in) 时应为 xWᵀ",
)
mistake(
    "gradient-transposed",
    "gradient",
    "linear",
    lambda s: _of_weight(s, s.x.T @ s.grad_output) if _is_square(s) else None,
    "the gradient of the weight is transposed",
    "权重的梯度转置了",
    "∂E/∂W has the shape of W, (out, in): gᵀ x",
    "∂E/∂W 与 W 同形 (out, in)：gᵀx",
)
mistake(
    "pre-activation-for-input",
    "gradient",
    "linear",
    lambda s: _of_weight(s, None if s.before is None or s.before.shape != s.x.shape else s.grad_output.T @ s.before),
    "the gradient of the weight was made with the previous layer's pre-activation instead of its output",
    "权重的梯度用了上一层激活前的值，而不是它的输出",
    "∂z/∂W is the layer's input: the output of the activation before it",
    "∂z/∂W 是该层的输入：即前一层激活后的输出",
)
mistake(
    "output-for-input",
    "gradient",
    "linear",
    lambda s: _of_weight(s, s.grad_output.T @ s.output if _is_square(s) else None),
    "the gradient of the weight was made with the layer's own output instead of its input",
    "权重的梯度用了本层的输出，而不是输入",
    "∂z/∂W is the layer's input",
    "∂z/∂W 是该层的输入",
)
mistake(
    "first-example-only",
    "gradient",
    "linear",
    lambda s: (
        None
        if s.examples == 1
        else _of_weight(s, s.grad_output[:1].T @ s.x[:1])
        if s.parameter_kind == "weight"
        else _of_bias(s, _columns(s, s.grad_output[:1]))
    ),
    "the gradient is that of the first example alone",
    "只有第一个样本的梯度",
    "sum over the examples",
    "要对所有样本求和",
)
mistake(
    "last-example-only",
    "gradient",
    "linear",
    lambda s: (
        None
        if s.examples < 3
        else _of_weight(s, s.grad_output[-1:].T @ s.x[-1:])
        if s.parameter_kind == "weight"
        else _of_bias(s, _columns(s, s.grad_output[-1:]))
    ),
    "the gradient is that of the last example alone: = was written for += over the batch",
    "只剩最后一个样本的梯度：对批次累加时 += 写成了 =",
    "sum over the examples",
    "要对所有样本求和",
)
mistake(
    "gradient-without-slope",
    "gradient",
    "linear",
    lambda s: (
        None
        if (g := _before_slope(s)) is None
        else _of_weight(s, g.T @ s.x)
        if s.parameter_kind == "weight"
        else _of_bias(s, _columns(s, g))
    ),
    "the gradient was made with the error before it went through the activation's slope",
    "梯度用的误差还没有乘激活函数的导数",
    "∂E/∂W = δᵀ x with δ = ∂E/∂z, not ∂E/∂out",
    "∂E/∂W = δᵀx，其中 δ = ∂E/∂z，而不是 ∂E/∂out",
)
mistake(
    "gradient-with-slope-twice",
    "gradient",
    "linear",
    lambda s: (
        None
        if (g := _slope_again(s)) is None
        else _of_weight(s, g.T @ s.x)
        if s.parameter_kind == "weight"
        else _of_bias(s, _columns(s, g))
    ),
    "the activation's slope was multiplied in once more in the gradient",
    "求梯度时又多乘了一次激活函数的导数",
    "δ already contains the slope",
    "δ 中已经包含了导数",
)
mistake(
    "upstream-ignored-in-gradient",
    "gradient",
    "linear",
    lambda s: _of_weight(s, np.ones_like(s.grad_output).T @ s.x),
    "the gradient of the weight ignores the error: it is the sum of the inputs",
    "权重的梯度没有用到误差：它只是输入之和",
    "∂E/∂W = δᵀ x",
    "∂E/∂W = δᵀx",
)
mistake(
    "bias-of-first-neuron",
    "gradient",
    "linear",
    lambda s: _of_bias(s, s.grad_output[:, :1].sum(keepdims=True)[0] if _is_shared(s) and len(s.weight) > 1 else None),
    "the shared bias got the error of its first neuron alone",
    "共享偏置的梯度只取了第一个神经元的误差",
    "b1 is in every neuron of its layer: its gradient is the sum over them",
    "b1 出现在该层每个神经元中：梯度要对它们求和",
)
mistake(
    "bias-averaged-over-neurons",
    "gradient",
    "linear",
    lambda s: _of_bias(
        s, np.atleast_1d(s.grad_output.sum(axis=0).mean()) if _is_shared(s) and len(s.weight) > 1 else None
    ),
    "the shared bias's gradient was averaged over the neurons instead of summed",
    "共享偏置的梯度对神经元取了平均，而不是求和",
    "b1 is in every neuron of its layer: its gradient is the sum over them",
    "b1 出现在该层每个神经元中：梯度要对它们求和",
)
mistake(
    "bias-one-total",
    "gradient",
    "linear",
    lambda s: _of_bias(s, None if _is_shared(s) or len(s.weight) == 1 else np.full_like(s.old, s.grad_output.sum())),
    "every bias got one and the same total: the sum went over the neurons too",
    "所有偏置得到同一个总和：对神经元也求了和",
    "sum over the examples only, axis=0",
    "只对样本求和：axis=0",
)
mistake(
    "bias-on-the-wrong-axis",
    "gradient",
    "linear",
    lambda s: _of_bias(s, s.grad_output.sum(axis=1) if not _is_shared(s) and s.examples == len(s.weight) > 1 else None),
    "the bias's gradient was summed over the neurons instead of the examples",
    "偏置的梯度在错误的维度上求和：对神经元而不是对样本",
    "sum over the examples, axis=0",
    "应对样本求和：axis=0",
)
mistake(
    "bias-times-input",
    "gradient",
    "linear",
    lambda s: _of_bias(s, None if s.weight.shape[1] > 1 or _is_shared(s) else (s.grad_output * s.x).sum(axis=0)),
    "the bias's gradient was multiplied by the input, as a weight's is",
    "偏置的梯度也乘了输入，像权重那样",
    "∂z/∂b = 1",
    "∂z/∂b = 1",
)
mistake(
    "gradient-zero",
    "gradient",
    "",
    lambda s: np.zeros_like(s.right),
    "the gradient is 0 throughout",
    "梯度全为 0",
    "is it ever written, or cleared after it was written?",
    "梯度是否被写入过，或写入后又被清零？",
)
