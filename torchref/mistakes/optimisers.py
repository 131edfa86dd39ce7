"""Mistakes in optimisers: momentum, running means, their correction, ε, weight decay."""

from dataclasses import dataclass

from manual.arrays import Array
from torchref.mistakes.mistake import mistake
from torchref.mistakes.moves import make
from torchref.mistakes.site import Site


@dataclass(frozen=True)
class Twist:
    """A mistake of some kinds of optimisers: its name, and what moves.py calls it."""

    name: str
    kinds: tuple[str, ...]
    twist: str


TWISTS: dict[str, Twist] = {}

ADAM = "adam adamw"


def twist(kinds: str, name: str, how: str, english: str, chinese: str, look: str, look_chinese: str) -> None:
    """Puts a twist into the catalogue, as a mistake in what is kept and in the update."""

    def wrong(site: Site) -> Array | None:
        moved = make(site.move, how)
        return moved.kept[site.buffer] if site.role == "keep" else site.old - moved.delta

    TWISTS[name] = Twist(name, tuple(kinds.split()), how)
    mistake(name, "update keep", kinds, wrong, english, chinese, look, look_chinese)


twist(
    ADAM,
    "bias-not-corrected",
    "no correction",
    "m and v were not corrected for their start at 0",
    "没有对 m 与 v 做偏差修正",
    "m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)",
    "m̂ = m/(1−β₁ᵗ)，v̂ = v/(1−β₂ᵗ)",
)
twist(
    ADAM,
    "correction-without-power",
    "correction without power",
    "the correction is 1 − β instead of 1 − βᵗ",
    "偏差修正用了 1−β，应为 1−βᵗ",
    "β to the power of t, the number of this step",
    "β 的 t 次方，t 为当前步数",
)
twist(
    ADAM,
    "only-m-corrected",
    "only m corrected",
    "only m was corrected, not v",
    "只修正了 m，没有修正 v",
    "m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)",
    "m̂ = m/(1−β₁ᵗ)，v̂ = v/(1−β₂ᵗ)",
)
twist(
    ADAM,
    "only-v-corrected",
    "only v corrected",
    "only v was corrected, not m",
    "只修正了 v，没有修正 m",
    "m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)",
    "m̂ = m/(1−β₁ᵗ)，v̂ = v/(1−β₂ᵗ)",
)
twist(
    ADAM,
    "t-from-0",
    "t from 0",
    "t counts from 0: at the first step 1 − β⁰ is 0",
    "t 从 0 开始计：第一步 1−β⁰ = 0",
    "t is 1 at the first step",
    "第一步 t = 1",
)
twist(
    ADAM,
    "t-one-ahead",
    "t one ahead",
    "t is one ahead: 2 at the first step",
    "t 多了 1：第一步就成了 2",
    "t is 1 at the first step",
    "第一步 t = 1",
)
twist(
    ADAM,
    "t-counts-parameters",
    "t counts parameters",
    "t was counted up for every parameter instead of once a step",
    "每更新一个参数 t 就加 1，应每步只加一次",
    "one t for all parameters of a step",
    "同一步的所有参数共用一个 t",
)
twist(
    ADAM,
    "t-is-the-place",
    "t is the parameter's place",
    "the number of the layer or parameter was taken for t",
    "把层或参数的序号当成了 t",
    "t is the number of the step",
    "t 是步数",
)
twist(
    f"{ADAM} rmsprop adagrad",
    "eps-inside-the-root",
    "eps inside the root",
    "ε is inside the root: √(v + ε)",
    "ε 放进了根号：√(v+ε)",
    "√v + ε",
    "应为 √v + ε",
)
twist(
    ADAM,
    "eps-before-the-correction",
    "eps before the correction",
    "ε was added before v was corrected: the paper's shorter form, with another ε",
    "ε 在修正 v 之前加入：这是论文中的简化形式，ε 含义不同",
    "√v̂ + ε with the corrected v̂, as torch has it",
    "torch 用修正后的 v̂：√v̂ + ε",
)
twist(
    f"{ADAM} rmsprop adagrad",
    "root-omitted",
    "root omitted",
    "the root was not taken: it was divided by the mean square itself",
    "没有开平方根：直接除以了平方均值",
    "√v + ε",
    "应为 √v + ε",
)
twist(
    f"{ADAM} rmsprop adagrad",
    "square-not-taken",
    "square not taken",
    "g was accumulated where g² belongs",
    "应累积 g²，却累积了 g",
    "v is a mean of squares",
    "v 是平方的均值",
)
twist(
    ADAM,
    "one-list-for-m-and-v",
    "one list for both",
    "m and v are one and the same list: what is written to one is read from the other",
    "m 与 v 是同一个列表：写入一个，另一个也变了",
    "self.m = self.v = … makes one object with two names",
    "self.m = self.v = … 只创建了一个对象",
)
twist(
    ADAM,
    "betas-swapped",
    "betas swapped",
    "β₁ and β₂ are swapped",
    "β₁ 与 β₂ 用反了",
    "β₁ = 0.9 for m, β₂ = 0.999 for v",
    "m 用 β₁ = 0.9，v 用 β₂ = 0.999",
)
twist(
    f"{ADAM} rmsprop",
    "share-omitted",
    "share omitted",
    "the new gradient was added whole, without its factor 1 − β",
    "新梯度整个加入，漏了系数 1−β",
    "β m + (1 − β) g: the two shares add up to 1",
    "βm + (1−β)g：两个系数之和为 1",
)
twist(
    "rmsprop",
    "shares-swapped",
    "shares swapped",
    "α and 1 − α are swapped",
    "α 与 1−α 用反了",
    "α v + (1 − α) g²: the old value keeps the larger share",
    "αv + (1−α)g²：旧值占较大份额",
)
twist(
    ADAM,
    "mean-not-used",
    "mean not used",
    "the gradient itself was used in the place of m̂",
    "应使用 m̂，却直接用了梯度",
    "w⁺ = w − η m̂ / (√v̂ + ε)",
    "w⁺ = w − η m̂/(√v̂+ε)",
)
twist(
    f"{ADAM} rmsprop adagrad",
    "old-mean-square",
    "what was kept before",
    "the mean square from before this step was used",
    "用了更新之前的平方均值",
    "first bring v up to date, then divide by its root",
    "先更新 v，再除以它的平方根",
)
twist(
    ADAM,
    "largest-forgotten",
    "largest forgotten",
    "AMSGrad's largest v was kept but not used",
    "AMSGrad 的最大值 v 没有用上",
    "√ of the largest v so far",
    "应取迄今最大的 v 开方",
)
twist(
    "momentum",
    "velocity-averaged",
    "averaged",
    "the gradient was multiplied by 1 − μ: a running mean, where torch adds the whole gradient",
    "梯度乘了 1−μ：成了滑动平均，而 torch 加的是整个梯度",
    "m⁺ = μ m + g",
    "m⁺ = μm + g",
)
twist(
    "momentum",
    "dampening-forgotten",
    "dampening omitted",
    "the dampening is missing",
    "漏了阻尼 dampening",
    "m⁺ = μ m + (1 − d) g",
    "m⁺ = μm + (1−d)g",
)
twist(
    "momentum",
    "first-step-dampened",
    "first step dampened",
    "the first step was dampened too: torch starts with m = g",
    "第一步也乘了 1−d：torch 的初值为 m = g",
    "the first m is g itself",
    "第一个 m 就是 g",
)
twist(
    "momentum",
    "nesterov-or-not",
    "nesterov or not",
    "Nesterov's form was used where plain momentum was asked for, or the other way round",
    "混淆了 Nesterov 与普通动量",
    "plain: w − η m⁺; Nesterov: w − η (g + μ m⁺)",
    "普通：w − ηm⁺；Nesterov：w − η(g + μm⁺)",
)
twist(
    "momentum rmsprop",
    "velocity-lost",
    "velocity lost",
    "the velocity was not kept from step to step",
    "速度没有在步与步之间保留",
    "is m made anew at each call?",
    "m 是否在每次调用时重新创建？",
)
twist(
    "rmsprop",
    "not-centered",
    "not centered",
    "the mean was kept but not subtracted: it is not centered",
    "保留了均值却没有减去：没有中心化",
    "√(v − ḡ²)",
    "应为 √(v − ḡ²)",
)
twist(
    "rmsprop",
    "mean-not-squared",
    "mean not squared",
    "the mean was subtracted without its square",
    "减去的是均值，应减去均值的平方",
    "v − ḡ²",
    "应为 v − ḡ²",
)
twist(
    "adagrad",
    "sum-lost",
    "sum lost",
    "the squares were not summed: each step forgets the others",
    "没有累加平方：每一步都忘了之前的",
    "s⁺ = s + g²",
    "s⁺ = s + g²",
)
twist(
    "adagrad",
    "rate-decay-forgotten",
    "rate decay omitted",
    "the decay of the learning rate is missing",
    "漏了学习率的衰减",
    "η / (1 + (t − 1) d)",
    "η/(1+(t−1)d)",
)
twist(
    "adagrad",
    "rate-decays-one-step-early",
    "rate decays one step early",
    "the learning rate decays one step early: 1 + t d for 1 + (t − 1) d",
    "学习率衰减早了一步：用了 1+td，应为 1+(t−1)d",
    "the first step has the whole rate",
    "第一步用完整的学习率",
)
twist(
    f"momentum adagrad rmsprop {ADAM}",
    "decay-forgotten",
    "decay omitted",
    "the weight decay is missing",
    "漏了权重衰减",
    "g + λ w, or for AdamW w (1 − η λ)",
    "g + λw；AdamW 为 w(1−ηλ)",
)
twist(
    f"momentum adagrad rmsprop {ADAM}",
    "decay-the-other-way",
    "decay the other way",
    "the weight decay is coupled where it should be decoupled, or the other way round",
    "权重衰减的方式反了：耦合与解耦混淆",
    "Adam adds λ w to the gradient; AdamW shrinks w beside it",
    "Adam 把 λw 加进梯度；AdamW 另外缩小 w",
)
twist(
    "adamw",
    "decay-without-rate",
    "decay without rate",
    "the weight decay was not multiplied by the learning rate",
    "权重衰减漏乘了学习率",
    "w (1 − η λ)",
    "应为 w(1−ηλ)",
)
