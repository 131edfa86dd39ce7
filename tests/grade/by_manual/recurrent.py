"""The recurrent assignment solved with manual's own functions."""

import numpy as np

from manual.layers.lstm import LSTM
from manual.layers.rnn import RNN


def empty(x, names, widths):
    return {name: np.empty((*x.shape[:2], width)) for name, width in zip(names, widths, strict=True)}


def rnn_forward(x, Wx, Wh, b, h0):
    inside = empty(x, "ah", [len(Wh)] * 2)
    RNN(len(Wx), len(Wh), False, biases=1).forward(x, h0, Wx.T, Wh.T, **inside, bias_ih=b)
    return inside


def rnn_backward(x, Wx, Wh, b, h0, a, h, grad_output):
    layer = RNN(len(Wx), len(Wh), False, biases=1)
    grads = {f"grad_{name}": value for name, value in empty(x, "ah", [len(Wh)] * 2).items()}
    layer.backward_inner(grad_output, Wh.T, a, h, **grads)
    da = grads["grad_a"]
    return {
        "da": da,
        "dh": grads["grad_h"],
        "dx": layer.backward(da, Wx.T),
        "dWx": layer.grad_weight_ih(da, x).T,
        "dWh": layer.grad_weight_hh(da, h, h0).T,
        "db": layer.grad_bias_ih(da),
        "dh0": layer.grad_h0(da, Wh.T),
    }


def lstm_forward(x, Wx, Wh, b, h0, c0):
    inside = empty(x, "aifgoch", [4 * len(Wh)] + [len(Wh)] * 6)
    LSTM(len(Wx), len(Wh), biases=1).forward(x, h0, c0, Wx.T, Wh.T, **inside, bias_ih=b)
    return inside


def lstm_backward(x, Wx, Wh, b, h0, c0, a, i, f, g, o, c, h, grad_output):
    layer = LSTM(len(Wx), len(Wh), biases=1)
    grads = empty(x, "aifgoch", [4 * len(Wh)] + [len(Wh)] * 6)
    layer.backward_inner(grad_output, c0, Wh.T, i, f, g, o, c, **{f"grad_{name}": v for name, v in grads.items()})
    da = grads["a"]
    return {
        **{f"d{name}": value for name, value in grads.items()},
        "dx": layer.backward(da, Wx.T),
        "dWx": layer.grad_weight_ih(da, x).T,
        "dWh": layer.grad_weight_hh(da, h, h0).T,
        "db": layer.grad_bias_ih(da),
        "dh0": layer.grad_h0(da, Wh.T),
        "dc0": layer.grad_c0(grads["c"], f),
    }
