"""Twin: the same networks in torch.nn, one row of the table a kind, and the trace that autograd gives of a case.

Nothing here calls manual's mathematics: what the two sides share is the specification, the case and the names.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from manual.arrays import Array
from manual.case import Case
from manual.layers import Layer
from manual.network import Network, Node
from manual.penalty import Penalty
from manual.trace import Trace
from torchref import draws, rounding
from torchref import draws_sequences as sequences
from torchref import rounding_activations as curves
from torchref import twin_attention as attention
from torchref import twin_layers as made
from torchref import twin_recurrent as recurrent
from torchref.precision import ieee_float32
from torchref.twin_losses import LOSSES as LOSSES
from torchref.twin_losses import loss_elements as loss_elements
from torchref.twin_losses import reduce as reduce
from torchref.twin_optimisers import OPTIMISERS as OPTIMISERS
from torchref.twin_optimisers import buffers_of
from torchref.twin_optimisers import build_optimiser as build_optimiser
from torchref.twin_optimisers import clip as clip
from torchref.twin_optimisers import clipped as clipped
from torchref.twin_optimisers import update as update


@dataclass(frozen=True)
class LayerTwin:
    """How torch makes a layer of a kind, and how its steps are rounded.

    build    the torch module of a layer, called with its inputs, and with its states by name; it leaves what they
             become in `next_states`
    rule     how its steps are rounded; None where that is found by trying (torchref/layer_step.py)
    pieces   the same computation as a function (layer, cut, x, **parameters and states) that hands each inner
             quantity to `cut(name, value)` and goes on with what that returns; states that change to `cut.next`
    draw     a random layer that examples of a shape can enter, or None: see torchref/draws.py
    """

    build: Callable[[Any], nn.Module]
    rule: rounding.Rule | None = None
    pieces: Callable[..., Tensor] | None = None
    draw: draws.Draw | None = None


LAYERS: dict[str, LayerTwin] = {
    "linear": LayerTwin(made.linear, rounding.SumsOfProducts(), draw=draws.linear),
    "conv": LayerTwin(made.conv, rounding.Multilinear(), draw=draws.conv),
    "conv_transpose": LayerTwin(made.conv_transpose, rounding.Multilinear(), draw=draws.conv_transpose),
    "max_pool": LayerTwin(made.max_pool, draw=draws.max_pool),
    "avg_pool": LayerTwin(made.avg_pool, draw=draws.avg_pool),
    "global_avg_pool": LayerTwin(made.global_avg_pool, draw=draws.global_avg_pool),
    "flatten": LayerTwin(lambda at: nn.Flatten(-at.axes), draw=draws.flatten),
    "upsample": LayerTwin(lambda at: nn.Upsample(scale_factor=at.scale), draw=draws.upsample),
    "batch_norm": LayerTwin(made.BatchNorm, pieces=made.batch_norm, draw=draws.batch_norm),
    "layer_norm": LayerTwin(lambda at: nn.LayerNorm(at.shape, at.eps), pieces=made.layer_norm, draw=draws.layer_norm),
    "group_norm": LayerTwin(
        lambda at: nn.GroupNorm(at.groups, at.channels, at.eps), pieces=made.group_norm, draw=draws.group_norm
    ),
    "rms_norm": LayerTwin(lambda at: nn.RMSNorm(at.shape, at.eps), pieces=made.rms_norm, draw=draws.rms_norm),
    "dropout": LayerTwin(made.Dropout, draw=draws.dropout),
    "embedding": LayerTwin(lambda at: nn.Embedding(at.num_embeddings, at.embedding_dim), draw=draws.embedding),
    "rnn": LayerTwin(recurrent.OverTime, pieces=recurrent.rnn, draw=sequences.rnn),
    "lstm": LayerTwin(recurrent.OverTime, pieces=recurrent.lstm, draw=sequences.lstm),
    "gru": LayerTwin(recurrent.OverTime, pieces=recurrent.gru, draw=sequences.gru),
    "positionwise_linear": LayerTwin(
        lambda at: nn.Linear(at.in_features, at.out_features, bias=at.bias), draw=sequences.positionwise_linear
    ),
    "attention": LayerTwin(attention.Attention, pieces=attention.attention, draw=sequences.merging),
    "multi_head_attention": LayerTwin(
        attention.MultiHeadAttention, pieces=attention.multi_head_attention, draw=sequences.multi_head_attention
    ),
    "residual": LayerTwin(attention.residual, draw=sequences.merging),
    "concat": LayerTwin(attention.concat, draw=sequences.merging),
    "identity": LayerTwin(lambda _: nn.Identity(), rounding.Elementwise(np.abs, np.ones_like)),
    "relu": LayerTwin(lambda _: nn.ReLU(), rounding.Elementwise(np.abs, np.ones_like)),
    # y (1 − y) with a rounded y: y (1 − y) + y |1 − 2y|, which is at most 2y.
    "sigmoid": LayerTwin(lambda _: nn.Sigmoid(), rounding.Elementwise(np.abs, np.abs)),
    # (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ) and 1 − y², which cancel numbers of the size of 1.
    "tanh": LayerTwin(lambda _: nn.Tanh(), rounding.Elementwise(np.ones_like, np.ones_like)),
    "softmax": LayerTwin(lambda _: nn.Softmax(dim=-1), rounding.Softmax()),
    "log_softmax": LayerTwin(lambda _: nn.LogSoftmax(dim=-1), curves.LogSoftmax()),
    "leaky_relu": LayerTwin(lambda layer: nn.LeakyReLU(layer.slope), curves.LEAKY_RELU),
    "elu": LayerTwin(lambda layer: nn.ELU(layer.alpha), curves.ELU),
    "selu": LayerTwin(lambda _: nn.SELU(), curves.SELU),
    "softplus": LayerTwin(lambda layer: nn.Softplus(layer.beta, layer.threshold), curves.SOFTPLUS),
    "silu": LayerTwin(lambda _: nn.SiLU(), curves.SILU),
    "gelu": LayerTwin(lambda _: nn.GELU(), curves.GELU),
    "gelu_tanh": LayerTwin(lambda _: nn.GELU(approximate="tanh"), curves.GELU_TANH),
    "hardtanh": LayerTwin(lambda layer: nn.Hardtanh(layer.low, layer.high), curves.HARDTANH),
}

SURFACES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "bowl": lambda x, y: x * x + y * y,
    "uneven-bowl": lambda x, y: x * x + 10 * (y * y),
    "two-valleys": lambda x, y: (x * x - 1) * (x * x - 1) + 0.3 * x + y * y,
}


def build_layer(layer: Layer) -> nn.Module:
    """The torch module of one layer; its parameters have the layer's names and shapes."""
    return LAYERS[layer.kind].build(layer)


