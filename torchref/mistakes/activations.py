"""Mistakes in activations: the function, and above all its slope."""

import numpy as np

from manual.arrays import Array
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site

SQUASHING = "sigmoid tanh"
ELEMENTWISE = "sigmoid tanh relu"
# Those whose slope is written as a function of the input; their formulas are in torchref/mistakes/formulas.py.
CURVES = "leaky_relu elu selu softplus silu gelu gelu_tanh hardtanh"


def sigmoid(x: Array) -> Array:
    """1 / (1 + e⁻ˣ)."""
    return np.asarray(1 / (1 + np.exp(-x)))


def softmax(x: Array, axis: int | None = -1) -> Array:
    """Probabilities along an axis, or over all numbers together."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def slope(kind: str, y: Array) -> Array:
    """The slope of an activation, as a function of what is put in the place of its output."""
    if kind == "sigmoid":
        return y * (1 - y)
    return 1 - y**2 if kind == "tanh" else np.asarray(y > 0, float)


def own_slope(site: Site) -> Array:
    """The slope of the site's activation, as it should be."""
    if site.kind in ELEMENTWISE.split():
        return slope(site.kind, site.output)
    from torchref.mistakes import formulas

    return formulas.slope(site.kind, site.layer, site.x)


def _other(site: Site) -> str:
    return "tanh" if site.kind == "sigmoid" else "sigmoid"


