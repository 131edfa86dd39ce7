"""Batch normalisation of images: forward in training, its running statistics, backward, and evaluation."""

import numpy as np

from manual.case import Case
from manual.layers.batch_norm import BatchNorm
from manual.losses.inner_product import InnerProduct
from manual.network import Network
from manual.optimisers.sgd import SGD
from torchref.crosschecks.layout import Layout
from torchref.grade.assignment import Assignment
from torchref.grade.record import Text
from torchref.grade.tasks.case_task import CaseTask

# Examples, channels, height, width.
SIZES = {"visible": (4, 3, 2, 5), "hidden": (5, 2, 3, 4), "large": (16, 8, 12, 10)}
EPS, MOMENTUM = 1e-3, 0.2


def case_of(rng: np.random.Generator, kind: str, training: bool) -> Case:
    """γ and β away from 1 and 0, channels of different means and spreads."""
    shape = SIZES[kind]
    channels = shape[1]
    network = Network((BatchNorm(channels, 2, EPS, MOMENTUM, training),))
    parameters = {
        "batch_norm0.weight": 1 + 0.5 * rng.standard_normal(channels),
        "batch_norm0.bias": rng.standard_normal(channels),
    }
    states = {
        "batch_norm0.running_mean": rng.standard_normal(channels),
        "batch_norm0.running_var": rng.uniform(0.4, 2.5, channels),
    }
    wide = (channels, 1, 1)
    x = rng.standard_normal(shape) * rng.uniform(0.5, 2, wide) + rng.standard_normal(wide)
    return Case(network, parameters, x, rng.standard_normal(shape), InnerProduct("sum"), SGD(), states=states)


def training_cases(rng: np.random.Generator, kind: str) -> Case:
    """By the batch's own statistics."""
    return case_of(rng, kind, training=True)


def evaluation_cases(rng: np.random.Generator, kind: str) -> Case:
    """By the running statistics."""
    return case_of(rng, kind, training=False)


GIVEN: dict[str, Layout] = {
    "x": "x",
    "gamma": "batch_norm0.weight",
    "beta": "batch_norm0.bias",
    "running_mean": "batch_norm0.running_mean",
    "running_var": "batch_norm0.running_var",
}
INNER = ("mean", "var", "normalised")
VALUES: dict[str, Layout] = {name: f"forward/batch_norm0.{name}" for name in INNER}
STATES: dict[str, Layout] = {name: f"state/batch_norm0.{name}" for name in ("running_mean", "running_var")}

assignment = Assignment(
    "batch_norm",
    "Batch normalisation of images: training, backward, evaluation",
    "图像的批归一化：训练、反向、推断",
    text="x is (N, C, H, W). In training mean and var (C,) are the mean and the biased variance of each channel over "
    f"N, H and W; normalised = (x − mean) / √(var + {EPS}), y = gamma normalised + beta. The running statistics move "
    f"by {MOMENTUM}: new = (1 − {MOMENTUM}) old + {MOMENTUM} · (the batch's), with the unbiased variance. In "
    "evaluation they take the place of the batch's own, and stay.",
    text_chinese="x 为 (N, C, H, W)。训练时 mean、var (C,) 是每个通道在 N、H、W 上的均值和有偏方差；"
    f"normalised = (x − mean) / √(var + {EPS})，y = gamma normalised + beta。滑动统计量："
    f"新值 = (1 − {MOMENTUM}) 旧值 + {MOMENTUM} · 本批的值，其中方差用无偏的。推断时用滑动统计量，且不更新。",
)
assignment.add(
    CaseTask(
        "forward",
        4,
        training_cases,
        GIVEN,
        {**VALUES, "y": "forward/batch_norm0", **STATES},
        Text("Forward in training", "训练时的前向"),
        Text(
            "x (N, C, H, W), gamma, beta, running_mean, running_var (C,) -> a dict with mean, var (C,), normalised, y "
            "(N, C, H, W), and the new running_mean, running_var",
            "x (N, C, H, W)、gamma、beta、running_mean、running_var (C,) -> 字典：mean、var (C,)，normalised、y "
            "(N, C, H, W)，以及新的 running_mean、running_var",
        ),
    )
)
assignment.add(
    CaseTask(
        "backward",
        7,
        training_cases,
        {**GIVEN, **VALUES, "dy": "backward/batch_norm0"},
        {
            **{f"d{name}": f"backward/batch_norm0.{name}" for name in reversed(INNER)},
            "dx": "backward/input",
            "dgamma": "gradient/batch_norm0.weight",
            "dbeta": "gradient/batch_norm0.bias",
        },
        Text("Backward", "反向"),
        Text(
            "what forward gets, mean, var, normalised and dy (N, C, H, W) -> a dict with dnormalised, dvar, dmean, dx, "
            "dgamma, dbeta; dmean and dvar are the gradients of all that follows from the batch's mean and variance",
            "forward 的输入，mean、var、normalised 和 dy (N, C, H, W) -> 字典：dnormalised、dvar、dmean、dx、dgamma、"
            "dbeta；dmean、dvar 是由本批均值、方差引出的全部梯度",
        ),
        forward="forward",
        hidden=2,
    )
)
assignment.add(
    CaseTask(
        "evaluate",
        1,
        evaluation_cases,
        GIVEN,
        {"y": "forward/batch_norm0"},
        Text("Evaluation", "推断"),
        Text(
            "x (N, C, H, W), gamma, beta, running_mean, running_var (C,) -> y (N, C, H, W)",
            "x (N, C, H, W)、gamma、beta、running_mean、running_var (C,) -> y (N, C, H, W)",
        ),
    )
)
