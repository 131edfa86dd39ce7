"""Layers over time: a plain RNN that gives its last state, and an LSTM that gives every one: forward, backward."""

import numpy as np

from manual.case import Case
from manual.layers import Layer
from manual.layers.lstm import LSTM
from manual.layers.rnn import RNN
from manual.losses.inner_product import InnerProduct
from manual.network import Network
from manual.optimisers.sgd import SGD
from torchref.crosschecks.layout import Layout
from torchref.grade.assignment import Assignment
from torchref.grade.record import Text
from torchref.grade.tasks.case_task import CaseTask

# Inputs, units, times, examples: all differ, and there are times enough for what is off by one to show.
SIZES = {"visible": (4, 5, 7, 3), "hidden": (5, 3, 8, 4), "large": (12, 16, 40, 6)}


def case_of(layer: Layer, rng: np.random.Generator, shape: tuple[int, int, int]) -> Case:
    """A layer alone, with random parameters, first states, and a random gradient from above."""
    network = Network((layer,))
    parameters = {
        name: rng.standard_normal(size) * (0.5 if len(size) == 1 else 1.2 / np.sqrt(size[-1]))
        for name, size in network.parameter_shapes.items()
    }
    states = {name: rng.standard_normal(size) for name, size in network.state_shapes(shape).items()}
    target = rng.standard_normal((shape[0], *network.shapes(shape[1:])[-1]))
    x = rng.standard_normal(shape)
    return Case(network, parameters, x, target, InnerProduct("sum"), SGD(), states=states)


def rnn_cases(rng: np.random.Generator, kind: str) -> Case:
    """A tanh RNN, many to one."""
    inputs, units, times, examples = SIZES[kind]
    return case_of(RNN(inputs, units, sequences=False, biases=1), rng, (examples, times, inputs))


def lstm_cases(rng: np.random.Generator, kind: str) -> Case:
    """An LSTM, many to many."""
    inputs, units, times, examples = SIZES[kind]
    return case_of(LSTM(inputs, units, biases=1), rng, (examples, times, inputs))


def given(layer: str, states: str) -> dict[str, Layout]:
    """x, the weights as (in, out), the bias, and the first states."""
    weights: dict[str, Layout] = {
        "Wx": f"{layer}.weight_ih.T",
        "Wh": f"{layer}.weight_hh.T",
        "b": f"{layer}.bias_ih",
    }
    return {"x": "x", **weights, **{f"{state}0": f"{layer}.{state}0" for state in states}}


def gradients(layer: str, inner: str, states: str) -> dict[str, Layout]:
    """The gradients of what is inside, last one first, then those of what came in."""
    inside: dict[str, Layout] = {f"d{name}": f"backward/{layer}.{name}" for name in reversed(inner)}
    outside: dict[str, Layout] = {
        "dx": "backward/input",
        "dWx": f"gradient/{layer}.weight_ih.T",
        "dWh": f"gradient/{layer}.weight_hh.T",
        "db": f"gradient/{layer}.bias_ih",
    }
    return {**inside, **outside, **{f"d{state}0": f"gradient/{layer}.{state}0" for state in states}}


RNN_INSIDE: dict[str, Layout] = {name: f"forward/rnn0.{name}" for name in "ah"}
LSTM_INSIDE: dict[str, Layout] = {name: f"forward/lstm0.{name}" for name in "aifgoch"}

