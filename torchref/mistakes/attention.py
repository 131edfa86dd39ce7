"""Mistakes in attention: the scale, the softmax's Jacobian, masks, heads, and which product is transposed."""

from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.linear import penalty_gradient
from torchref.mistakes.mistake import mistake
from torchref.mistakes.site import Site

BOTH = "attention multi_head_attention"
MULTI = "multi_head_attention"


def _roots(site: Site) -> float:
    """√d."""
    return float(np.sqrt(_qkv(site)[0].shape[-1]))


def _qkv(site: Site) -> tuple[Array, ...]:
    return site.xs if site.kind == "attention" else tuple(site.inside(name) for name in "qkv")


def _forbidden(site: Site, causal: bool = True, padding: bool = True) -> Array:
    """Where nobody may look, by some of the masks; it broadcasts over the scores."""
    layer: Any = site.layer
    shape = site.inside("scores").shape
    none = np.zeros(shape, bool)
    if causal and layer.causal:
        none |= np.triu(np.ones(shape[-2:], bool), 1)
    mask = site.case.states.get(f"{site.node.name}.padding_mask")
    if padding and mask is not None:
        none |= mask.reshape(len(mask), *(1,) * (none.ndim - 2), -1)
    return none


def _softmax(scores: Array, forbidden: Array, axis: int = -1) -> Array:
    scores = np.where(forbidden, -np.inf, scores)
    largest = scores.max(axis=axis, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(largest), largest, 0.0))
    total = e.sum(axis=axis, keepdims=True)
    return np.asarray(e / np.where(total == 0, 1.0, total))


def _weights(site: Site, causal: bool = True, padding: bool = True, axis: int = -1) -> Array:
    return _softmax(site.inside("scores"), _forbidden(site, causal, padding), axis)


def _masked_after(site: Site) -> Array | None:
    """A softmax over all, of which what is forbidden is then set to 0: rows no longer add up to 1."""
    forbidden = _forbidden(site)
    if not forbidden.any():
        return None
    return np.where(forbidden, 0.0, _softmax(site.inside("scores"), np.zeros_like(forbidden)))


def _to_scores(site: Site, axis: int = -1) -> Array:
    p, g = site.inside("weights"), site.inside("weights", "backward")
    return np.asarray(p * (g - (g * p).sum(axis=axis, keepdims=True)))


def _mask_ignored_going_back(site: Site) -> Array | None:
    """The Jacobian of a softmax without masks, at the scores."""
    if not _forbidden(site).any():
        return None
    p = _softmax(site.inside("scores"), np.zeros(site.right.shape, bool))
    g = site.inside("weights", "backward")
    return np.asarray(p * (g - (g * p).sum(axis=-1, keepdims=True)))


def _is_square(site: Site) -> bool:
    shape = site.inside("scores").shape
    return shape[-1] == shape[-2]


def _apart(site: Site, side_by_side: Array) -> Array:
    """(N, T, E) as heads (N, h, T, d)."""
    heads: int = site.layer.heads  # type: ignore[attr-defined]
    return side_by_side.reshape(*side_by_side.shape[:-1], heads, -1).swapaxes(1, 2)


def _projected(site: Site, place: int, biased: bool = True) -> Array:
    """The queries, keys or values, before they are cut into heads."""
    weight, bias = site.own("in_proj_weight"), site.own("in_proj_bias")
    assert weight is not None
    assert bias is not None
    of = site.xs[-1] if place else site.x
    e = len(bias) // 3
    part = slice(place * e, (place + 1) * e)
    return np.asarray(of @ weight[part].T + (bias[part] if biased else 0.0))


def _cut_across(site: Site) -> Array | None:
    """A reshape to (N, h, T, d) without the exchange of axes: places of one head come from all heads."""
    made = _projected(site, "qkv".index(site.inner))
    wrong = made.reshape(site.right.shape)
    return None if np.array_equal(wrong, _apart(site, made)) else wrong


def _interleaved(site: Site) -> Array | None:
    """Feature j of head i taken as number j h + i instead of i d + j."""
    made = _projected(site, "qkv".index(site.inner))
    heads: int = site.layer.heads  # type: ignore[attr-defined]
    wrong = np.moveaxis(made.reshape(*made.shape[:-1], -1, heads), -1, 1)
    return None if np.array_equal(wrong, _apart(site, made)) else wrong


