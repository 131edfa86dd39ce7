"""Words: what a derivation says beside its formulas, in English and Chinese."""

from torchref.explain.record import Derivation, Quantity, Stage

LANGUAGES = ("en", "zh")

STAGES = {
    Stage.GIVEN: ("Given", "已知"),
    Stage.FORWARD: ("Forward", "前向传播"),
    Stage.LOSS: ("Loss", "损失"),
    Stage.BACKWARD: ("Backward", "反向传播"),
    Stage.GRADIENT: ("Gradients", "梯度"),
    Stage.UPDATE: ("Update", "更新"),
}

# Why a formula holds, by the first word of a quantity's `why`; {at} is the neuron, weight or bias.
REASONS = {
    "linear": (
        "Linear part of {at}: each weight times what comes in, plus the bias",
        "{at} 的线性部分：权重乘输入，再加偏置",
    ),
    "activation": ("Output of {at}: {kind}", "{at} 的输出：{kind}"),
    "loss": ("Loss: {kind}", "损失：{kind}"),
    "total": ("The errors of all outputs together ({kind})", "所有输出的误差合在一起（{kind}）"),
    "objective": ("The loss and the penalty on the weights", "损失加上正则项"),
    "slope": ("Slope of {kind}, by differentiation", "对 {kind} 求导"),
    "only": ("Of all errors, only this one depends on {at}", "只有这一项误差与 {at} 有关"),
    "chain": ("Chain rule", "链式法则"),
    "paths": ("Chain rule: every path to the error, added up", "链式法则：把通向误差的每条路径相加"),
    "update": ("A step against the gradient", "沿梯度的反方向走一步"),
    "frozen": ("{at} stays as it is", "{at} 保持不变"),
    "weight": ("Weight", "权重"),
    "bias": ("Bias", "偏置"),
    "input": ("Input", "输入"),
    "target": ("Target", "目标"),
    "rate": ("Learning rate", "学习率"),
    "strength": ("Strength of the penalty", "正则项的强度"),
}

KINDS = {
    "identity": ("identity", "恒等函数"),
    "relu": ("ReLU", "ReLU"),
    "sigmoid": ("sigmoid", "sigmoid"),
    "softmax": ("softmax", "softmax"),
    "tanh": ("tanh", "tanh"),
    "linear": ("the linear part", "线性部分"),
    "absolute_error": ("absolute error", "绝对误差"),
    "binary_cross_entropy": ("binary cross-entropy", "二元交叉熵"),
    "half_squared_error": ("half squared error", "½ 平方误差"),
    "inner_product": ("inner product", "内积"),
    "softmax_cross_entropy": ("softmax cross-entropy", "softmax 交叉熵"),
    "squared_error": ("squared error", "平方误差"),
    "sum": ("sum", "求和"),
    "mean": ("mean", "平均"),
    "batchmean": ("sum over the outputs, mean over the examples", "对输出求和，对样本平均"),
    "sgd": ("gradient descent", "梯度下降"),
    "slope": ("the penalty", "正则项"),
}

PHRASES = {
    "rules": ("Formulas, and their derivatives", "公式与导数"),
    "step": (
        "One training step: {size}, {loss}, learning rate η = {rate}",
        "一个训练步：{size}，{loss}，学习率 η = {rate}",
    ),
    "chain of": ("The chain of {name}", "{name} 的推导"),
    "source": ("Source: {source}", "出处：{source}"),
    "rounded": (
        "Numbers are worked out to 400 digits and shown with {digits}; ≈ stands where digits were left off.",
        "数值按 400 位计算，显示 {digits} 位有效数字；≈ 表示省略了其余位数。",
    ),
}


def say(pair: tuple[str, str], language: str, **values: object) -> str:
    """The English or the Chinese of a pair, with its places filled in."""
    return pair[LANGUAGES.index(language)].format(**values)


def kind_name(kind: str, language: str) -> str:
    """A layer, loss or reduction by its usual name; one that has none here by its kind."""
    return say(KINDS.get(kind, (kind, kind)), language)


def reason(quantity: Quantity, language: str) -> str:
    """Why a quantity's formula holds."""
    key, _, kind = quantity.why.partition(" ")
    return say(REASONS[key], language, at=quantity.at, kind=kind_name(kind, language))


def title(derivation: Derivation, language: str) -> str:
    """The case's title."""
    return derivation.title_zh if language == "zh" else derivation.title


def summary(derivation: Derivation, language: str) -> str:
    """What is derived, in a line: the network's size, its loss, the learning rate."""
    size = "-".join(str(len(column)) for column in derivation.layout.columns)
    kind, _, reduction = derivation.loss.rpartition("_")
    loss = f"{kind_name(kind, language)} ({kind_name(reduction, language)})"
    rate = f"{derivation.quantities['η'].value.normalize():f}"
    return say(PHRASES["step"], language, size=size, loss=loss, rate=rate)
