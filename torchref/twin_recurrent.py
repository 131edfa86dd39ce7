"""Twin recurrent: the layers over time by torch's own RNN, LSTM and GRU, and their pieces, gate by gate.

The pieces are the cells' equations in torch's elementary operations; a test holds them against torch's layers.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from torchref.twin_layers import Cut

# Each as (x, first states, parameters, …) -> every h, and the last states.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "rnn tanh": torch.rnn_tanh,
    "rnn relu": torch.rnn_relu,
    "lstm": torch.lstm,
    "gru": torch.gru,
}


class OverTime(nn.Module):
    """One of torch's recurrent layers, with the first states handed in; truncated, it starts anew every k steps."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer
        for name, shape in layer.parameter_shapes().items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))

    def weights(self) -> list[Tensor]:
        """The weights and two biases that torch's functions want; a bias that is not there is 0."""
        given = dict(self.named_parameters())
        none = torch.zeros(len(given["weight_ih"]), dtype=given["weight_ih"].dtype, device=given["weight_ih"].device)
        return [given.get(name, none) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def forward(self, x: Tensor, **states: Tensor) -> Tensor:
        """Every h, or the last one."""
        layer = self.layer
        function = FUNCTIONS[f"{layer.kind} {layer.nonlinearity}" if layer.kind == "rnn" else layer.kind]
        now = [state[None] for state in states.values()]
        parts = []
        for part in torch.split(x, layer.truncate or x.shape[1], dim=1):
            first = tuple(now) if len(now) > 1 else now[0]
            h, *now = function(part, first, self.weights(), True, 1, 0.0, False, False, True)
            parts.append(h)
            now = [state.detach() for state in now]
        h = torch.cat(parts, 1)
        return h if layer.sequences else h[:, -1]


def _outcome(layer: Any, hs: list[Tensor]) -> Tensor:
    return torch.stack(hs, 1) if layer.sequences else hs[-1] * 1.0


def rnn(
    layer: Any,
    cut: Cut,
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    h0: Tensor,
    bias_ih: Tensor | float = 0.0,
    bias_hh: Tensor | float = 0.0,
) -> Tensor:
    """What enters the activation, and h."""
    h, hs = h0, []
    for t in range(x.shape[1]):
        before = _cut_off(layer, t, h)
        a = cut("a", x[:, t] @ weight_ih.T + bias_ih + before @ weight_hh.T + bias_hh, t)
        h = cut("h", a.tanh() if layer.nonlinearity == "tanh" else a.relu(), t)
        hs.append(h)
    return _outcome(layer, hs)


def lstm(
    layer: Any,
    cut: Cut,
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    h0: Tensor,
    c0: Tensor,
    bias_ih: Tensor | float = 0.0,
    bias_hh: Tensor | float = 0.0,
) -> Tensor:
    """The gates before and after their functions, the memory, and h."""
    h, c, hs = h0, c0, []
    for t in range(x.shape[1]):
        before, memory = _cut_off(layer, t, h), _cut_off(layer, t, c)
        a = cut("a", x[:, t] @ weight_ih.T + bias_ih + before @ weight_hh.T + bias_hh, t)
        a_i, a_f, a_g, a_o = a.chunk(4, 1)
        i, f = cut("i", a_i.sigmoid(), t), cut("f", a_f.sigmoid(), t)
        g, o = cut("g", a_g.tanh(), t), cut("o", a_o.sigmoid(), t)
        c = cut("c", f * memory + i * g, t)
        h = cut("h", o * c.tanh(), t)
        hs.append(h)
    return _outcome(layer, hs)


def gru(
    layer: Any,
    cut: Cut,
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    h0: Tensor,
    bias_ih: Tensor | float = 0.0,
    bias_hh: Tensor | float = 0.0,
) -> Tensor:
    """What comes of x and of h, the gates, the candidate, and h."""
    h, hs = h0, []
    for t in range(x.shape[1]):
        before = _cut_off(layer, t, h)
        ax = cut("ax", x[:, t] @ weight_ih.T + bias_ih, t)
        ah = cut("ah", before @ weight_hh.T + bias_hh, t)
        (xr, xz, xn), (hr, hz, hn) = ax.chunk(3, 1), ah.chunk(3, 1)
        r, z = cut("r", (xr + hr).sigmoid(), t), cut("z", (xz + hz).sigmoid(), t)
        n = cut("n", (xn + r * hn).tanh(), t)
        h = cut("h", (1 - z) * n + z * before, t)
        hs.append(h)
    return _outcome(layer, hs)


def _cut_off(layer: Any, t: int, state: Tensor) -> Tensor:
    """A state of the time before; the gradient stops at it every `truncate` steps."""
    return state.detach() if layer.truncate and t and t % layer.truncate == 0 else state
