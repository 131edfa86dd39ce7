"""The document's example: two inputs, two hidden and two output neurons, in the document's own names."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from manual import document
from manual.arrays import Array
from manual.case import Case
from manual.optimisers.sgd import SGD
from torchref.crosschecks.layout import Layout
from torchref.grade.assignment import Assignment
from torchref.grade.record import Text
from torchref.grade.tasks.case_task import CaseTask


def cases(rng: np.random.Generator, kind: str) -> Case:
    """The document's numbers for everybody to see; others of the same order where it counts."""
    case = document.example()
    if kind == "visible":
        return case
    parameters = {name: rng.uniform(-0.9, 0.9, value.shape) for name, value in case.parameters.items()}
    x, target = rng.uniform(0.05, 1.0, (1, 2)), rng.uniform(0.05, 0.95, (1, 2))
    return replace(case, parameters=parameters, x=x, target=target, optimiser=SGD(float(rng.uniform(0.2, 0.9))))


def weights(room: str) -> Layout:
    """W1 … w8 in one array, as the document counts them: neuron by neuron, layer by layer."""

    def layout(known: Mapping[str, Array]) -> Array:
        return np.concatenate([known[f"{room}linear{k}.weight"].ravel() for k in (0, 2)])

    return layout


def row(name: str) -> Layout:
    """The one example's numbers, without the axis of examples."""
    return lambda known: known[name][0]


def biases(room: str) -> Layout:
    """B1 and b2 in one array."""
    return lambda known: np.concatenate([known[f"{room}linear{k}.bias"] for k in (0, 2)])


HIDDEN: dict[str, Layout] = {"l_h": row("forward/linear0"), "out_h": row("forward/sigmoid1")}
OUTPUT: dict[str, Layout] = {"l_o": row("forward/linear2"), "out_o": row("forward/sigmoid3")}

assignment = Assignment(
    "document",
    "The worked example: one step of backpropagation through a 2-2-2 network",
    "例题：2-2-2 网络的一步反向传播",
    text="Two inputs i, two hidden neurons h, two output neurons o, sigmoid throughout, one bias a layer. The weights "
    "are w = (w1, …, w8): w1, w2 lead to h1, w3, w4 to h2, w5, w6 to o1, w7, w8 to o2. The biases b = (b1, b2) stay.",
    text_chinese="两个输入 i，两个隐藏神经元 h，两个输出神经元 o，均用 sigmoid，每层一个偏置。权重 w = (w1, …, w8)："
    "w1、w2 通向 h1，w3、w4 通向 h2，w5、w6 通向 o1，w7、w8 通向 o2。偏置 b = (b1, b2) 保持不变。",
)
assignment.add(
    CaseTask(
        "forward",
        4,
        cases,
        {"i": row("x"), "w": weights(""), "b": biases("")},
        HIDDEN | OUTPUT,
        Text("Forward: linear parts and outputs of both layers", "前向：两层的线性部分和输出"),
        Text(
            "i (2,), w (8,), b (2,) -> a dict with l_h, out_h, l_o, out_o, each (2,)",
            "i (2,)、w (8,)、b (2,) -> 含 l_h、out_h、l_o、out_o 的字典，形状均为 (2,)",
        ),
    )
)
assignment.add(
    CaseTask(
        "error",
        2,
        cases,
        {"out_o": row("forward/sigmoid3"), "target": row("target")},
        {"E_o": row("loss/elements"), "E_total": "loss"},
        Text("The error of each output, and their sum", "各输出的误差及其和"),
        Text(
            "out_o (2,), target (2,) -> a dict with E_o (2,), ½ (target − out)² each, and E_total, a number",
            "out_o (2,)、target (2,) -> 字典：E_o (2,)，各为 ½ (target − out)²；E_total，一个数",
        ),
    )
)
assignment.add(
    CaseTask(
        "gradient",
        8,
        cases,
        {"i": row("x"), "w": weights(""), "out_h": HIDDEN["out_h"], "out_o": OUTPUT["out_o"], "target": row("target")},
        {
            "dE_dout_o": row("backward/sigmoid3"),
            "dE_dl_o": row("backward/linear2"),
            "dE_dout_h": row("backward/sigmoid1"),
            "dE_dl_h": row("backward/linear0"),
            "dE_dw": weights("gradient/"),
            "dE_db": biases("gradient/"),
        },
        Text("Backward: the derivatives of E_total", "反向：E_total 的各导数"),
        Text(
            "i (2,), w (8,), out_h (2,), out_o (2,), target (2,) -> a dict with dE_dout_o, dE_dl_o, dE_dout_h, "
            "dE_dl_h, dE_db, each (2,), and dE_dw (8,)",
            "i (2,)、w (8,)、out_h (2,)、out_o (2,)、target (2,) -> 字典：dE_dout_o、dE_dl_o、dE_dout_h、dE_dl_h、"
            "dE_db（均为 (2,)）和 dE_dw (8,)",
        ),
        hidden=2,
    )
)
assignment.add(
    CaseTask(
        "update",
        2,
        cases,
        {
            "w": weights(""),
            "b": biases(""),
            "dE_dw": weights("gradient/"),
            "dE_db": biases("gradient/"),
            "learning_rate": "learning_rate",
        },
        {"w_new": weights("updated/"), "b_new": biases("updated/")},
        Text("Update: the new weights; the biases stay", "更新：新的权重；偏置不变"),
        Text(
            "w (8,), b (2,), dE_dw (8,), dE_db (2,), learning_rate -> a dict with w_new (8,) and b_new (2,), the old b",
            "w (8,)、b (2,)、dE_dw (8,)、dE_db (2,)、learning_rate -> 字典：w_new (8,) 和 b_new (2,)，后者就是 b",
        ),
    )
)