assignment = Assignment(
    "recurrent",
    "Layers over time: RNN and LSTM, forward and backward",
    "随时间展开的层：RNN 与 LSTM 的前向和反向",
    text="Batches are x (N, T, D); every quantity over time is (N, T, …). "
    "RNN: a_t = x_t Wx + h_(t−1) Wh + b, h_t = tanh(a_t). "
    "LSTM: a_t = x_t Wx + h_(t−1) Wh + b, its quarters in the order i, f, g, o; i, f, o are sigmoids and g a tanh of "
    "their quarters; c_t = f_t c_(t−1) + i_t g_t, h_t = o_t tanh(c_t). h0 and c0 come before the first time.",
    text_chinese="一批输入为 x (N, T, D)；随时间变化的量都是 (N, T, …)。"
    "RNN：a_t = x_t Wx + h_(t−1) Wh + b，h_t = tanh(a_t)。"
    "LSTM：a_t = x_t Wx + h_(t−1) Wh + b，四段依次为 i、f、g、o；i、f、o 用 sigmoid，g 用 tanh；"
    "c_t = f_t c_(t−1) + i_t g_t，h_t = o_t tanh(c_t)。h0、c0 在第一个时刻之前。",
)
assignment.add(
    CaseTask(
        "rnn_forward",
        2,
        rnn_cases,
        given("rnn0", "h"),
        RNN_INSIDE,
        Text("RNN: forward", "RNN：前向"),
        Text(
            "x (N, T, D), Wx (D, H), Wh (H, H), b (H,), h0 (N, H) -> a dict with a and h (N, T, H)",
            "x (N, T, D)、Wx (D, H)、Wh (H, H)、b (H,)、h0 (N, H) -> 字典：a、h (N, T, H)",
        ),
    )
)
assignment.add(
    CaseTask(
        "rnn_backward",
        5,
        rnn_cases,
        {**given("rnn0", "h"), **RNN_INSIDE, "grad_output": "backward/rnn0"},
        gradients("rnn0", "ah", "h"),
        Text("RNN: backward, from a gradient of the last state", "RNN：由最后状态的梯度反向传播"),
        Text(
            "what rnn_forward gets and gives, and grad_output (N, H), the gradient of the last h -> a dict with dh and "
            "da (N, T, H), of all that follows from h_t and a_t, and dx, dWx, dWh, db, dh0",
            "rnn_forward 的输入和输出，以及最后的 h 的梯度 grad_output (N, H) -> 字典：dh、da (N, T, H)"
            "（h_t、a_t 的全部梯度），以及 dx、dWx、dWh、db、dh0",
        ),
        forward="rnn_forward",
        hidden=2,
    )
)
assignment.add(
    CaseTask(
        "lstm_forward",
        3,
        lstm_cases,
        given("lstm0", "hc"),
        LSTM_INSIDE,
        Text("LSTM: forward", "LSTM：前向"),
        Text(
            "x (N, T, D), Wx (D, 4H), Wh (H, 4H), b (4H,), h0 and c0 (N, H) -> a dict with a (N, T, 4H) and i, f, g, "
            "o, c, h (N, T, H)",
            "x (N, T, D)、Wx (D, 4H)、Wh (H, 4H)、b (4H,)、h0 和 c0 (N, H) -> 字典：a (N, T, 4H) 以及 i、f、g、o、c、h "
            "(N, T, H)",
        ),
    )
)
assignment.add(
    CaseTask(
        "lstm_backward",
        8,
        lstm_cases,
        {**given("lstm0", "hc"), **LSTM_INSIDE, "grad_output": "backward/lstm0"},
        gradients("lstm0", "aifgoch", "hc"),
        Text("LSTM: backward, from the gradients of every output", "LSTM：由每个时刻输出的梯度反向传播"),
        Text(
            "what lstm_forward gets and gives, and grad_output (N, T, H), the gradient of every h as an output -> a "
            "dict with dh, dc, do, dg, df, di, da, each of the shape of what it is named after, and dx, dWx, dWh, db, "
            "dh0, dc0",
            "lstm_forward 的输入和输出，以及每个 h 作为输出的梯度 grad_output (N, T, H) -> 字典：dh、dc、do、dg、"
            "df、di、da，形状与其对应的量相同，以及 dx、dWx、dWh、db、dh0、dc0",
        ),
        forward="lstm_forward",
        hidden=2,
    )
)
