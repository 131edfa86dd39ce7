"""Activations and losses: each function, and its derivative times what comes from above."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from manual.case import Case
from manual.layers import LAYERS
from manual.layers.identity import Identity
from manual.layers.sigmoid import Sigmoid
from manual.losses import parse_loss
from manual.losses.inner_product import InnerProduct
from manual.network import Network
from manual.optimisers.sgd import SGD
from torchref.grade.assignment import Assignment
from torchref.grade.record import Text
from torchref.grade.tasks.case_task import CaseTask

ROWS, COLUMNS = 5, 4
ACTIVATIONS = ("sigmoid", "tanh", "relu", "softmax")
LOSSES = (
    "absolute_error_sum",
    "squared_error_mean",
    "half_squared_error_sum",
    "binary_cross_entropy_mean",
    "softmax_cross_entropy_mean",
)
# Hidden inputs have some numbers as large as these, which overflow in an exponential that is not held back.
LARGE = 800.0


def activation_case(kind: str, rng: np.random.Generator, when: str) -> Case:
    """The layer alone; the loss is Σ target · y, whose gradient, the target, is what comes from above."""
    x = rng.standard_normal((ROWS, COLUMNS)) * 2
    if when == "hidden":
        x[0, 0], x[1, 1] = LARGE, -LARGE
    target = rng.standard_normal((ROWS, COLUMNS))
    layer: Callable[[], Any] = LAYERS[kind]
    return Case(Network((layer(),)), {}, x, target, InnerProduct("sum"), SGD(1.0))


def loss_case(name: str, rng: np.random.Generator, when: str) -> Case:
    """The loss alone, on numbers that it accepts: probabilities, class ids, or any numbers."""
    loss = parse_loss(name)
    x = rng.standard_normal((ROWS, COLUMNS)) * 2
    is_of_probabilities = loss.domain == (0.0, 1.0)
    target: Any = rng.random((ROWS, COLUMNS)) if is_of_probabilities else rng.standard_normal((ROWS, COLUMNS))
    if loss.element_axes == 1:
        target = rng.integers(COLUMNS, size=ROWS)
        if when == "hidden":
            x[0] += LARGE
    return Case(Network((Sigmoid() if is_of_probabilities else Identity(),)), {}, x, target, loss, SGD(1.0))


assignment = Assignment(
    "activations",
    "Activations and losses, and their derivatives",
    "激活函数与损失函数及其导数",
    text="Every function takes a batch, examples as rows. A backward function gets the gradient of E with respect to "
    "the activation's output, and returns that with respect to its input x.",
    text_chinese="每个函数处理一批样本，每行一个样本。反向函数得到 E 对激活输出的梯度，返回 E 对其输入 x 的梯度。",
)


def _add_activation(kind: str) -> None:
    last = f"forward/{kind}0"
    shape = f"({ROWS}, {COLUMNS})"
    assignment.add(
        CaseTask(
            kind,
            1,
            partial(activation_case, kind),
            {"x": "x"},
            {"y": last},
            Text(f"{kind}: its values", f"{kind} 的值"),
            Text(f"x {shape} -> y {shape}; x may be large", f"x {shape} -> y {shape}；x 可能很大"),
        )
    )
    assignment.add(
        CaseTask(
            f"{kind}_backward",
            2,
            partial(activation_case, kind),
            {"grad_output": f"backward/{kind}0", "x": "x"},
            {"grad_input": "backward/input"},
            Text(f"{kind}: its backward step", f"{kind} 的反向"),
            Text(f"grad_output {shape}, x {shape} -> grad_input {shape}", f"grad_output {shape}、x {shape} -> {shape}"),
        )
    )


def _add_loss(name: str) -> None:
    case = loss_case(name, np.random.default_rng(0), "visible")
    layer = case.network.names[-1]
    output, target = "scores" if case.loss.element_axes == 1 else "output", case.target.shape
    arguments = {output: f"forward/{layer}", "target": "target"}
    shapes = f"{output} ({ROWS}, {COLUMNS}), target {target}"
    assignment.add(
        CaseTask(
            name,
            1,
            partial(loss_case, name),
            arguments,
            {"loss": "loss"},
            Text(f"{name}: its value", f"{name} 的值"),
            Text(f"{shapes} -> a number", f"{shapes} -> 一个数"),
        )
    )
    assignment.add(
        CaseTask(
            f"{name}_gradient",
            2,
            partial(loss_case, name),
            arguments,
            {"gradient": f"backward/{layer}"},
            Text(f"{name}: its gradient", f"{name} 的梯度"),
            Text(f"{shapes} -> the gradient by {output}", f"{shapes} -> 对 {output} 的梯度"),
        )
    )


for _kind in ACTIVATIONS:
    _add_activation(_kind)
for _name in LOSSES:
    _add_loss(_name)
