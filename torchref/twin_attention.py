"""Twin attention: torch's scaled dot-product and multi-head attention, and their pieces; and torch's sum and joint.

The pieces are written out in torch's elementary operations; a test holds them against torch's functions.
"""

from collections.abc import Callable
from math import sqrt
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from torchref.twin_layers import Cut


class Merge(nn.Module):
    """A function of several inputs as a module."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *xs: Tensor) -> Tensor:
        """The function of them."""
        return self.function(*xs)


def residual(_: Any) -> nn.Module:
    """The sum of two."""
    return Merge(torch.add)


def concat(layer: Any) -> nn.Module:
    """All along an axis."""
    return Merge(lambda *xs: torch.cat(xs, layer.axis))


class Attention(nn.Module):
    """torch's own scaled dot-product attention."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, q: Tensor, k: Tensor, v: Tensor, padding_mask: Tensor | None = None) -> Tensor:
        """With the masks in one."""
        mask = None if padding_mask is None else padding_mask[:, None]
        forbidden = _forbidden(self.layer, q.shape[1], k.shape[1], mask, q.device)
        return F.scaled_dot_product_attention(q, k, v, None if forbidden is None else ~forbidden)


class MultiHeadAttention(nn.Module):
    """torch's own, without its weights as a second output: a query that may look nowhere gets 0."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer
        for name, shape in layer.parameter_shapes().items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))

    def forward(self, query: Tensor, memory: Tensor | None = None, padding_mask: Tensor | None = None) -> Tensor:
        """Of a sequence to itself, or to a memory."""
        own: Any = self  # its parameters may be replaced by tensors
        layer, memory = self.layer, query if memory is None else memory
        q, m = query.transpose(0, 1), memory.transpose(0, 1)
        y, _ = F.multi_head_attention_forward(
            q,
            m,
            m,
            layer.embed,
            layer.heads,
            own.in_proj_weight,
            own.in_proj_bias,
            None,
            None,
            False,
            0.0,
            own.out_proj_weight,
            own.out_proj_bias,
            key_padding_mask=padding_mask,
            need_weights=False,
            attn_mask=_forbidden(layer, q.shape[0], m.shape[0], None, query.device),
        )
        return y.transpose(0, 1)


def _forbidden(layer: Any, t: int, s: int, mask: Tensor | None, device: torch.device) -> Tensor | None:
    """Where nobody may look: (T, S), or with a mask (N, …, T, S)."""
    if not layer.causal:
        return None if mask is None else mask.expand(*mask.shape[:-2], t, s)
    beyond = torch.ones(t, s, dtype=torch.bool, device=device).triu(1)
    return beyond if mask is None else beyond | mask


def _weights(scores: Tensor, forbidden: Tensor | None) -> Tensor:
    if forbidden is None:
        return scores.softmax(-1)
    nowhere = forbidden.all(-1, keepdim=True)
    weights = scores.masked_fill(forbidden & ~nowhere, -torch.inf).softmax(-1)
    return weights.masked_fill(nowhere, 0.0)


def attention(layer: Any, cut: Cut, x: tuple[Tensor, Tensor, Tensor], padding_mask: Tensor | None = None) -> Tensor:
    """Scores and weights."""
    q, k, v = x
    mask = None if padding_mask is None else padding_mask[:, None]
    scores = cut("scores", q @ k.mT / sqrt(q.shape[-1]))
    return cut("weights", _weights(scores, _forbidden(layer, q.shape[1], k.shape[1], mask, q.device))) @ v


def multi_head_attention(
    layer: Any,
    cut: Cut,
    x: Any,
    in_proj_weight: Tensor,
    in_proj_bias: Tensor,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor,
    padding_mask: Tensor | None = None,
) -> Tensor:
    """Queries, keys and values in heads, scores, weights, and the heads' outputs side by side."""
    query, memory = x if isinstance(x, tuple) else (x, x)
    weights, biases = in_proj_weight.chunk(3), in_proj_bias.chunk(3)

    def heads(of: Tensor, place: int) -> Tensor:
        made = of @ weights[place].T + biases[place]
        return made.reshape(*made.shape[:-1], layer.heads, -1).transpose(1, 2)

    q, k, v = cut("q", heads(query, 0)), cut("k", heads(memory, 1)), cut("v", heads(memory, 2))
    mask = None if padding_mask is None else padding_mask[:, None, None]
    scores = cut("scores", q @ k.mT / sqrt(q.shape[-1]))
    looked = cut("weights", _weights(scores, _forbidden(layer, q.shape[2], k.shape[2], mask, q.device)))
    context = cut("context", (looked @ v).transpose(1, 2).flatten(2))
    return context @ out_proj_weight.T + out_proj_bias
