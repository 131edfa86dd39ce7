"""Mistakes in layers over time that RNN, LSTM and GRU share: what is carried, overwritten, or off by one."""

from manual.arrays import Array
from torchref.mistakes.linear import penalty_gradient
from torchref.mistakes.mistake import mistake
from torchref.mistakes.over_time import (
    RECURRENT,
    after,
    at_cuts,
    before,
    carried,
    input_gradient,
    is_parameter,
    of_parameter,
    parameter,
    product,
    recurrent_gradient,
    upstream,
)
from torchref.mistakes.site import Site


def _overwritten(site: Site) -> Array | None:
    """Only the last output's gradient enters; at the other times what is carried stands alone."""
    if not site.layer.sequences:  # type: ignore[attr-defined]
        return None
    wrong = site.right - upstream(site)
    wrong[:, -1] = site.right[:, -1]
    return wrong


def _not_cut(site: Site) -> Array | None:
    """What the cuts should have kept from coming back, along h alone."""
    over = at_cuts(site, recurrent_gradient(site))
    return None if over is None else site.right + over @ parameter(site, "weight_hh")


def _transposed(site: Site) -> Array | None:
    weight = parameter(site, "weight_hh")
    if site.kind != "rnn":
        return None
    if site.role.startswith("forward"):
        return site.right + before(site) @ (weight - weight.T)
    return site.right + carried(site, recurrent_gradient(site)) @ (weight.T - weight)


def _first_state_as_0(site: Site) -> Array:
    wrong = site.right.copy()
    wrong[:, 0] -= parameter(site, "h0") @ parameter(site, "weight_hh").T
    return wrong


def _of_weight_hh(site: Site, entered: Array) -> Array | None:
    if site.parameter_kind != "weight_hh":
        return None
    return product(recurrent_gradient(site), entered) + penalty_gradient(site)


def _without_first_state(site: Site) -> Array | None:
    entered = before(site)
    entered[:, 0] = 0.0
    return _of_weight_hh(site, entered)


def _other_time(site: Site) -> Array | None:
    if site.parameter_kind != "weight_ih":
        return None
    return product(after(input_gradient(site)), site.x) + penalty_gradient(site)


def _of_times(site: Site, at: slice) -> Array | None:
    return of_parameter(site, at) if is_parameter(site) else None


def _wrong_end(site: Site) -> Array:
    """The state before each time; of a layer that gives the last state, the first."""
    return before(site) if site.layer.sequences else site.inside("h")[:, 0]  # type: ignore[attr-defined]


def _through_the_wrong_matrix(site: Site) -> Array | None:
    weight = parameter(site, "weight_hh")
    return input_gradient(site) @ weight if weight.shape == parameter(site, "weight_ih").shape else None


