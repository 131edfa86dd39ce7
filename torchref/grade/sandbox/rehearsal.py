"""Rehearsal: what every child does, done beforehand in the zygote.

Python and NumPy write to memory the first times that a line runs: caches of attributes, quickened code, tables of
loops. In a fork, each page that is written for the first time is copied, at more than a microsecond; after a rehearsal
there is little left to write.
"""

import os
import sys

import numpy as np

from . import wire
from .child import Run, read
from .modules import OwnFiles

TIMES = 20  # the interpreter settles a line after about ten runs of it
_FILE = "rehearsal.py"
_SOURCE = """
import math
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Linear:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return x @ self.weight.T + self.bias


def gradient(x, weight, bias):
    hidden = np.maximum(Linear(weight, bias).forward(x), 0)
    output = sigmoid(hidden) * (hidden > 0) - np.tanh(hidden)
    grad = output / len(x) - output.mean(axis=0, keepdims=True)
    return {"weight": grad.T @ x, "bias": grad.sum(axis=0), "loss": 0.5 * np.sum(grad**2), "rows": np.zeros_like(x)}
"""


def rehearse() -> None:
    """Runs a program of the usual kind, without a sandbox: it is ours."""
    x = np.eye(8)
    np.linalg.solve(x, x @ x)
    np.einsum("ij,jk->ik", x, x)
    np.random.default_rng(0).normal(size=3)
    repr(x)
    inputs = [("x", np.ones((64, 32))), ("weight", np.ones((64, 32))), ("bias", np.ones(64))]
    calls = [{"function": "gradient", "arguments": {"x": 0, "weight": 1, "bias": 2}, "repeat": 1}]
    header = {"files": {_FILE: _SOURCE}, "entry": _FILE, "calls": calls, "seed": 0}
    nowhere, job = os.open(os.devnull, os.O_WRONLY), os.memfd_create("rehearsal")
    try:
        for chunk in wire.pack(header, inputs):
            os.write(job, chunk)
        for _ in range(TIMES):
            order, arrays = read(job)
            own = OwnFiles(order["files"])
            sys.meta_path.insert(0, own)
            Run(own, order, arrays, nowhere, 1 << 20).answer_all()
            sys.meta_path.remove(own)
            del sys.modules[_FILE.removesuffix(".py")]
    finally:
        os.close(nowhere)
        os.close(job)
