"""The document's example solved with manual's own functions."""

import numpy as np

import manual

LAYER, SIGMOID, LOSS = manual.Linear(2, 2, "shared"), manual.Sigmoid(), manual.HalfSquaredError()


def forward(i, w, b):
    l_h = LAYER.forward(i[None, :], w[:4].reshape(2, 2), b[:1])
    out_h = SIGMOID.forward(l_h)
    l_o = LAYER.forward(out_h, w[4:].reshape(2, 2), b[1:])
    return {"l_h": l_h[0], "out_h": out_h[0], "l_o": l_o[0], "out_o": SIGMOID.forward(l_o)[0]}


def error(out_o, target):
    elements = LOSS.elements(out_o, target)
    return {"E_o": elements, "E_total": LOSS.reduce(elements, 1.0)}


def gradient(i, w, out_h, out_o, target):
    dout_o = LOSS.backward(out_o[None, :], target[None, :], 1.0)
    dl_o = SIGMOID.backward(dout_o, out_o[None, :])
    dout_h = LAYER.backward(dl_o, w[4:].reshape(2, 2))
    dl_h = SIGMOID.backward(dout_h, out_h[None, :])
    dw = np.concatenate([LAYER.grad_weight(dl_h, i[None, :]).ravel(), LAYER.grad_weight(dl_o, out_h[None, :]).ravel()])
    db = np.concatenate([LAYER.grad_bias(dl_h), LAYER.grad_bias(dl_o)])
    ours = {"dE_dout_o": dout_o, "dE_dl_o": dl_o, "dE_dout_h": dout_h, "dE_dl_h": dl_h}
    return {name: value[0] for name, value in ours.items()} | {"dE_dw": dw, "dE_db": db}


def update(w, b, dE_dw, dE_db, learning_rate):
    return {"w_new": manual.SGD().update(w, dE_dw, learning_rate), "b_new": b}