mistake(
    "recurrence-not-carried",
    "backward.h",
    RECURRENT,
    lambda s: upstream(s),
    "nothing came back from the next time step: dh_next was never carried",
    "没有从下一时刻传回的梯度：dh_next 没有传递下去",
    "h_t goes into the output and into the step at t + 1: its gradient is the sum of both",
    "h_t 既进入输出，也进入 t + 1 时刻：梯度是两者之和",
)
mistake(
    "overwritten-by-what-is-carried",
    "backward.h",
    RECURRENT,
    _overwritten,
    "before the last time only what is carried back is left: the output's own gradient was overwritten",
    "除最后时刻外只剩传回来的部分：输出自身的梯度被覆盖了",
    "dh = g_t + dh_next at every time",
    "每个时刻 dh = g_t + dh_next",
)
mistake(
    "output-gradient-off-by-one",
    "backward.h",
    RECURRENT,
    lambda s: s.right - upstream(s) + after(upstream(s)),
    "the output's gradient was taken from the next time: off by one",
    "输出的梯度取自后一时刻：错了一步",
    "g_t belongs to h_t",
    "g_t 对应 h_t",
)
mistake(
    "cut-ignored",
    "backward.h",
    RECURRENT,
    _not_cut,
    "the gradient went back over a cut of truncated backpropagation",
    "截断反向传播的边界没有切断梯度",
    "after every k steps dh_next starts from 0 again",
    "每隔 k 步 dh_next 要重新从 0 开始",
)
mistake(
    "recurrent-weight-transposed",
    "forward.a backward.h",
    RECURRENT,
    _transposed,
    "W_hh is transposed",
    "W_hh 转置了",
    "h_(t−1) W_hhᵀ goes back as d_t W_hh",
    "h_(t−1) W_hhᵀ 的反向是 d_t W_hh",
)
mistake(
    "first-state-ignored",
    "forward.a forward.ah",
    RECURRENT,
    _first_state_as_0,
    "the first step starts from 0 instead of from h0",
    "第一步从 0 开始，而不是从 h0 开始",
    "a_0 contains h0 W_hhᵀ",
    "a_0 中有 h0 W_hhᵀ",
)
mistake(
    "state-not-carried",
    "forward.a forward.ah",
    RECURRENT,
    lambda s: s.right + (parameter(s, "h0")[:, None] - before(s)) @ parameter(s, "weight_hh").T,
    "every step starts from h0: the state is not carried on",
    "每一步都从 h0 开始：状态没有向后传递",
    "step t starts from h_(t−1)",
    "第 t 步从 h_(t−1) 开始",
)
mistake(
    "recurrent-bias-omitted",
    "forward.a forward.ah",
    RECURRENT,
    lambda s: None if (bias := s.own("bias_hh")) is None else s.right - bias,
    "the bias b_hh was left out",
    "漏加了偏置 b_hh",
    "torch has two biases, b_ih and b_hh",
    "torch 有两个偏置：b_ih 和 b_hh",
)
mistake(
    "state-of-the-wrong-end",
    "forward",
    RECURRENT,
    _wrong_end,
    "the output is the state before the step instead of after it (or the first state instead of the last)",
    "输出的是这一步之前的状态，而不是之后的（或输出了最早而不是最后的状态）",
    "the output at t is h_t; of a sequence's end, the last h",
    "t 时刻的输出是 h_t；只取一个时应取最后的 h",
)
mistake(
    "through-the-recurrent-matrix",
    "backward",
    RECURRENT,
    _through_the_wrong_matrix,
    "the gradient of x went through W_hh instead of W_ih",
    "x 的梯度乘了 W_hh，应乘 W_ih",
    "∂E/∂x_t = d_t W_ih",
    "∂E/∂x_t = d_t W_ih",
)
mistake(
    "first-time-only",
    "gradient",
    RECURRENT,
    lambda s: _of_times(s, slice(0, 1)),
    "only the first time's part of the gradient is left: += was written as = in the loop over time",
    "只剩第一个时刻的梯度：时间循环里 += 写成了 =",
    "the parameters are used at every time: their gradient is the sum over time",
    "参数在每个时刻都用到：梯度要对时间求和",
)
mistake(
    "last-time-only",
    "gradient",
    RECURRENT,
    lambda s: _of_times(s, slice(-1, None)),
    "only the last time's part of the gradient is there: it was not summed over time",
    "只有最后一个时刻的梯度：没有对时间求和",
    "the parameters are used at every time: their gradient is the sum over time",
    "参数在每个时刻都用到：梯度要对时间求和",
)
mistake(
    "first-time-left-out",
    "gradient",
    RECURRENT,
    lambda s: _of_times(s, slice(1, None)),
    "the first time is missing from the sum over time",
    "对时间求和时漏了第一个时刻",
    "the loop over time goes back to t = 0",
    "时间循环要一直回到 t = 0",
)
mistake(
    "last-time-left-out",
    "gradient",
    RECURRENT,
    lambda s: _of_times(s, slice(None, -1)),
    "the last time is missing from the sum over time",
    "对时间求和时漏了最后一个时刻",
    "the loop over time begins at t = T − 1",
    "时间循环从 t = T − 1 开始",
)
mistake(
    "averaged-over-time",
    "gradient",
    RECURRENT,
    lambda s: (s.right - penalty_gradient(s)) / s.x.shape[1] + penalty_gradient(s) if is_parameter(s) else None,
    "the gradient was averaged over time instead of summed",
    "梯度对时间取了平均，而不是求和",
    "the parameters are used at every time: their gradient is the sum over time",
    "参数在每个时刻都用到：梯度要对时间求和",
)
mistake(
    "state-after-for-before",
    "gradient",
    RECURRENT,
    lambda s: _of_weight_hh(s, s.inside("h")),
    "the gradient of W_hh was made with h_t instead of h_(t−1)",
    "W_hh 的梯度用了 h_t，应为 h_(t−1)",
    "W_hh was multiplied with the state before the step",
    "与 W_hh 相乘的是这一步之前的状态",
)
mistake(
    "first-state-as-0-in-gradient",
    "gradient",
    RECURRENT,
    _without_first_state,
    "the gradient of W_hh takes h0 for 0",
    "W_hh 的梯度把 h0 当成了 0",
    "at t = 0 W_hh was multiplied with h0",
    "t = 0 时与 W_hh 相乘的是 h0",
)
mistake(
    "input-of-another-time",
    "gradient",
    RECURRENT,
    _other_time,
    "the gradient of W_ih pairs each error with the input of the time before: off by one",
    "W_ih 的梯度把误差与前一时刻的输入配对：错了一步",
    "∂E/∂W_ih = Σₜ d_tᵀ x_t",
    "∂E/∂W_ih = Σₜ d_tᵀ x_t",
)
mistake(
    "stopped-one-step-early",
    "gradient",
    RECURRENT,
    lambda s: s.inside(s.parameter_kind[0], "backward")[:, 0] if not is_parameter(s) else None,
    "it is the gradient at the first step's own state, one step after the initial one",
    "这是第一步之后的状态的梯度，离初始状态还差一步",
    "the initial state is before the first step: go back through that step too",
    "初始状态在第一步之前：还要再反传一步",
)
