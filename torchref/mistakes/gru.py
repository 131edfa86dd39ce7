"""Mistakes in GRU and in the plain RNN's activation: the update gate's two halves, the reset gate's place, slopes."""

import numpy as np

from manual.arrays import Array
from torchref.mistakes.mistake import mistake
from torchref.mistakes.over_time import before, carried, parameter, recurrent_gradient
from torchref.mistakes.site import Site


def _third(site: Site, name: str) -> Array:
    """The candidate's part of ax or ah."""
    return np.split(site.inside(name), 3, axis=-1)[2]


def _into_tanh(site: Site) -> Array:
    """The gradient of what enters the candidate's tanh."""
    return site.inside("n", "backward") * (1 - site.inside("n") ** 2)


def _to_a(site: Site, slope_r: Array, slope_z: Array, last: Array) -> Array:
    parts = (site.inside("r", "backward") * slope_r, site.inside("z", "backward") * slope_z, last)
    return np.concatenate(parts, axis=-1)


def _slopes(site: Site) -> tuple[Array, Array]:
    r, z = site.inside("r"), site.inside("z")
    return r * (1 - r), z * (1 - z)


def _last(site: Site, of: Array) -> Array:
    """What the candidate gets, in ax as it is, in ah times r."""
    return of * site.inside("r") if site.inner == "ah" else of


def _without_slopes(site: Site) -> Array:
    ones = np.ones_like(site.inside("r"))
    return _to_a(site, ones, ones, _last(site, _into_tanh(site)))


def _reset_before(site: Site) -> Array:
    """The candidate of the original paper: the reset gate is applied to h before W_hn."""
    rows = slice(-site.inside("n").shape[-1], None)
    weight, bias = parameter(site, "weight_hh")[rows], site.own("bias_hh")
    ah = (site.inside("r") * before(site)) @ weight.T + (0.0 if bias is None else bias[rows])
    return np.asarray(np.tanh(_third(site, "ax") + ah))


def _of_first_state(site: Site, through_matrix: bool) -> Array | None:
    if site.parameter_kind != "h0":
        return None
    if through_matrix:
        return recurrent_gradient(site)[:, 0] @ parameter(site, "weight_hh")
    return site.inside("h", "backward")[:, 0] * site.inside("z")[:, 0]