def _joined_across(site: Site) -> Array | None:
    """The heads' outputs put together without the exchange of axes."""
    apart = site.inside("weights") @ site.inside("v")
    wrong = apart.reshape(site.right.shape)
    return None if np.array_equal(wrong, apart.swapaxes(1, 2).reshape(site.right.shape)) else wrong


def _transposed_out(site: Site) -> Array | None:
    weight = site.own("out_proj_weight")
    assert weight is not None
    if site.role == "forward":
        bias = site.own("out_proj_bias")
        assert bias is not None
        return site.inside("context") @ weight + bias
    return site.grad_output @ weight.T


def _parts_missing(site: Site, kept: str) -> Array | None:
    """The gradient of x in self-attention through some of its three paths."""
    if len(site.xs) > 1:
        return None
    weight = site.own("in_proj_weight")
    assert weight is not None
    total = np.zeros_like(site.x)
    for part, name in zip(np.split(weight, 3), "qkv", strict=True):
        if name in kept:
            total += _beside(site.inside(name, "backward")) @ part
    return total


def _beside(apart: Array) -> Array:
    turned = apart.swapaxes(1, 2)
    return turned.reshape(*turned.shape[:2], -1)


def _out_gradient(site: Site) -> Array | None:
    if site.parameter_kind != "out_proj_weight":
        return None
    g, context = site.grad_output, site.inside("context")
    return np.asarray(np.einsum("nti,nto->io", context, g) + penalty_gradient(site))


def _unscaled(site: Site) -> Array | None:
    """What goes back to the queries or keys, without 1/√d."""
    sources = site.node.sources
    source = site.quantity.partition("/")[2]
    is_to_query_or_key = source in sources[:2] and source not in sources[2:]
    return site.right * _roots(site) if site.inner or is_to_query_or_key else None


def _in_another_order(site: Site) -> Array | None:
    """The three parts of the stacked gradient as k, q, v."""
    if not site.parameter_kind.startswith("in_proj"):
        return None
    extra = penalty_gradient(site)
    q, k, v = np.split(site.right - extra, 3)
    return np.concatenate((k, q, v)) + extra