mistake(
    "slope-omitted",
    "backward",
    f"{ELEMENTWISE} {CURVES} softmax log_softmax",
    lambda s: s.grad_output,
    "the slope of {kind} was left out: the gradient went through it unchanged",
    "漏乘了 {kind} 的导数：梯度原样通过了激活函数",
    "∂E/∂x = ∂E/∂y · f′(x): is every factor of the chain there?",
    "∂E/∂x = ∂E/∂y · f′(x)：链式法则的每个因子都在吗？",
)
mistake(
    "slope-at-input",
    "backward",
    SQUASHING,
    lambda s: s.grad_output * slope(s.kind, s.x),
    "the slope of {kind} was written in terms of its output but computed at its input",
    "{kind} 的导数公式用的是输出，却代入了输入（激活前的值）",
    "y (1 − y) and 1 − y² take the activation's output y, not its input",
    "y(1−y) 与 1−y² 中的 y 是激活函数的输出，不是输入",
)
mistake(
    "slope-at-activated-output",
    "backward",
    SQUASHING,
    lambda s: s.grad_output * slope(s.kind, sigmoid(s.output) if s.kind == "sigmoid" else np.tanh(s.output)),
    "the slope of {kind} was computed at {kind} of its output: the function was applied twice",
    "计算 {kind} 的导数时又对输出套了一次 {kind}",
    "does the function that computes the slope expect the input or the output?",
    "求导函数期望的是输入还是输出？",
)
mistake(
    "slope-of-another-activation",
    "backward",
    SQUASHING,
    lambda s: s.grad_output * slope(_other(s), s.output),
    "the slope of another activation was used: tanh's for sigmoid or the other way round",
    "用了另一个激活函数的导数（sigmoid 与 tanh 混用）",
    "sigmoid has y (1 − y), tanh has 1 − y²",
    "sigmoid 的导数是 y(1−y)，tanh 的是 1−y²",
)
mistake(
    "slope-of-relu",
    "backward",
    f"{SQUASHING} elu selu softplus silu gelu gelu_tanh",
    lambda s: s.grad_output * (s.x > 0),
    "the slope of ReLU was used for {kind}",
    "把 ReLU 的导数用在了 {kind} 上",
    "which activation does this layer have?",
    "这一层用的是哪个激活函数？",
)
mistake(
    "slope-of-sigmoid-for-relu",
    "backward",
    "relu",
    lambda s: s.grad_output * slope("sigmoid", s.output),
    "the slope of sigmoid was used for ReLU",
    "把 sigmoid 的导数用在了 ReLU 上",
    "ReLU's slope is 1 where its input is positive, else 0",
    "ReLU 的导数：输入为正时为 1，否则为 0",
)
mistake(
    "slope-sign",
    "backward",
    "sigmoid",
    lambda s: s.grad_output * s.output * (1 + s.output),
    "the slope of sigmoid has a plus for its minus: y (1 + y)",
    "sigmoid 的导数符号写错：写成了 y(1+y)",
    "y (1 − y)",
    "应为 y(1−y)",
)
mistake(
    "slope-tanh-unsquared",
    "backward",
    "tanh",
    lambda s: s.grad_output * (1 - s.output),
    "the slope of tanh lacks its square: 1 − y",
    "tanh 的导数漏了平方：写成了 1−y",
    "1 − y²",
    "应为 1−y²",
)
mistake(
    "slope-tanh-sign",
    "backward",
    "tanh",
    lambda s: s.grad_output * (1 + s.output**2),
    "the slope of tanh has a plus for its minus: 1 + y²",
    "tanh 的导数符号写错：写成了 1+y²",
    "1 − y²",
    "应为 1−y²",
)
mistake(
    "slope-half",
    "backward",
    "sigmoid",
    lambda s: s.grad_output * (1 - s.output),
    "the slope of sigmoid lacks its factor y: only 1 − y was used",
    "sigmoid 的导数漏了因子 y：只用了 1−y",
    "y (1 − y)",
    "应为 y(1−y)",
)
mistake(
    "slope-y-alone",
    "backward",
    "sigmoid",
    lambda s: s.grad_output * s.output,
    "the slope of sigmoid lacks its factor 1 − y: only y was used",
    "sigmoid 的导数漏了因子 (1−y)：只用了 y",
    "y (1 − y)",
    "应为 y(1−y)",
)
mistake(
    "slope-twice",
    "backward",
    SQUASHING,
    lambda s: s.grad_output * slope(s.kind, s.output) ** 2,
    "the slope of {kind} was multiplied in twice",
    "{kind} 的导数乘了两次",
    "is the slope in the delta and again in the layer's backward?",
    "是否在 delta 里乘过一次，又在反向传播里乘了一次？",
)
mistake(
    "slope-divided",
    "backward",
    SQUASHING,
    lambda s: s.grad_output / slope(s.kind, s.output),
    "the gradient was divided by the slope of {kind} instead of multiplied",
    "梯度除以了 {kind} 的导数，而不是相乘",
    "∂E/∂x = ∂E/∂y · f′(x)",
    "∂E/∂x = ∂E/∂y · f′(x)",
)
mistake(
    "upstream-ignored",
    "backward",
    f"{ELEMENTWISE} {CURVES}",
    own_slope,
    "the gradient that came from above was ignored: this is the slope of {kind} alone",
    "忽略了上游梯度：只返回了 {kind} 的导数",
    "backward must multiply by its grad_output",
    "反向传播必须乘上游传来的梯度",
)
mistake(
    "dot-for-product",
    "backward",
    f"{ELEMENTWISE} {CURVES}",
    lambda s: s.grad_output.sum(axis=1, keepdims=True) * own_slope(s) if s.output.shape[1] > 1 else None,
    "the gradient was summed over the neurons before the slope of {kind} was multiplied: a dot product for ⊙",
    "逐元素相乘写成了内积：先对神经元求和，再乘 {kind} 的导数",
    "each neuron's gradient meets its own slope: an elementwise product",
    "每个神经元的梯度只乘它自己的导数：应为逐元素相乘",
)
mistake(
    "relu-mask-from-gradient",
    "backward",
    "relu",
    lambda s: s.grad_output * (s.grad_output > 0),
    "ReLU's mask was taken from the gradient instead of the input",
    "ReLU 的掩码取自梯度，而不是输入",
    "the gradient passes where the input was positive",
    "输入为正的位置梯度才通过",
)
mistake(
    "relu-mask-inverted",
    "backward",
    "relu",
    lambda s: s.grad_output * (s.x <= 0),
    "ReLU's mask is inverted: the gradient passes where the input was negative",
    "ReLU 的掩码取反了：梯度在输入为负处通过",
    "the gradient passes where the input was positive",
    "输入为正的位置梯度才通过",
)
mistake(
    "relu-slope-is-its-output",
    "backward",
    "relu",
    lambda s: s.grad_output * s.output,
    "the gradient was multiplied by ReLU's output instead of its slope",
    "梯度乘了 ReLU 的输出，而不是它的导数",
    "the slope is 1 or 0",
    "导数只取 1 或 0",
)
mistake(
    "softmax-diagonal-only",
    "backward",
    "softmax",
    lambda s: s.grad_output * s.output * (1 - s.output),
    "softmax was treated as if each output depended on its own input alone: only the Jacobian's diagonal was used",
    "把 softmax 当成逐元素函数：只用了雅可比矩阵的对角线",
    "∂yᵢ/∂xⱼ = yᵢ (δᵢⱼ − yⱼ): every input moves every output",
    "∂yᵢ/∂xⱼ = yᵢ(δᵢⱼ − yⱼ)：每个输入都影响每个输出",
)
mistake(
    "softmax-without-its-sum",
    "backward",
    "softmax",
    lambda s: s.grad_output * s.output,
    "softmax's backward lacks the part that all outputs share: − y Σ g y",
    "softmax 的反向传播漏了公共项 −yΣgy",
    "∂E/∂x = y (g − Σ g y)",
    "∂E/∂x = y(g − Σgy)",
)
mistake(
    "softmax-rows-summed-first",
    "backward",
    "softmax",
    lambda s: s.output * (1 - s.output) * s.grad_output.sum(axis=1, keepdims=True) if s.output.shape[1] > 1 else None,
    "the rows of the gradient were summed before softmax's Jacobian was applied",
    "先对梯度按行求和，再乘 softmax 的雅可比矩阵",
    "∂E/∂x = y (g − Σ g y)",
    "∂E/∂x = y(g − Σgy)",
)
mistake(
    "softmax-jacobian-sign",
    "backward",
    "softmax",
    lambda s: s.output * (s.grad_output + (s.grad_output * s.output).sum(axis=1, keepdims=True)),
    "softmax's backward has a plus for its minus: y (g + Σ g y)",
    "softmax 反向传播的符号写错：写成了 y(g + Σgy)",
    "∂E/∂x = y (g − Σ g y)",
    "∂E/∂x = y(g − Σgy)",
)
mistake(
    "softmax-mean-for-weighted-sum",
    "backward",
    "softmax",
    lambda s: s.output * (s.grad_output - s.grad_output.mean(axis=1, keepdims=True)),
    "softmax's backward takes the plain mean of g for the sum weighted by y",
    "softmax 反向传播中用了 g 的普通平均，而不是以 y 加权的和",
    "∂E/∂x = y (g − Σ g y)",
    "∂E/∂x = y(g − Σgy)",
)
mistake(
    "activation-omitted",
    "forward",
    f"{ELEMENTWISE} {CURVES} softmax log_softmax",
    lambda s: s.x,
    "{kind} was left out of the forward pass",
    "前向传播漏了 {kind}",
    "out = f(l), not l itself",
    "out = f(l)，而不是 l 本身",
)
mistake(
    "sigmoid-without-minus",
    "forward",
    "sigmoid",
    lambda s: sigmoid(-s.x),
    "sigmoid lacks the minus in its exponent: 1 / (1 + eˣ)",
    "sigmoid 的指数漏了负号：写成了 1/(1+eˣ)",
    "1 / (1 + e⁻ˣ)",
    "应为 1/(1+e⁻ˣ)",
)
mistake(
    "tanh-for-sigmoid",
    "forward",
    "sigmoid",
    lambda s: np.tanh(s.x),
    "tanh was computed where sigmoid was asked for",
    "应该用 sigmoid，却用了 tanh",
    "which activation does this layer have?",
    "这一层用的是哪个激活函数？",
)
mistake(
    "sigmoid-for-tanh",
    "forward",
    "tanh relu",
    lambda s: sigmoid(s.x),
    "sigmoid was computed where {kind} was asked for",
    "应该用 {kind}，却用了 sigmoid",
    "which activation does this layer have?",
    "这一层用的是哪个激活函数？",
)
mistake(
    "relu-as-absolute-value",
    "forward",
    "relu",
    lambda s: np.abs(s.x),
    "ReLU was computed as |x|",
    "ReLU 写成了 |x|",
    "max(x, 0)",
    "应为 max(x, 0)",
)
mistake(
    "relu-cut-from-above",
    "forward",
    "relu",
    lambda s: np.minimum(s.x, 0),
    "ReLU was computed as min(x, 0)",
    "ReLU 写成了 min(x, 0)",
    "max(x, 0)",
    "应为 max(x, 0)",
)
mistake(
    "softmax-over-the-batch",
    "forward",
    "softmax",
    lambda s: softmax(s.x, axis=0),
    "softmax was normalised over the examples instead of the classes",
    "softmax 在样本维上归一化，而不是在类别维上",
    "each example's row sums to 1: axis=-1",
    "每个样本的一行之和为 1：axis=-1",
)
mistake(
    "softmax-over-everything",
    "forward",
    "softmax",
    lambda s: softmax(s.x, axis=None),
    "softmax was normalised over the whole batch at once",
    "softmax 在整个批次上归一化",
    "each example's row sums to 1: axis=-1, keepdims=True",
    "每个样本的一行之和为 1：axis=-1, keepdims=True",
)
mistake(
    "softmax-unnormalised",
    "forward",
    "softmax",
    lambda s: np.exp(s.x - s.x.max(axis=-1, keepdims=True)),
    "softmax was not divided by its sum",
    "softmax 没有除以总和",
    "eˣ / Σ eˣ",
    "应为 eˣ/Σeˣ",
)
