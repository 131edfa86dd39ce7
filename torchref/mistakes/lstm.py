"""Mistakes in LSTM: its memory's two ways back, its gates' operands, slopes and order."""

import numpy as np

from manual.arrays import Array
from torchref.mistakes.activations import sigmoid
from torchref.mistakes.mistake import mistake
from torchref.mistakes.over_time import at_cuts, before, carried, parameter
from torchref.mistakes.site import Site

GATES = "ifgo"


def _gates(site: Site) -> dict[str, Array]:
    return {name: site.inside(name) for name in GATES}


def _slopes(site: Site) -> dict[str, Array]:
    """Each gate's slope, by its own output."""
    return {name: 1 - y**2 if name == "g" else y * (1 - y) for name, y in _gates(site).items()}


def _to_a(site: Site, slopes: dict[str, Array], order: str = GATES) -> Array:
    """The gradients of the gates times these slopes, side by side."""
    return np.concatenate([site.inside(name, "backward") * slopes[name] for name in order], axis=-1)


def _quarters(site: Site) -> dict[str, Array]:
    return dict(zip(GATES, np.split(site.inside("a"), 4, axis=-1), strict=True))


def _slopes_before(site: Site) -> dict[str, Array]:
    """The slopes' formulas with what enters the gates instead of what comes out."""
    return {name: 1 - a**2 if name == "g" else a * (1 - a) for name, a in _quarters(site).items()}


def _exchanged(site: Site) -> Array | None:
    """A gate made of its neighbour's quarter: i and f, or g and o, in another order."""
    partner = {"i": "f", "f": "i", "g": "o", "o": "g"}[site.inner]
    a = _quarters(site)[partner]
    return np.tanh(a) if site.inner == "g" else sigmoid(a)


def _from_h(site: Site) -> Array:
    """What h_t sends back to c_t."""
    return site.inside("h", "backward") * site.inside("o") * (1 - np.tanh(site.inside("c")) ** 2)


def _not_cut(site: Site) -> Array | None:
    over = at_cuts(site, site.inside("c", "backward") * site.inside("f"))
    return None if over is None else site.right + over


def _first_memory_as_0(site: Site) -> Array:
    wrong = site.right.copy()
    wrong[:, 0] -= site.inside("f")[:, 0] * parameter(site, "c0")
    return wrong