class Twin(nn.Module):
    """The twin of a network; its state_dict has our parameters' names and shapes."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.made = {node.name: build_layer(node.layer) for node in network.nodes}
        for name, module in self.made.items():
            *blocks, last = name.split(".")
            room: nn.Module = self
            for depth, block in enumerate(blocks):
                if not hasattr(room, block):  # a block's layers are inside the layer that merges them, which comes last
                    room.add_module(block, self.made.get(".".join(blocks[: depth + 1]), nn.Module()))
                room = room.get_submodule(block)
            if not hasattr(room, last):
                room.add_module(last, module)

    def outputs(self, x: Tensor, states: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """What comes in, as "input", and what each node gives."""
        values = {"input": x}
        for node in self.network.nodes:
            own = {n.rpartition(".")[2]: s for n, s in (states or {}).items() if n.rpartition(".")[0] == node.name}
            values[node.name] = self.made[node.name](*(values[source] for source in node.sources), **own)
        return values

    def forward(self, x: Tensor, states: Mapping[str, Tensor] | None = None) -> Tensor:
        """The network's output."""
        return self.outputs(x, states)[self.network.names[-1]]

    def next_states(self, node: Node) -> dict[str, Tensor]:
        """What the states that the last call has changed became."""
        module: Any = self.made[node.name]
        return {state: module.next_states[state] for state in node.layer.next_states}


def build(network: Network) -> Twin:
    """The twin of a network."""
    return Twin(network)