mistake(
    "scale-omitted",
    "forward.scores",
    BOTH,
    lambda s: s.right * _roots(s),
    "the scores were not divided by √d",
    "得分没有除以 √d",
    "scores = q kᵀ / √d",
    "scores = qkᵀ / √d",
)
mistake(
    "scale-by-d",
    "forward.scores",
    BOTH,
    lambda s: s.right / _roots(s),
    "the scores were divided by d instead of √d",
    "得分除以了 d，应除以 √d",
    "scores = q kᵀ / √d",
    "scores = qkᵀ / √d",
)
mistake(
    "scale-of-all-heads",
    "forward.scores",
    MULTI,
    lambda s: s.right / np.sqrt(s.layer.heads),  # type: ignore[attr-defined]
    "the scores were divided by √E instead of by √d of one head",
    "得分除以了 √E，应除以单个头的 √d",
    "d is the size of one head, E / h",
    "d 是单个头的大小 E / h",
)
mistake(
    "keys-and-queries-exchanged",
    "forward.scores",
    BOTH,
    lambda s: s.right.swapaxes(-1, -2) if _is_square(s) else None,
    "the scores are transposed: k qᵀ instead of q kᵀ",
    "得分转置了：写成了 k qᵀ，应为 q kᵀ",
    "a row of the scores belongs to one query",
    "得分的每一行对应一个查询",
)
mistake(
    "softmax-over-queries",
    "forward.weights",
    BOTH,
    lambda s: _weights(s, axis=-2),
    "the softmax went over the queries instead of the keys",
    "softmax 沿查询方向做了，应沿键的方向",
    "the weights of one query add up to 1",
    "每个查询的权重之和为 1",
)
mistake(
    "causal-mask-ignored",
    "forward.weights",
    BOTH,
    lambda s: _weights(s, causal=False) if s.layer.causal else None,  # type: ignore[attr-defined]
    "the causal mask was not applied: a query looks at what comes after it",
    "没有应用因果掩码：查询看到了它之后的内容",
    "query t may look at keys 0 … t",
    "查询 t 只能看键 0 … t",
)
mistake(
    "padding-mask-ignored",
    "forward.weights",
    BOTH,
    lambda s: _weights(s, padding=False),
    "the padding mask was not applied",
    "没有应用填充掩码",
    "where the mask is True is no key",
    "掩码为 True 处不是键",
)
mistake(
    "masked-after-softmax",
    "forward.weights",
    BOTH,
    _masked_after,
    "the mask was applied after the softmax: the weights no longer add up to 1",
    "掩码用在 softmax 之后：权重之和不再为 1",
    "set forbidden scores to −∞ before the softmax",
    "softmax 之前把禁止的得分设为 −∞",
)
mistake(
    "jacobian-diagonal",
    "backward.scores",
    BOTH,
    lambda s: s.inside("weights", "backward") * s.inside("weights") * (1 - s.inside("weights")),
    "only the diagonal of the softmax's Jacobian was used: p (1 − p)",
    "softmax 的雅可比矩阵只用了对角线：p(1 − p)",
    "∂E/∂score = p (g − Σ g p)",
    "∂E/∂score = p(g − Σ g p)",
)
mistake(
    "jacobian-without-its-sum",
    "backward.scores",
    BOTH,
    lambda s: s.inside("weights", "backward") * s.inside("weights"),
    "the softmax's Jacobian lacks Σ g p",
    "softmax 的雅可比矩阵漏了 Σ g p",
    "∂E/∂score = p (g − Σ g p)",
    "∂E/∂score = p(g − Σ g p)",
)
mistake(
    "jacobian-over-queries",
    "backward.scores",
    BOTH,
    lambda s: _to_scores(s, -2),
    "Σ g p was summed over the queries instead of the keys",
    "Σ g p 沿查询方向求了和，应沿键的方向",
    "the softmax went over the keys, the last axis",
    "softmax 沿键的方向，即最后一维",
)
mistake(
    "softmax-passed-over",
    "backward.scores",
    BOTH,
    lambda s: s.inside("weights", "backward"),
    "the gradient went past the softmax unchanged",
    "梯度原样越过了 softmax",
    "∂E/∂score = p (g − Σ g p)",
    "∂E/∂score = p(g − Σ g p)",
)
mistake(
    "mask-ignored-going-back",
    "backward.scores",
    BOTH,
    _mask_ignored_going_back,
    "the mask was not applied on the way back: what is forbidden gets a gradient",
    "反向传播时没有应用掩码：被禁止的位置也得到了梯度",
    "a weight that is 0 by the mask has gradient 0",
    "被掩码置 0 的权重，梯度为 0",
)
mistake(
    "scale-omitted-going-back",
    "backward.q backward.k backward",
    BOTH,
    lambda s: _unscaled(s) if s.inner or s.kind == "attention" else None,
    "the gradient was not divided by √d",
    "梯度没有除以 √d",
    "scores = q kᵀ / √d: ∂E/∂q = ∂E/∂scores k / √d",
    "scores = qkᵀ / √d：∂E/∂q = ∂E/∂scores·k / √d",
)
mistake(
    "scores-not-transposed-for-keys",
    "backward.k",
    MULTI,
    lambda s: s.inside("scores", "backward") @ s.inside("q") / _roots(s) if _is_square(s) else None,
    "the gradient of the keys lacks a transpose: it sums over the wrong axis of the scores",
    "键的梯度漏了转置：在得分的错误维度上求了和",
    "∂E/∂k = ∂E/∂scoresᵀ q / √d",
    "∂E/∂k = ∂E/∂scoresᵀ q / √d",
)
mistake(
    "weights-not-transposed-for-values",
    "backward.v",
    MULTI,
    lambda s: s.inside("weights") @ _apart(s, s.inside("context", "backward")) if _is_square(s) else None,
    "the gradient of the values lacks a transpose of the weights",
    "值的梯度中权重漏了转置",
    "∂E/∂v = weightsᵀ ∂E/∂context",
    "∂E/∂v = weightsᵀ ∂E/∂context",
)
mistake(
    "keys-for-values",
    "backward.weights",
    MULTI,
    lambda s: _apart(s, s.inside("context", "backward")) @ s.inside("k").swapaxes(-1, -2),
    "the gradient of the weights was made with the keys instead of the values",
    "权重的梯度用了键，应用值",
    "context = weights v: ∂E/∂weights = ∂E/∂context vᵀ",
    "context = weights·v：∂E/∂weights = ∂E/∂context vᵀ",
)
mistake(
    "heads-cut-across",
    "forward.q forward.k forward.v",
    MULTI,
    _cut_across,
    "the heads were cut by a reshape alone: (N, T, E) to (N, h, T, d) needs an exchange of axes",
    "分头时只做了 reshape：(N, T, E) 变成 (N, h, T, d) 还要交换维度",
    "reshape to (N, T, h, d), then exchange T and h",
    "先 reshape 成 (N, T, h, d)，再交换 T 和 h",
)
mistake(
    "heads-interleaved",
    "forward.q forward.k forward.v",
    MULTI,
    _interleaved,
    "the features were dealt out to the heads one by one instead of in blocks",
    "特征逐个轮流分给各头，应按连续的块分",
    "head i has the features i d … (i + 1) d − 1",
    "第 i 个头取特征 i·d … (i + 1)d − 1",
)
mistake(
    "in-projection-bias-omitted",
    "forward.q forward.k forward.v",
    MULTI,
    lambda s: _apart(s, _projected(s, "qkv".index(s.inner), biased=False)),
    "the bias of the projection was left out",
    "投影漏加了偏置",
    "q = x W_qᵀ + b_q",
    "q = xW_qᵀ + b_q",
)
mistake(
    "part-of-another",
    "forward.q forward.k forward.v",
    MULTI,
    lambda s: _apart(s, _projected(s, {"q": 1, "k": 0, "v": 1}[s.inner])) if len(s.xs) == 1 else None,
    "another part of in_proj_weight was used: the order is q, k, v",
    "用了 in_proj_weight 的另一段：顺序是 q、k、v",
    "in_proj_weight is W_q, W_k, W_v, one under the other",
    "in_proj_weight 依次是 W_q、W_k、W_v",
)
mistake(
    "heads-joined-across",
    "forward.context",
    MULTI,
    _joined_across,
    "the heads were put together by a reshape alone: exchange the axes first",
    "合并各头时只做了 reshape：要先交换维度",
    "(N, h, T, d) to (N, T, h, d), then to (N, T, E)",
    "(N, h, T, d) 先变为 (N, T, h, d)，再变为 (N, T, E)",
)
mistake(
    "out-projection-transposed",
    "forward backward.context",
    MULTI,
    _transposed_out,
    "W_o is transposed",
    "W_o 转置了",
    "y = context W_oᵀ + b_o goes back as g W_o",
    "y = context W_oᵀ + b_o 的反向是 g W_o",
)
mistake(
    "out-gradient-transposed",
    "gradient",
    MULTI,
    _out_gradient,
    "the gradient of W_o is transposed",
    "W_o 的梯度转置了",
    "∂E/∂W_o = Σ gᵀ context",
    "∂E/∂W_o = Σ gᵀ context",
)
mistake(
    "in-gradient-order",
    "gradient",
    MULTI,
    _in_another_order,
    "the gradients of keys and queries are exchanged in the stack",
    "键和查询的梯度在堆叠时位置对调了",
    "the order is q, k, v",
    "顺序是 q、k、v",
)
mistake(
    "query-path-alone",
    "backward",
    MULTI,
    lambda s: _parts_missing(s, "q"),
    "x got the gradient of the queries alone: it is also what the keys and values are made of",
    "x 只得到了查询的梯度：键和值也由 x 得到",
    "in self-attention x gets three gradients: add them",
    "自注意力中 x 有三份梯度：要相加",
)
mistake(
    "value-path-missing",
    "backward",
    MULTI,
    lambda s: _parts_missing(s, "qk"),
    "the gradient of x lacks the path through the values",
    "x 的梯度漏了经过值的路径",
    "in self-attention x gets three gradients: add them",
    "自注意力中 x 有三份梯度：要相加",
)