mistake(
    "memory-not-carried",
    "backward.c",
    "lstm",
    _from_h,
    "nothing came back from the next time's memory: dc_next was never carried",
    "没有从下一时刻的记忆传回的梯度：dc_next 没有传递下去",
    "c_t goes into h_t and, times f_(t+1), into c_(t+1)",
    "c_t 进入 h_t，也乘 f_(t+1) 进入 c_(t+1)",
)
mistake(
    "memory-carried-past-the-forget-gate",
    "backward.c",
    "lstm",
    lambda s: s.right + carried(s, s.inside("c", "backward") * (1 - s.inside("f"))),
    "dc_next came back without the forget gate",
    "dc_next 传回时没有乘遗忘门",
    "∂c_(t+1)/∂c_t = f_(t+1)",
    "∂c_(t+1)/∂c_t = f_(t+1)",
)
mistake(
    "forget-gate-of-another-time",
    "backward.c",
    "lstm",
    lambda s: (
        s.right
        + carried(s, s.inside("c", "backward")) * s.inside("f")
        - carried(s, s.inside("c", "backward") * s.inside("f"))
    ),
    "dc_next was multiplied with f_t instead of f_(t+1): off by one",
    "dc_next 乘了 f_t，应乘 f_(t+1)：错了一步",
    "∂c_(t+1)/∂c_t = f_(t+1)",
    "∂c_(t+1)/∂c_t = f_(t+1)",
)
mistake(
    "memory-from-the-next-alone",
    "backward.c",
    "lstm",
    lambda s: np.concatenate((s.right[:, :-1] - _from_h(s)[:, :-1], s.right[:, -1:]), axis=1),
    "before the last time only what is carried back is left: what h_t sends to c_t was overwritten",
    "除最后时刻外只剩传回来的部分：h_t 传给 c_t 的梯度被覆盖了",
    "dc = dh o (1 − tanh²c) + dc_next",
    "dc = dh·o·(1 − tanh²c) + dc_next",
)
mistake(
    "memory-slope-omitted",
    "backward.c",
    "lstm",
    lambda s: s.right - _from_h(s) + s.inside("h", "backward") * s.inside("o"),
    "the slope of tanh(c) is missing",
    "漏乘了 tanh(c) 的导数",
    "h = o tanh(c): ∂h/∂c = o (1 − tanh²c)",
    "h = o·tanh(c)：∂h/∂c = o(1 − tanh²c)",
)
mistake(
    "memory-slope-at-c",
    "backward.c",
    "lstm",
    lambda s: s.right - _from_h(s) + s.inside("h", "backward") * s.inside("o") * (1 - s.inside("c") ** 2),
    "the slope of tanh(c) was taken as 1 − c²: at c instead of at tanh(c)",
    "tanh(c) 的导数写成了 1 − c²：用了 c，应用 tanh(c)",
    "(tanh c)′ = 1 − tanh²c",
    "(tanh c)′ = 1 − tanh²c",
)
mistake(
    "output-gate-missing-in-memory",
    "backward.c",
    "lstm",
    lambda s: s.right - _from_h(s) + s.inside("h", "backward") * (1 - np.tanh(s.inside("c")) ** 2),
    "the output gate is missing in what h sends back to c",
    "h 传给 c 的梯度漏乘了输出门",
    "h = o tanh(c): ∂h/∂c = o (1 − tanh²c)",
    "h = o·tanh(c)：∂h/∂c = o(1 − tanh²c)",
)
mistake(
    "memory-cut-ignored",
    "backward.c",
    "lstm",
    _not_cut,
    "the memory's gradient went back over a cut of truncated backpropagation",
    "截断反向传播的边界没有切断记忆的梯度",
    "after every k steps dc_next starts from 0 again",
    "每隔 k 步 dc_next 要重新从 0 开始",
)
mistake(
    "memory-without-tanh-in-gate",
    "backward.o",
    "lstm",
    lambda s: s.inside("h", "backward") * s.inside("c"),
    "the output gate's gradient was made with c instead of tanh(c)",
    "输出门的梯度用了 c，应用 tanh(c)",
    "h = o tanh(c): ∂h/∂o = tanh(c)",
    "h = o·tanh(c)：∂h/∂o = tanh(c)",
)
mistake(
    "memory-after-for-before",
    "backward.f",
    "lstm",
    lambda s: s.inside("c", "backward") * s.inside("c"),
    "the forget gate's gradient was made with c_t instead of c_(t−1)",
    "遗忘门的梯度用了 c_t，应用 c_(t−1)",
    "f_t multiplies the memory before the step",
    "f_t 乘的是这一步之前的记忆",
)
mistake(
    "forget-path-missing",
    "backward.f",
    "lstm",
    lambda s: np.zeros_like(s.right),
    "the forget gate gets no gradient",
    "遗忘门没有得到梯度",
    "c_t = f_t c_(t−1) + i_t g_t: ∂E/∂f_t = ∂E/∂c_t c_(t−1)",
    "c_t = f_t c_(t−1) + i_t g_t：∂E/∂f_t = ∂E/∂c_t·c_(t−1)",
)
mistake(
    "own-gate-for-the-other",
    "backward.i backward.g",
    "lstm",
    lambda s: s.inside("c", "backward") * s.inside(s.inner),
    "the gradient was multiplied with the gate itself instead of with the other factor of i g",
    "梯度乘了这个门自己，应乘 i·g 中的另一个因子",
    "c = f c + i g: ∂c/∂i = g, ∂c/∂g = i",
    "∂c/∂i = g，∂c/∂g = i",
)
mistake(
    "gate-slopes-omitted",
    "backward.a",
    "lstm",
    lambda s: _to_a(s, {name: np.ones(()) for name in GATES}),
    "the slopes of the gates are missing",
    "漏乘了各个门的导数",
    "sigmoid: y (1 − y); tanh: 1 − y²",
    "sigmoid：y(1 − y)；tanh：1 − y²",
)
mistake(
    "gate-slopes-before",
    "backward.a",
    "lstm",
    lambda s: _to_a(s, _slopes_before(s)),
    "the slopes of the gates were made with what enters them: a (1 − a), 1 − a²",
    "门的导数用了激活前的值：a(1 − a)、1 − a²",
    "y (1 − y) and 1 − y² are formulas of the output",
    "y(1 − y) 和 1 − y² 中的 y 是输出",
)
mistake(
    "candidate-slope-of-sigmoid",
    "backward.a",
    "lstm",
    lambda s: _to_a(s, _slopes(s) | {"g": s.inside("g") * (1 - s.inside("g"))}),
    "the candidate g, a tanh, got the slope of a sigmoid",
    "候选值 g 是 tanh，却用了 sigmoid 的导数",
    "g = tanh(a_g): its slope is 1 − g²",
    "g = tanh(a_g)：导数是 1 − g²",
)
mistake(
    "gates-in-another-order",
    "backward.a",
    "lstm",
    lambda s: _to_a(s, _slopes(s), "ifog"),
    "the gates' gradients are stacked as i, f, o, g: the order is i, f, g, o",
    "门的梯度按 i、f、o、g 排列：应为 i、f、g、o",
    "the rows of W_ih and W_hh are in torch's order i, f, g, o",
    "W_ih、W_hh 的行按 torch 的顺序 i、f、g、o",
)
mistake(
    "gate-of-another-quarter",
    "forward.i forward.f forward.g forward.o",
    "lstm",
    _exchanged,
    "the gate was made of another gate's quarter: the order is i, f, g, o",
    "用了别的门的那一段：顺序是 i、f、g、o",
    "a is a_i, a_f, a_g, a_o side by side",
    "a 依次是 a_i、a_f、a_g、a_o",
)
mistake(
    "candidate-by-sigmoid",
    "forward.g",
    "lstm",
    lambda s: sigmoid(_quarters(s)["g"]),
    "the candidate g was made by a sigmoid",
    "候选值 g 用了 sigmoid",
    "g = tanh(a_g)",
    "g = tanh(a_g)",
)
mistake(
    "memory-forgotten",
    "forward.c",
    "lstm",
    lambda s: s.inside("i") * s.inside("g"),
    "the old memory is missing: c is i g alone",
    "漏了原来的记忆：c 只有 i·g",
    "c_t = f_t c_(t−1) + i_t g_t",
    "c_t = f_t c_(t−1) + i_t g_t",
)
mistake(
    "first-memory-ignored",
    "forward.c",
    "lstm",
    _first_memory_as_0,
    "the first step starts from 0 instead of from c0",
    "第一步从 0 开始，而不是从 c0 开始",
    "c_0 = f_0 c0 + i_0 g_0",
    "c_0 = f_0 c0 + i_0 g_0",
)
mistake(
    "forget-for-input",
    "forward.c",
    "lstm",
    lambda s: s.inside("i") * before(s, "c") + s.inside("f") * s.inside("g"),
    "the input and the forget gate are exchanged",
    "输入门和遗忘门用反了",
    "c_t = f_t c_(t−1) + i_t g_t",
    "c_t = f_t c_(t−1) + i_t g_t",
)
mistake(
    "shown-without-tanh",
    "forward.h",
    "lstm",
    lambda s: s.inside("o") * s.inside("c"),
    "h is o c: the tanh is missing",
    "h 成了 o·c：漏了 tanh",
    "h = o tanh(c)",
    "h = o·tanh(c)",
)
mistake(
    "first-memory-past-the-forget-gate",
    "gradient",
    "lstm",
    lambda s: s.inside("c", "backward")[:, 0] * s.inside("i")[:, 0] if s.parameter_kind == "c0" else None,
    "the gradient of c0 went through the input gate instead of the forget gate",
    "c0 的梯度乘了输入门，应乘遗忘门",
    "c_0 = f_0 c0 + i_0 g_0",
    "c_0 = f_0 c0 + i_0 g_0",
)
