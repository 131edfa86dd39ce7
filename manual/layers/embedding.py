"""Embedding: y_nt = the row of W that the id x_nt names.

Derivation   y_ntd = W_(x_nt)d, so a row of W meets every place where its id stands: ∂E/∂W_vd = Σ g_ntd over the places
             with x_nt = v. An id that stands twice gets both gradients, and a row that is never named gets 0. Ids have
             no gradient.
Shapes       x (N, …), integers below V · weight (V, D) -> y (N, …, D)
Backward     ∂E/∂W as above,   g = ∂E/∂y
Saves        x
Raises       InputError if an id is below 0 or not below V
Source       torch.nn.Embedding
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be
from manual.layers.layer import Layer


@dataclass(frozen=True)
class Embedding(Layer):
    """A table of V rows with D numbers each."""

    kind = "embedding"
    takes_ids = True
    broadcasts_x = True

    num_embeddings: int
    embedding_dim: int

    def parameter_shapes(self) -> dict[str, Shape]:
        """Weight (V, D)."""
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(…) -> (…, D)."""
        return (*input_shape, self.embedding_dim)

    def example_shape(self) -> Shape:
        """More ids than rows in five examples, so that some repeat."""
        return (self.num_embeddings,)

    def check_ids(self, ids: Array) -> None:
        """Raises InputError if an id names no row."""
        if ids.min() < 0 or ids.max() >= self.num_embeddings:
            raise must_be("x", f"ids from 0 to {self.num_embeddings - 1}", f"{ids.min()} to {ids.max()}")

    def forward(self, x: Array, weight: Array, out: Array | None = None) -> Array:
        """Y = W[x]."""
        return np.positive(np.take(weight, x, axis=-2), out=out)

    def grad_weight(self, grad_output: Array, x: Array, out: Array | None = None) -> Array:
        """∂E/∂W: each place's g, added to the row that its id names."""
        lead = grad_output.shape[: grad_output.ndim - x.ndim - 1]
        out = np.empty((*lead, self.num_embeddings, self.embedding_dim), grad_output.dtype) if out is None else out
        out[...] = 0
        rows: Any = (..., x.reshape(-1), slice(None))
        np.add.at(out, rows, grad_output.reshape(*lead, -1, self.embedding_dim))
        return out
