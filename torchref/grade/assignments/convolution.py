"""A convolution with stride and padding, and a max pool whose windows overlap: forward and backward of each."""

import numpy as np

from manual.arrays import Array, Shape
from manual.case import Case
from manual.layers.conv import Conv
from manual.layers.max_pool import MaxPool
from manual.losses.inner_product import InnerProduct
from manual.network import Network
from manual.optimisers.sgd import SGD
from torchref.grade.assignment import Assignment
from torchref.grade.record import Text
from torchref.grade.tasks.case_task import CaseTask

# Channels in and out, height, width, examples: all differ.
SIZES = {"visible": (2, 3, 7, 8, 3), "hidden": (3, 2, 9, 8, 4), "large": (4, 8, 25, 22, 6)}
KERNEL, WINDOW = (3, 2), (2, 3)


def cases(rng: np.random.Generator, kind: str) -> Case:
    """The convolution, then the pool, with random parameters and a random gradient from above."""
    channels, filters, height, width, examples = SIZES[kind]
    network = Network((Conv(channels, filters, KERNEL, stride=2, padding=1), MaxPool(WINDOW, stride=1, padding=1)))
    shape = (channels, height, width)
    parameters = {
        "conv0.weight": _halves(rng, (filters, channels, *KERNEL)),
        "conv0.bias": _halves(rng, (filters,)) - 1,
    }
    target = rng.standard_normal((examples, *network.shapes(shape)[-1]))
    return Case(network, parameters, _halves(rng, (examples, *shape)), target, InnerProduct("sum"), SGD())


def _halves(rng: np.random.Generator, shape: Shape) -> Array:
    """Multiples of ½ from −1 to 1, but not 0: of what is computed from them, some are equal, as a pool must see."""
    return rng.choice([-1.0, -0.5, 0.5, 1.0], shape)


assignment = Assignment(
    "convolution",
    "Convolution and max pooling: forward and backward",
    "卷积与最大池化：前向与反向",
    text="Images are (N, C, H, W). The convolution has a kernel of 3 × 2, stride 2 and one row and column of zeros on "
    "each side, and flips no kernel: y[n, o, p, q] = b[o] + Σ W[o, c, i, j] x̄[n, c, 2p + i, 2q + j], x̄ being x with "
    "the zeros around it; where a stride would lead over the edge there is no window. The pool takes the largest of "
    "each window of 2 × 3, stride 1, with one row and column of −∞ on each side: windows overlap. Of numbers that are "
    "equally large, the first in the window, row by row, gets the gradient.",
    text_chinese="图像为 (N, C, H, W)。卷积核 3 × 2，步幅 2，四周各补一行（列）零，不翻转卷积核："
    "y[n, o, p, q] = b[o] + Σ W[o, c, i, j] x̄[n, c, 2p + i, 2q + j]，x̄ 是补零后的 x；越出边缘的窗口不要。"
    "池化取每个 2 × 3 窗口的最大值，步幅 1，四周各补一行（列）−∞：窗口相互重叠。"
    "若有并列最大，梯度归窗口内（逐行）第一个。",
)
assignment.add(
    CaseTask(
        "conv_forward",
        3,
        cases,
        {"x": "x", "W": "conv0.weight", "b": "conv0.bias"},
        {"y": "forward/conv0"},
        Text("Convolution: forward", "卷积：前向"),
        Text(
            "x (N, C, H, W), W (O, C, 3, 2), b (O,) -> y (N, O, P, Q)",
            "x (N, C, H, W)、W (O, C, 3, 2)、b (O,) -> y (N, O, P, Q)",
        ),
    )
)
assignment.add(
    CaseTask(
        "conv_backward",
        6,
        cases,
        {"x": "x", "W": "conv0.weight", "b": "conv0.bias", "dy": "backward/conv0"},
        {"dx": "backward/input", "dW": "gradient/conv0.weight", "db": "gradient/conv0.bias"},
        Text("Convolution: backward", "卷积：反向"),
        Text(
            "x, W, b, dy (N, O, P, Q) -> a dict with dx, dW, db, each of the shape of what it is named after",
            "x、W、b、dy (N, O, P, Q) -> 字典：dx、dW、db，形状与其对应的量相同",
        ),
        forward="conv_forward",
        hidden=2,
    )
)
assignment.add(
    CaseTask(
        "pool_forward",
        1,
        cases,
        {"x": "forward/conv0"},
        {"y": "forward/max_pool1"},
        Text("Max pooling: forward", "最大池化：前向"),
        Text("x (N, C, H, W) -> y (N, C, H + 1, W)", "x (N, C, H, W) -> y (N, C, H + 1, W)"),
    )
)
assignment.add(
    CaseTask(
        "pool_backward",
        3,
        cases,
        {"x": "forward/conv0", "dy": "backward/max_pool1"},
        {"dx": "backward/conv0"},
        Text("Max pooling: backward", "最大池化：反向"),
        Text(
            "x (N, C, H, W), dy of the shape of y -> dx (N, C, H, W)",
            "x (N, C, H, W)、与 y 同形的 dy -> dx (N, C, H, W)",
        ),
        forward="pool_forward",
        hidden=2,
    )
)
