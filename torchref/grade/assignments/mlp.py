"""A network with one hidden layer: forward, backward, update and training."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from manual.case import Case
from manual.layers.linear import Linear
from manual.layers.sigmoid import Sigmoid
from manual.losses.half_squared_error import HalfSquaredError
from manual.network import Network
from manual.optimisers.sgd import SGD
from torchref.crosschecks.layout import Layout
from torchref.grade.assignment import Assignment
from torchref.grade.record import Text
from torchref.grade.tasks.case_task import CaseTask
from torchref.grade.tasks.function_task import FunctionTask

SIZES = {"visible": (4, 5, 3, 6), "hidden": (5, 7, 2, 4), "large": (24, 60, 8, 2)}
STEPS = 6


def cases(rng: np.random.Generator, kind: str) -> Case:
    """Inputs, hidden and output neurons and examples all differ in number, so that no mix-up of axes goes unseen."""
    inputs, hidden, outputs, examples = SIZES[kind]
    network = Network((Linear(inputs, hidden), Sigmoid(), Linear(hidden, outputs)))
    parameters = {
        name: rng.standard_normal(shape) * (0.5 if len(shape) == 1 else 1.5 / np.sqrt(shape[-1]))
        for name, shape in network.parameter_shapes.items()
    }
    x, target = rng.standard_normal((examples, inputs)), rng.standard_normal((examples, outputs))
    return Case(network, parameters, x, target, HalfSquaredError("mean"), SGD(float(rng.uniform(0.1, 0.6))))


def named(room: str, prefix: str, suffix: str = "") -> dict[str, Layout]:
    """W1, b1, W2, b2 with a prefix or suffix; weights are (in, out)."""
    return {
        f"{prefix}W1{suffix}": f"{room}linear0.weight.T",
        f"{prefix}b1{suffix}": f"{room}linear0.bias",
        f"{prefix}W2{suffix}": f"{room}linear2.weight.T",
        f"{prefix}b2{suffix}": f"{room}linear2.bias",
    }


PARAMETERS, GRADIENTS = named("", ""), named("gradient/", "d")
VALUES: dict[str, Layout] = {"z1": "forward/linear0", "a1": "forward/sigmoid1", "z2": "forward/linear2"}

assignment = Assignment(
    "mlp",
    "A network with one hidden layer: forward, backward, update, training",
    "单隐层网络：前向、反向、更新、训练",
    text="z1 = x W1 + b1, a1 = sigmoid(z1), z2 = a1 W2 + b2; examples are rows. The loss is the mean over all "
    "elements of ½ (z2 − target)²; each step moves every parameter by −learning_rate times its gradient.",
    text_chinese="z1 = x W1 + b1，a1 = sigmoid(z1)，z2 = a1 W2 + b2；每行一个样本。损失是 ½ (z2 − target)² 对所有元素的"
    "平均；每一步把每个参数减去 learning_rate 乘其梯度。",
)
assignment.add(
    CaseTask(
        "forward",
        3,
        cases,
        {"x": "x", **PARAMETERS},
        VALUES,
        Text("Forward", "前向"),
        Text(
            "x (N, I), W1 (I, H), b1 (H,), W2 (H, O), b2 (O,) -> a dict with z1, a1 (N, H) and z2 (N, O)",
            "x (N, I)、W1 (I, H)、b1 (H,)、W2 (H, O)、b2 (O,) -> 字典：z1、a1 (N, H) 和 z2 (N, O)",
        ),
    )
)
assignment.add(
    CaseTask(
        "loss",
        1,
        cases,
        {"z2": "forward/linear2", "target": "target"},
        {"loss": "loss"},
        Text("The loss", "损失"),
        Text("z2 (N, O), target (N, O) -> a number", "z2 (N, O)、target (N, O) -> 一个数"),
    )
)
assignment.add(
    CaseTask(
        "backward",
        8,
        cases,
        {"x": "x", "target": "target", **PARAMETERS, **VALUES},
        {
            "dz2": "backward/linear2",
            "dW2": GRADIENTS["dW2"],
            "db2": GRADIENTS["db2"],
            "da1": "backward/sigmoid1",
            "dz1": "backward/linear0",
            "dW1": GRADIENTS["dW1"],
            "db1": GRADIENTS["db1"],
        },
        Text("Backward", "反向"),
        Text(
            "x, target, W1, b1, W2, b2, z1, a1, z2 -> a dict with dz2, dW2, db2, da1, dz1, dW1, db1: the gradients of "
            "the loss, each of the shape of what it is named after",
            "x、target、W1、b1、W2、b2、z1、a1、z2 -> 字典：dz2、dW2、db2、da1、dz1、dW1、db1，即损失的梯度，"
            "形状与其对应的量相同",
        ),
        forward="forward",
        hidden=2,
    )
)
assignment.add(
    CaseTask(
        "update",
        2,
        cases,
        {**PARAMETERS, **GRADIENTS, "learning_rate": "learning_rate"},
        named("updated/", ""),
        Text("Update", "更新"),
        Text(
            "W1, b1, W2, b2, their gradients dW1, db1, dW2, db2, and learning_rate -> a dict with the new W1, b1, W2, "
            "b2",
            "W1、b1、W2、b2、各自的梯度 dW1、db1、dW2、db2 和 learning_rate -> 字典：新的 W1、b1、W2、b2",
        ),
    )
)


def training_inputs(rng: np.random.Generator) -> Mapping[str, Any]:
    """A small set that the network learns in part, with the number of steps."""
    case = cases(rng, "hidden")
    weights = {n: v.T for n, v in zip(PARAMETERS, case.parameters.values(), strict=True)}
    return {"x": case.x, "target": case.target, **weights, "learning_rate": 0.3, "steps": STEPS}


def train(
    x: Tensor,
    target: Tensor,
    W1: Tensor,  # noqa: N803
    b1: Tensor,
    W2: Tensor,  # noqa: N803
    b2: Tensor,
    learning_rate: Tensor,
    steps: Tensor,
) -> dict[str, Tensor]:
    """The twin's training loop: torch's own autograd and update."""
    parameters = [p.clone().requires_grad_() for p in (W1, b1, W2, b2)]
    losses = []
    for _ in range(int(steps) + 1):
        w1, c1, w2, c2 = parameters
        loss = 0.5 * torch.nn.functional.mse_loss(torch.sigmoid(x @ w1 + c1) @ w2 + c2, target)
        losses.append(loss.detach())
        gradients = torch.autograd.grad(loss, parameters)
        new = [p.detach() - learning_rate * g for p, g in zip(parameters, gradients, strict=True)]
        last, parameters = parameters, [p.requires_grad_() for p in new]
    return {"losses": torch.stack(losses), **dict(zip(PARAMETERS, (p.detach() for p in last), strict=True))}


assignment.add(
    FunctionTask(
        "train",
        4,
        train,
        training_inputs,
        Text("Training by gradient descent", "用梯度下降训练"),
        Text(
            "x, target, W1, b1, W2, b2, learning_rate, steps -> a dict with losses (steps + 1,), the loss before the "
            "first step and after each one, and W1, b1, W2, b2 after the last step",
            "x、target、W1、b1、W2、b2、learning_rate、steps -> 字典：losses (steps + 1,)，"
            "即第一步之前和每一步之后的损失；以及最后一步之后的 W1、b1、W2、b2",
        ),
        needs=("forward", "loss", "backward", "update"),
        hidden=1,
    )
)
