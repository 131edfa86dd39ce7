"""Self-attention with two heads and both masks: forward, and backward from a gradient of its output."""

import numpy as np

from manual.case import Case
from manual.layers.multi_head_attention import MultiHeadAttention
from manual.losses.inner_product import InnerProduct
from manual.network import Network
from manual.optimisers.sgd import SGD
from torchref.crosschecks.layout import Layout
from torchref.grade.assignment import Assignment
from torchref.grade.record import Text
from torchref.grade.tasks.case_task import CaseTask

# Features, places, examples.
SIZES = {"visible": (6, 5, 3), "hidden": (8, 7, 4), "large": (32, 24, 4)}
HEADS = 2
NAME = "multi_head_attention0"


def cases(rng: np.random.Generator, kind: str) -> Case:
    """Causal attention; of each example the last places are padding, at most half of them."""
    embed, places, examples = SIZES[kind]
    network = Network((MultiHeadAttention(embed, HEADS, causal=True, padding=True),))
    parameters = {
        name: rng.standard_normal(shape) * (0.5 if len(shape) == 1 else 1.5 / np.sqrt(shape[-1]))
        for name, shape in network.parameter_shapes.items()
    }
    padding = np.arange(places) >= rng.integers(places // 2 + 1, places, size=examples)[:, None]
    x, target = rng.standard_normal((examples, places, embed)), rng.standard_normal((examples, places, embed))
    states = {f"{NAME}.padding_mask": padding}
    return Case(network, parameters, x, target, InnerProduct("sum"), SGD(), states=states)


GIVEN: dict[str, Layout] = {
    "x": "x",
    "W": f"{NAME}.in_proj_weight.T",
    "b": f"{NAME}.in_proj_bias",
    "Wo": f"{NAME}.out_proj_weight.T",
    "bo": f"{NAME}.out_proj_bias",
    "padding": f"{NAME}.padding_mask",
}
INNER = ("q", "k", "v", "scores", "weights", "context")
VALUES: dict[str, Layout] = {**{name: f"forward/{NAME}.{name}" for name in INNER}, "y": f"forward/{NAME}"}

assignment = Assignment(
    "attention",
    "Self-attention with two heads, causal and padding masks: forward and backward",
    "带因果掩码和填充掩码的双头自注意力：前向与反向",
    text="x is (N, T, E). x W + b, with W (E, 3E), holds queries, keys and values side by side; each is cut into 2 "
    "heads of d = E / 2 features, (N, 2, T, d), the first half of the features being the first head. scores = "
    "q kᵀ / √d (N, 2, T, T), before any mask; weights are their softmax over the keys, where key s has weight 0 for "
    "query t if s > t or padding[n, s]; context (N, T, E) is weights v with the heads side by side; "
    "y = context Wo + bo.",
    text_chinese="x 为 (N, T, E)。x W + b（W 为 (E, 3E)）依次是查询、键、值；各分成 2 个头，每头 d = E / 2 个特征，"
    "形状 (N, 2, T, d)，前一半特征是第一个头。scores = q kᵀ / √d (N, 2, T, T)，不含掩码；weights 是沿键的 softmax，"
    "当 s > t 或 padding[n, s] 时，键 s 对查询 t 的权重为 0；context (N, T, E) 是 weights v 把各头并排；"
    "y = context Wo + bo。",
)
assignment.add(
    CaseTask(
        "forward",
        5,
        cases,
        GIVEN,
        VALUES,
        Text("Forward", "前向"),
        Text(
            "x (N, T, E), W (E, 3E), b (3E,), Wo (E, E), bo (E,), padding (N, T), True where a place is padding -> a "
            "dict with q, k, v (N, 2, T, d), scores, weights (N, 2, T, T), context, y (N, T, E)",
            "x (N, T, E)、W (E, 3E)、b (3E,)、Wo (E, E)、bo (E,)、padding (N, T)（True 为填充）-> 字典：q、k、v "
            "(N, 2, T, d)，scores、weights (N, 2, T, T)，context、y (N, T, E)",
        ),
    )
)
assignment.add(
    CaseTask(
        "backward",
        9,
        cases,
        {**GIVEN, **{name: layout for name, layout in VALUES.items() if name != "y"}, "dy": f"backward/{NAME}"},
        {
            **{f"d{name}": f"backward/{NAME}.{name}" for name in reversed(INNER)},
            "dx": "backward/input",
            "dW": f"gradient/{NAME}.in_proj_weight.T",
            "db": f"gradient/{NAME}.in_proj_bias",
            "dWo": f"gradient/{NAME}.out_proj_weight.T",
            "dbo": f"gradient/{NAME}.out_proj_bias",
        },
        Text("Backward", "反向"),
        Text(
            "what forward gets, q, k, v, scores, weights, context, and dy (N, T, E) -> a dict with dcontext, dweights, "
            "dscores, dv, dk, dq, dx, dW, db, dWo, dbo, each of the shape of what it is named after",
            "forward 的输入，q、k、v、scores、weights、context，以及 dy (N, T, E) -> 字典：dcontext、dweights、"
            "dscores、dv、dk、dq、dx、dW、db、dWo、dbo，形状与其对应的量相同",
        ),
        forward="forward",
        hidden=2,
    )
)