def penalty_value(penalty: Penalty, parameters: Mapping[str, Tensor]) -> Tensor:
    """l1 Σ|w| + ½ l2 Σ w² over the penalised parameters."""
    terms = [
        penalty.l1 * value.abs().sum() + 0.5 * penalty.l2 * value.square().sum()
        for name, value in parameters.items()
        if penalty.applies_to(name)
    ]
    return torch.stack(terms).sum() if terms else torch.zeros(())


def tensor(array: Array, device: str = "cpu", dtype: torch.dtype | None = None) -> Tensor:
    """A copy of an array, on a device, in a dtype or its own."""
    return torch.tensor(array, device=device, dtype=dtype)


@ieee_float32()
def run(case: Case, device: str = "cpu") -> Trace:
    """One training step of `case` by torch: autograd gives the gradient of every intermediate and every parameter."""
    model = build(case.network).to(dtype_of(case))
    model.load_state_dict({name: tensor(value) for name, value in case.parameters.items()})
    model.to(device)
    x = tensor(case.x, device)
    if x.is_floating_point():
        x.requires_grad_()
    states = {name: tensor(value, device) for name, value in case.states.items()}
    with_gradient = {
        f"{node.name}.{s}": states[f"{node.name}.{s}"].requires_grad_()
        for node in case.network.nodes
        for s in node.layer.state_gradients
    }
    target = tensor(case.target, device)
    outputs = model.outputs(x, states)
    for output in outputs.values():
        if output.requires_grad:
            output.retain_grad()
    value = outputs[case.network.names[-1]]
    elements = loss_elements(case.loss, value, target)
    loss = reduce(case.loss, elements, target)
    named_parameters = dict(model.named_parameters())
    parameters = {name: named_parameters[name] for name in case.network.parameter_shapes}  # a block's own come last
    scalars = {"loss": loss}
    if case.penalty:
        penalty = penalty_value(case.penalty, parameters)
        scalars |= {"penalty": penalty, "objective": loss + penalty}
    torch.autograd.backward(scalars.get("objective", loss))
    gradients = {name: p.grad.clone() for name, p in parameters.items() if p.grad is not None}
    made = _update(case, {name: p for name, p in parameters.items() if name not in case.frozen}, device)
    named: dict[str, Tensor | None] = {
        **dict(_forward(model, outputs)),
        "loss/elements": elements,
        **scalars,
        **{f"backward/{name}": outputs[name].grad for name in reversed(outputs)},
        **{f"gradient/{name}": gradient for name, gradient in gradients.items()},
        **{f"gradient/{name}": state.grad for name, state in with_gradient.items()},
        **made,
        **{f"updated/{name}": parameter for name, parameter in parameters.items()},
    }
    return Trace({name: array(value) for name, value in named.items() if value is not None})


def _update(case: Case, trainable: Mapping[str, nn.Parameter], device: str) -> dict[str, Tensor]:
    """Clips and updates in place; the clipped gradients, and what the optimiser keeps after its step."""
    if not trainable:
        return {}
    clip(case.clipping, list(trainable.values()))
    kept = {n: {b: tensor(case.optimiser_state[f"{n}.{b}"], device) for b in case.optimiser.buffers} for n in trainable}
    made = build_optimiser(case.optimiser, list(trainable.values()), list(kept.values()), case.updates)
    used = {f"clipped/{n}": p.grad.clone() for n, p in trainable.items() if case.clipping and p.grad is not None}
    made.step()
    return used | {
        f"optimiser/{name}.{buffer}": value
        for name, parameter in trainable.items()
        for buffer, value in buffers_of(case.optimiser, made, parameter).items()
    }


def _forward(model: Twin, outputs: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Each layer's output, and what its states became."""
    for node in model.network.nodes:
        yield f"forward/{node.name}", outputs[node.name]
        yield from ((f"state/{node.name}.{state}", value) for state, value in model.next_states(node).items())


def dtype_of(case: Case) -> torch.dtype:
    """The type in torch of a case's numbers."""
    return torch.float32 if case.dtype == np.float32 else torch.float64


def array(value: Tensor) -> Array:
    """A tensor's numbers as a NumPy array."""
    return np.asarray(value.detach().cpu().numpy())