mistake(
    "kept-part-not-carried",
    "backward.h",
    "gru",
    lambda s: s.right - carried(s, s.inside("h", "backward") * s.inside("z")),
    "what h_(t+1) keeps of h_t sends nothing back: dh z is missing",
    "h_(t+1) 中保留的那部分 h_t 没有传回梯度：漏了 dh·z",
    "h_(t+1) = (1 − z) n + z h_t: h_t stands there itself, and in the gates",
    "h_(t+1) = (1 − z)n + z h_t：h_t 直接出现一次，又在各门中出现",
)
mistake(
    "gates-not-carried",
    "backward.h",
    "gru",
    lambda s: s.right - carried(s, recurrent_gradient(s) @ parameter(s, "weight_hh")),
    "what goes into the gates through W_hh sends nothing back",
    "经 W_hh 进入各门的那部分没有传回梯度",
    "h_(t+1) = (1 − z) n + z h_t: h_t stands there itself, and in the gates",
    "h_(t+1) = (1 − z)n + z h_t：h_t 直接出现一次，又在各门中出现",
)
mistake(
    "update-gate-exchanged-in-candidate",
    "backward.n",
    "gru",
    lambda s: s.inside("h", "backward") * s.inside("z"),
    "the candidate's gradient was multiplied with z instead of 1 − z",
    "候选值的梯度乘了 z，应乘 1 − z",
    "h_t = (1 − z_t) n_t + z_t h_(t−1)",
    "h_t = (1 − z_t)n_t + z_t h_(t−1)",
)
mistake(
    "state-after-in-update-gate",
    "backward.z",
    "gru",
    lambda s: s.inside("h", "backward") * (s.inside("h") - s.inside("n")),
    "the update gate's gradient was made with h_t instead of h_(t−1)",
    "更新门的梯度用了 h_t，应用 h_(t−1)",
    "∂h_t/∂z_t = h_(t−1) − n_t",
    "∂h_t/∂z_t = h_(t−1) − n_t",
)
mistake(
    "update-gate-half",
    "backward.z",
    "gru",
    lambda s: s.inside("h", "backward") * before(s),
    "the update gate's gradient has only one of its two terms: − n_t is missing",
    "更新门的梯度只有一项：漏了 −n_t",
    "∂h_t/∂z_t = h_(t−1) − n_t",
    "∂h_t/∂z_t = h_(t−1) − n_t",
)
mistake(
    "reset-gate-at-h",
    "backward.r",
    "gru",
    lambda s: _into_tanh(s) * before(s),
    "the reset gate's gradient was made with h_(t−1) instead of h_(t−1) W_hnᵀ + b_hn",
    "重置门的梯度用了 h_(t−1)，应用 h_(t−1)W_hnᵀ + b_hn",
    "n = tanh(ax_n + r ah_n): ∂/∂r is ah_n",
    "n = tanh(ax_n + r·ah_n)：对 r 的导数是 ah_n",
)
mistake(
    "candidate-slope-omitted",
    "backward.r",
    "gru",
    lambda s: s.inside("n", "backward") * _third(s, "ah"),
    "the slope of the candidate's tanh is missing",
    "漏乘了候选值 tanh 的导数",
    "n = tanh(…): its slope is 1 − n²",
    "n = tanh(…)：导数是 1 − n²",
)
mistake(
    "reset-gate-omitted-going-back",
    "backward.ah",
    "gru",
    lambda s: _to_a(s, *_slopes(s), _into_tanh(s)),
    "the reset gate is missing on the way back to h_(t−1) W_hnᵀ",
    "传回 h_(t−1)W_hnᵀ 时漏乘了重置门",
    "n = tanh(ax_n + r ah_n): ah_n gets its part times r",
    "n = tanh(ax_n + r·ah_n)：ah_n 的梯度要乘 r",
)
mistake(
    "gru-gate-slopes-omitted",
    "backward.ax backward.ah",
    "gru",
    _without_slopes,
    "the slopes of the gates r and z are missing",
    "漏乘了门 r、z 的导数",
    "sigmoid: y (1 − y)",
    "sigmoid：y(1 − y)",
)
mistake(
    "gru-candidate-slope-omitted",
    "backward.ax backward.ah",
    "gru",
    lambda s: _to_a(s, *_slopes(s), _last(s, s.inside("n", "backward"))),
    "the slope of the candidate's tanh is missing",
    "漏乘了候选值 tanh 的导数",
    "n = tanh(…): its slope is 1 − n²",
    "n = tanh(…)：导数是 1 − n²",
)
mistake(
    "reset-before-the-matrix",
    "forward.n",
    "gru",
    _reset_before,
    "the reset gate was applied to h before W_hn, as in the first paper; torch applies it behind",
    "重置门先乘了 h 再乘 W_hn（最初论文的写法）；torch 是之后才乘",
    "torch: n = tanh(ax_n + r (h W_hnᵀ + b_hn))",
    "torch：n = tanh(ax_n + r(hW_hnᵀ + b_hn))",
)
mistake(
    "reset-omitted",
    "forward.n",
    "gru",
    lambda s: np.tanh(_third(s, "ax") + _third(s, "ah")),
    "the reset gate is missing in the candidate",
    "候选值中漏了重置门",
    "n = tanh(ax_n + r ah_n)",
    "n = tanh(ax_n + r·ah_n)",
)
mistake(
    "update-gate-exchanged",
    "forward.h",
    "gru",
    lambda s: s.inside("z") * s.inside("n") + (1 - s.inside("z")) * before(s),
    "z and 1 − z are exchanged: some papers have it so, torch has not",
    "z 与 1 − z 用反了：有的论文这样写，torch 不是",
    "h_t = (1 − z_t) n_t + z_t h_(t−1)",
    "h_t = (1 − z_t)n_t + z_t h_(t−1)",
)
mistake(
    "first-state-through-gates-alone",
    "gradient",
    "gru",
    lambda s: _of_first_state(s, through_matrix=True),
    "the gradient of h0 lacks what h_0 keeps of h0: dh z",
    "h0 的梯度漏了 h_0 直接保留 h0 的部分：dh·z",
    "h0 stands in h_0 itself, and in the gates",
    "h0 直接出现在 h_0 中，又在各门中出现",
)
mistake(
    "first-state-past-the-gates",
    "gradient",
    "gru",
    lambda s: _of_first_state(s, through_matrix=False),
    "the gradient of h0 lacks what goes into the gates through W_hh",
    "h0 的梯度漏了经 W_hh 进入各门的部分",
    "h0 stands in h_0 itself, and in the gates",
    "h0 直接出现在 h_0 中，又在各门中出现",
)
mistake(
    "rnn-slope-omitted",
    "backward.a",
    "rnn",
    lambda s: s.inside("h", "backward"),
    "the activation's slope is missing",
    "漏乘了激活函数的导数",
    "tanh: 1 − h_t²; ReLU: 1 where a_t > 0",
    "tanh：1 − h_t²；ReLU：a_t > 0 处为 1",
)
mistake(
    "rnn-slope-before",
    "backward.a",
    "rnn",
    lambda s: (
        s.inside("h", "backward") * (1 - s.inside("a") ** 2)
        if s.layer.nonlinearity == "tanh"  # type: ignore[attr-defined]
        else None
    ),
    "the slope of tanh was made with what enters it: 1 − a²",
    "tanh 的导数用了激活前的值：1 − a²",
    "1 − y² is a formula of the output",
    "1 − y² 中的 y 是输出",
)
mistake(
    "rnn-slope-of-another-time",
    "backward.a",
    "rnn",
    lambda s: (
        s.inside("h", "backward") * (1 - before(s) ** 2)
        if s.layer.nonlinearity == "tanh"  # type: ignore[attr-defined]
        else s.inside("h", "backward") * (before(s) > 0)
    ),
    "the slope was taken at h_(t−1) instead of h_t: off by one",
    "导数取在 h_(t−1) 处，应取在 h_t：错了一步",
    "tanh: 1 − h_t²; ReLU: 1 where h_t > 0",
    "tanh：1 − h_t²；ReLU：h_t > 0 处为 1",
)
