"""Attention: y = softmax(q kᵀ / √d) v: each query takes of the values what its likeness to their keys says.

    scores = q kᵀ / √d                                     (N, T, S)
    weights = softmax of the scores over S, 0 where a mask forbids
    y = weights v

Derivation   Three products and a softmax, each gone back through by itself:
             ∂E/∂weights = g vᵀ · ∂E/∂v = weightsᵀ g
             ∂E/∂scores = weights (∂E/∂weights − Σₛ ∂E/∂weights weights)   as in manual/layers/softmax.py; what is
             forbidden has weight 0, and so gradient 0
             ∂E/∂q = ∂E/∂scores k / √d · ∂E/∂k = ∂E/∂scoresᵀ q / √d
             √d keeps the scores of size 1 when q and k are: a sum of d products of such numbers is of size √d.
Masks        causal: query t may not look at keys after t. padding_mask (N, S): True where a key is none and nobody may
             look. A query that may look nowhere gets y = 0, as torch.nn.functional.scaled_dot_product_attention gives
             it; a softmax written out gives 0/0, and so does torch.nn.MultiheadAttention where it returns weights.
Shapes       x = (q (N, T, d), k (N, S, d), v (N, S, e)) -> y (N, T, e)
Saves        q, k, v, weights
Raises       InputError if these do not fit together
Source       Vaswani et al., arXiv 1706.03762, section 3.2.1
"""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer
from manual.layers.softmax import Softmax

SOFTMAX = Softmax()
Three = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Attention(Layer):
    """Scaled dot-product attention with one head."""

    kind = "attention"

    causal: bool = False
    padding: bool = False

    def output_shape(self, input_shape: tuple[Shape, Shape, Shape]) -> Shape:
        """(T, d), (S, d), (S, e) -> (T, e)."""
        shapes = [shape if len(shape) == 2 else (0, 0) for shape in input_shape] if len(input_shape) == 3 else [(0, 0)]
        if min(map(min, shapes)) < 1 or shapes[0][1] != shapes[1][1] or shapes[1][0] != shapes[2][0]:
            raise must_be(f"{self.kind}: x", "q (N, T, d), k (N, S, d) and v (N, S, e)", input_shape)
        return (shapes[0][0], shapes[2][1])

    def state_shapes(self, input_shape: tuple[Shape, Shape, Shape]) -> dict[str, Shape]:
        """The padding mask (N, S), if there is one."""
        return {"padding_mask": input_shape[1][:2]} if self.padding else {}

    def inner_shapes(self, input_shape: tuple[Shape, Shape, Shape]) -> dict[str, Shape]:
        """The scores, and the weights."""
        (n, t, _), (_, s, _), _ = input_shape
        return {"scores": (n, t, s), "weights": (n, t, s)}

    @property
    def inner_gradients(self) -> tuple[str, ...]:
        """Both."""
        return ("scores", "weights")

    def forward_scores(self, x: Three, out: Array | None = None) -> Array:
        """Q kᵀ / √d."""
        return scores_of(x[0], x[1], out)

    def forward_weights(self, scores: Array, padding_mask: Array | None = None, out: Array | None = None) -> Array:
        """softmax(scores) where it is allowed to look, else 0."""
        mask = None if padding_mask is None else padding_mask[..., None, :]
        return weights_of(scores, self.causal, mask, out)

    def forward(self, weights: Array, x: Three, out: Array | None = None) -> Array:
        """Y = weights v."""
        return np.matmul(weights, x[2], out=out)

    def backward_weights(self, grad_output: Array, x: Three, out: Array | None = None) -> Array:
        """∂E/∂weights = g vᵀ."""
        return np.matmul(grad_output, x[2].mT, out=out)

    def backward_scores(self, grad_weights: Array, weights: Array, out: Array | None = None) -> Array:
        """∂E/∂scores = weights (∂E/∂weights − Σ ∂E/∂weights weights)."""
        return SOFTMAX.backward(grad_weights, weights, out)

    def backward(
        self, grad_output: Array, grad_scores: Array, weights: Array, x: Three, out: Three | None = None
    ) -> Three:
        """∂E/∂q, ∂E/∂k and ∂E/∂v."""
        to_q, to_k, to_v = out or (None, None, None)
        q, k, _ = x
        return grad_q(grad_scores, k, to_q), grad_k(grad_scores, q, to_k), np.matmul(weights.mT, grad_output, out=to_v)


def scores_of(q: Array, k: Array, out: Array | None) -> Array:
    """Q kᵀ / √d."""
    scores = np.matmul(q, k.mT, out=out)
    return np.multiply(scores, 1 / sqrt(q.shape[-1]), out=scores)


def weights_of(scores: Array, causal: bool, mask: Array | None, out: Array | None) -> Array:
    """The softmax of scores (…, T, S) over S; 0 where `mask` is True, or beyond the diagonal if causal."""
    if not causal and mask is None:
        return SOFTMAX.forward(scores, out)
    forbidden = np.triu(np.ones(scores.shape[-2:], bool), 1) if causal else np.zeros((1, 1), bool)
    if mask is not None:
        forbidden = forbidden | mask
    weights = np.positive(scores, out=out)
    np.copyto(weights, -inf, where=forbidden)
    largest = weights.max(axis=-1, keepdims=True)
    np.copyto(largest, 0.0, where=largest == -inf)  # a query that may look nowhere
    np.exp(np.subtract(weights, largest, out=weights), out=weights)
    total = weights.sum(axis=-1, keepdims=True)
    np.copyto(total, 1.0, where=total == 0.0)
    return np.divide(weights, total, out=weights)


def grad_q(grad_scores: Array, k: Array, out: Array | None) -> Array:
    """∂E/∂q = ∂E/∂scores k / √d."""
    grad = np.matmul(grad_scores, k, out=out)
    return np.multiply(grad, 1 / sqrt(k.shape[-1]), out=grad)


def grad_k(grad_scores: Array, q: Array, out: Array | None) -> Array:
    """∂E/∂k = ∂E/∂scoresᵀ q / √d."""
    return grad_q(grad_scores.mT, q, out)
