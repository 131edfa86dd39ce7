"""Multi-head attention: attention in several smaller spaces at once, its queries, keys and values made by matrices.

    q, k, v = x W_qᵀ + b_q, m W_kᵀ + b_k, m W_vᵀ + b_v, each (N, T, E) cut into h heads of d = E / h: (N, h, T, d)
    context = attention(q, k, v), head by head, with the heads side by side again (N, T, E)
    y = context W_oᵀ + b_o

    x asks and m, the memory, is asked; self-attention has m = x. The three W and b are stacked as in
    torch.nn.MultiheadAttention: in_proj_weight (3E, E), in_proj_bias (3E,); then out_proj_weight and out_proj_bias.

Derivation   Inside, manual/layers/attention.py. Around it are products as in a fully connected layer over all places:
             ∂E/∂context = g W_o · ∂E/∂W_o = Σ gᵀ context · ∂E/∂b_o = Σ g, over examples and places
             ∂E/∂W_q = Σ ∂E/∂qᵀ x · ∂E/∂W_k = Σ ∂E/∂kᵀ m · ∂E/∂W_v = Σ ∂E/∂vᵀ m, with the heads side by side
             ∂E/∂x = ∂E/∂q W_q · ∂E/∂m = ∂E/∂k W_k + ∂E/∂v W_v; in self-attention x gets all three
             Cutting into heads only renames places: feature j of head i is number i d + j.
Shapes       x (N, T, E), or (x (N, T, E), m (N, S, E)) -> y (N, T, E); padding_mask (N, S)
Saves        x, q, k, v, weights, context
Raises       InputError if E is no multiple of the heads, or an example does not fit
Source       Vaswani et al., arXiv 1706.03762, section 3.2.2
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.attention import SOFTMAX, grad_k, grad_q, scores_of, weights_of
from manual.layers.layer import Layer
from manual.rows import grad_bias, grad_weight, grad_x, project


@dataclass(frozen=True)
class MultiHeadAttention(Layer):
    """Attention with several heads, of a sequence to itself or to a memory."""

    kind = "multi_head_attention"

    embed: int
    heads: int
    causal: bool = False
    padding: bool = False

    def __post_init__(self) -> None:
        if self.heads < 1 or self.embed < 1 or self.embed % self.heads:
            raise must_be(f"{self.kind}: embed", "a multiple of heads", (self.embed, self.heads))

    def parameter_shapes(self) -> dict[str, Shape]:
        """As torch.nn.MultiheadAttention has them."""
        e = self.embed
        return {
            "in_proj_weight": (3 * e, e),
            "in_proj_bias": (3 * e,),
            "out_proj_weight": (e, e),
            "out_proj_bias": (e,),
        }

    def output_shape(self, input_shape: Any) -> Shape:
        """(T, E), or (T, E) and (S, E), -> (T, E)."""
        query, memory = _both(input_shape)
        if (len(query), len(memory)) != (2, 2) or {query[1], memory[1]} != {self.embed}:
            raise must_be(f"{self.kind}: x", f"of shape (N, T, {self.embed}), the memory too", input_shape)
        shape: Shape = query
        return shape

    def state_shapes(self, input_shape: Any) -> dict[str, Shape]:
        """The padding mask (N, S), if there is one."""
        return {"padding_mask": _both(input_shape)[1][:2]} if self.padding else {}

    def inner_shapes(self, input_shape: Any) -> dict[str, Shape]:
        """The heads' queries, keys and values, scores and weights, and what they bring together."""
        (n, t, e), (_, s, _) = _both(input_shape)
        h, d = self.heads, self.embed // self.heads
        heads = {"q": (n, h, t, d), "k": (n, h, s, d), "v": (n, h, s, d)}
        return heads | {"scores": (n, h, t, s), "weights": (n, h, t, s), "context": (n, t, e)}

    @property
    def inner_gradients(self) -> tuple[str, ...]:
        """All of them."""
        return ("q", "k", "v", "scores", "weights", "context")

    def example_shape(self) -> Shape:
        """Seven places."""
        return (7, self.embed)

    def forward_q(self, x: Any, in_proj_weight: Array, in_proj_bias: Array, out: Array | None = None) -> Array:
        """X W_qᵀ + b_q, in heads."""
        return self._project(_both(x)[0], 0, in_proj_weight, in_proj_bias, out)

    def forward_k(self, x: Any, in_proj_weight: Array, in_proj_bias: Array, out: Array | None = None) -> Array:
        """M W_kᵀ + b_k, in heads."""
        return self._project(_both(x)[1], 1, in_proj_weight, in_proj_bias, out)

    def forward_v(self, x: Any, in_proj_weight: Array, in_proj_bias: Array, out: Array | None = None) -> Array:
        """M W_vᵀ + b_v, in heads."""
        return self._project(_both(x)[1], 2, in_proj_weight, in_proj_bias, out)

    def _project(self, x: Array, place: int, weight: Array, bias: Array, out: Array | None) -> Array:
        part = slice(place * self.embed, (place + 1) * self.embed)
        return np.positive(self.apart(project(x, weight[..., part, :], bias[..., part])), out=out)

    def apart(self, side_by_side: Array) -> Array:
        """The heads apart: (…, N, T, E) -> (…, N, h, T, d), a view."""
        return side_by_side.reshape(*side_by_side.shape[:-1], self.heads, -1).swapaxes(-3, -2)

    def beside(self, apart: Array) -> Array:
        """The heads side by side: (…, N, h, T, d) -> (…, N, T, E)."""
        turned = apart.swapaxes(-3, -2)
        return turned.reshape(*turned.shape[:-2], self.embed)

    def forward_scores(self, q: Array, k: Array, out: Array | None = None) -> Array:
        """Q kᵀ / √d."""
        return scores_of(q, k, out)

    def forward_weights(self, scores: Array, padding_mask: Array | None = None, out: Array | None = None) -> Array:
        """softmax(scores) where it is allowed to look, else 0; one mask for all heads."""
        mask = None if padding_mask is None else padding_mask[..., None, None, :]
        return weights_of(scores, self.causal, mask, out)

    def forward_context(self, weights: Array, v: Array, out: Array | None = None) -> Array:
        """Weights v, with the heads side by side."""
        return np.positive(self.beside(np.matmul(weights, v)), out=out)

    def forward(self, context: Array, out_proj_weight: Array, out_proj_bias: Array, out: Array | None = None) -> Array:
        """Y = context W_oᵀ + b_o."""
        return project(context, out_proj_weight, out_proj_bias, out)

    def backward_context(self, grad_output: Array, out_proj_weight: Array, out: Array | None = None) -> Array:
        """∂E/∂context = g W_o."""
        return grad_x(grad_output, out_proj_weight, out)

    def backward_weights(self, grad_context: Array, v: Array, out: Array | None = None) -> Array:
        """∂E/∂weights = ∂E/∂context vᵀ, head by head."""
        return np.matmul(self.apart(grad_context), v.mT, out=out)

    def backward_scores(self, grad_weights: Array, weights: Array, out: Array | None = None) -> Array:
        """∂E/∂scores = weights (∂E/∂weights − Σ ∂E/∂weights weights)."""
        return SOFTMAX.backward(grad_weights, weights, out)

    def backward_v(self, grad_context: Array, weights: Array, out: Array | None = None) -> Array:
        """∂E/∂v = weightsᵀ ∂E/∂context, head by head."""
        return np.matmul(weights.mT, self.apart(grad_context), out=out)

    def backward_k(self, grad_scores: Array, q: Array, out: Array | None = None) -> Array:
        """∂E/∂k = ∂E/∂scoresᵀ q / √d."""
        return grad_k(grad_scores, q, out)

    def backward_q(self, grad_scores: Array, k: Array, out: Array | None = None) -> Array:
        """∂E/∂q = ∂E/∂scores k / √d."""
        return grad_q(grad_scores, k, out)

    def backward(
        self, x: Any, grad_q: Array, grad_k: Array, grad_v: Array, in_proj_weight: Array, out: Any = None
    ) -> Any:
        """∂E/∂x = ∂E/∂q W_q, ∂E/∂m = ∂E/∂k W_k + ∂E/∂v W_v; their sum where x is its own memory."""
        parts = zip((grad_q, grad_k, grad_v), np.split(in_proj_weight, 3, axis=-2), strict=True)
        to_query, to_k, to_v = (grad_x(self.beside(grad), weight) for grad, weight in parts)
        to_memory = np.add(to_k, to_v, out=to_k)
        if not isinstance(x, tuple):
            return np.add(to_query, to_memory, out=out)
        if out is None:
            return to_query, to_memory
        return np.positive(to_query, out=out[0]), np.positive(to_memory, out=out[1])

    def grad_in_proj_weight(
        self, x: Any, grad_q: Array, grad_k: Array, grad_v: Array, out: Array | None = None
    ) -> Array:
        """Σ ∂E/∂qᵀ x, Σ ∂E/∂kᵀ m, Σ ∂E/∂vᵀ m, one under the other."""
        query, memory = _both(x)
        pairs = ((grad_q, query), (grad_k, memory), (grad_v, memory))
        return np.concatenate([grad_weight(self.beside(g), of) for g, of in pairs], axis=-2, out=out)

    def grad_in_proj_bias(self, grad_q: Array, grad_k: Array, grad_v: Array, out: Array | None = None) -> Array:
        """Σ ∂E/∂q, Σ ∂E/∂k, Σ ∂E/∂v over examples and places, one after the other."""
        return np.concatenate([grad_bias(self.beside(g)) for g in (grad_q, grad_k, grad_v)], axis=-1, out=out)

    def grad_out_proj_weight(self, grad_output: Array, context: Array, out: Array | None = None) -> Array:
        """∂E/∂W_o = Σ gᵀ context."""
        return grad_weight(grad_output, context, out)

    def grad_out_proj_bias(self, grad_output: Array, out: Array | None = None) -> Array:
        """∂E/∂b_o = Σ g."""
        return grad_bias(grad_output, out)


def _both(given: Any) -> tuple[Any, Any]:
    """What asks and what is asked, arrays or shapes: a pair, or one that is both."""
    return given if isinstance(given, tuple) and not isinstance(given[0], int) else (given, given)
