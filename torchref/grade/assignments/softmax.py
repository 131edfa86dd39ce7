"""Softmax classification with a regularised objective: scores, objective, gradients, update."""

import numpy as np

from manual.case import Case
from manual.layers.linear import Linear
from manual.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from manual.network import Network
from manual.optimisers.sgd import SGD
from manual.penalty import Penalty
from torchref.grade.assignment import Assignment
from torchref.grade.record import Text
from torchref.grade.tasks.case_task import CaseTask

SIZES = {"visible": (4, 3, 6), "hidden": (6, 4, 5), "large": (150, 12, 2)}


def cases(rng: np.random.Generator, kind: str) -> Case:
    """Features, classes and examples all differ in number."""
    features, classes, examples = SIZES[kind]
    network = Network((Linear(features, classes),))
    parameters = {
        "linear0.weight": rng.standard_normal((classes, features)),
        "linear0.bias": rng.standard_normal(classes),
    }
    x, target = rng.standard_normal((examples, features)), rng.integers(classes, size=examples)
    penalty = Penalty(l1=float(rng.uniform(0.01, 0.1)), l2=float(rng.uniform(0.1, 0.5)))
    return Case(network, parameters, x, target, SoftmaxCrossEntropy("mean"), SGD(float(rng.uniform(0.1, 0.6))), penalty)


W, B, DW, DB = "linear0.weight.T", "linear0.bias", "gradient/linear0.weight.T", "gradient/linear0.bias"

assignment = Assignment(
    "softmax",
    "Softmax classification with L1 and L2 regularisation",
    "带 L1、L2 正则的 softmax 分类",
    text="scores = x W + b; examples are rows, target holds class ids. The loss is the mean over the examples of the "
    "cross-entropy of softmax(scores); objective = loss + l1 Σ|W| + ½ l2 Σ W², over the weights and not the biases.",
    text_chinese="scores = x W + b；每行一个样本，target 是类别编号。损失是 softmax(scores) 的交叉熵对样本的平均；"
    "目标函数 = 损失 + l1 Σ|W| + ½ l2 Σ W²，只含权重，不含偏置。",
)
assignment.add(
    CaseTask(
        "scores",
        1,
        cases,
        {"x": "x", "W": W, "b": B},
        {"scores": "forward/linear0"},
        Text("The scores", "得分"),
        Text("x (N, D), W (D, C), b (C,) -> scores (N, C)", "x (N, D)、W (D, C)、b (C,) -> scores (N, C)"),
    )
)
assignment.add(
    CaseTask(
        "objective",
        3,
        cases,
        {"scores": "forward/linear0", "target": "target", "W": W, "l1": "l1", "l2": "l2"},
        {"loss": "loss", "penalty": "penalty", "objective": "objective"},
        Text("The loss, the penalty, and their sum", "损失、正则项及其和"),
        Text(
            "scores (N, C), target (N,), W (D, C), l1, l2 -> a dict with loss, penalty, objective",
            "scores (N, C)、target (N,)、W (D, C)、l1、l2 -> 字典：loss、penalty、objective",
        ),
    )
)
assignment.add(
    CaseTask(
        "gradients",
        4,
        cases,
        {"x": "x", "scores": "forward/linear0", "target": "target", "W": W, "l1": "l1", "l2": "l2"},
        {"dscores": "backward/linear0", "dW": DW, "db": DB},
        Text("The gradients of the objective", "目标函数的梯度"),
        Text(
            "x (N, D), scores (N, C), target (N,), W (D, C), l1, l2 -> a dict with dscores, dW, db",
            "x (N, D)、scores (N, C)、target (N,)、W (D, C)、l1、l2 -> 字典：dscores、dW、db",
        ),
        forward="objective",
        hidden=2,
    )
)
assignment.add(
    CaseTask(
        "update",
        1,
        cases,
        {"W": W, "b": B, "dW": DW, "db": DB, "learning_rate": "learning_rate"},
        {"W": "updated/linear0.weight.T", "b": "updated/linear0.bias"},
        Text("One step of gradient descent", "梯度下降一步"),
        Text(
            "W, b, dW, db, learning_rate -> a dict with the new W and b",
            "W、b、dW、db、learning_rate -> 字典：新的 W 和 b",
        ),
    )
)
