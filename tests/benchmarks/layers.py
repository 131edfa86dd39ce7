"""Layers: forward and backward of single layers by manual, beside torch eager on the same arrays and threads.

Both give the output, the gradient of the input and those of the parameters; ratios are medians over turns.
"""

import os

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

import manual
from manual.layers.avg_pool import AvgPool
from manual.layers.batch_norm import BatchNorm
from manual.layers.conv import Conv
from manual.layers.conv_transpose import ConvTranspose
from manual.layers.embedding import Embedding
from manual.layers.gru import GRU
from manual.layers.layer_norm import LayerNorm
from manual.layers.lstm import LSTM
from manual.layers.max_pool import MaxPool
from manual.layers.multi_head_attention import MultiHeadAttention
from manual.layers.positionwise_linear import PositionwiseLinear
from manual.layers.rnn import RNN
from manual.losses.inner_product import InnerProduct
from manual.step import Step
from tests.benchmarks.timing import ratio, side_by_side
from torchref import twin
from torchref.random_chains import random_input, random_states

# The layer, the batch that enters it, and what is wanted of torch's time.
LAYERS = {
    "conv 3×3, 32→64, 32×32, batch 32": (Conv(32, 64, (3, 3), padding=1), (32, 32, 32, 32), "≤ 2.5"),
    "conv 5, 16→32, 128, batch 32": (Conv(16, 32, (5,), padding=2), (32, 16, 128), ""),
    "conv transpose 4×4 /2, 32→16, 16×16, batch 32": (
        ConvTranspose(32, 16, (4, 4), stride=2, padding=1),
        (32, 32, 16, 16),
        "",
    ),
    "max pool 3×3 /2, 32 channels, 32×32, batch 32": (MaxPool((3, 3), 2, 1), (32, 32, 32, 32), ""),
    "average pool 3×3 /2, the same": (AvgPool((3, 3), 2, 1), (32, 32, 32, 32), ""),
    "batch-norm, 32 channels, 32×32, batch 32": (BatchNorm(32), (32, 32, 32, 32), ""),
    "layer-norm, 256 features, T 128, batch 8": (LayerNorm((256,)), (8, 128, 256), ""),
    "embedding 1000×64, T 50, batch 32": (Embedding(1000, 64), (32, 50), ""),
    "RNN 128, T 50, batch 32": (RNN(128, 128), (32, 50, 128), ""),
    "LSTM 128, T 50, batch 32": (LSTM(128, 128), (32, 50, 128), "≤ 2.5"),
    "GRU 128, T 50, batch 32": (GRU(128, 128), (32, 50, 128), ""),
    "attention, 8 heads, T 128, d 256, batch 8": (MultiHeadAttention(256, 8), (8, 128, 256), "≤ 2.5"),
    "attention, the same, causal": (MultiHeadAttention(256, 8, True), (8, 128, 256), ""),
    "linear 256→1024 at each of T 128, batch 8": (PositionwiseLinear(256, 1024), (8, 128, 256), ""),
}


def case_of(layer, input_shape, dtype):
    """The layer alone, with a random gradient from above."""
    rng = np.random.default_rng(0)
    network = manual.Network((layer,))
    parameters = {n: 0.1 * rng.standard_normal(s) for n, s in network.parameter_shapes.items()}
    x, states = random_input(rng, network, input_shape), random_states(rng, network, input_shape)
    target = rng.standard_normal((input_shape[0], *network.shapes(input_shape[1:])[-1]))
    return manual.Case(network, parameters, x, target, InnerProduct(), manual.SGD(), states=states).astype(dtype)


def by_manual(case):
    """The layer's own calls: all but the loss's."""
    step = Step(case)
    step.run()
    calls = (*step.forward, *step.backward[1:])

    def run():
        for call in calls:
            call()

    return run


def by_torch(case):
    """The twin forward, and autograd back to its input and parameters."""
    model = twin.build(case.network).to(twin.dtype_of(case))
    model.load_state_dict({name: twin.tensor(value) for name, value in case.parameters.items()})
    x, target = twin.tensor(case.x), twin.tensor(case.target)
    states = {name: twin.tensor(value) for name, value in case.states.items()}
    leaves = [*model.parameters(), *([x.requires_grad_()] if x.is_floating_point() else [])]

    def run():
        torch.autograd.grad(model(x, states), leaves, target)

    return run


def main():
    """Prints the table."""
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "all")
    table = Table(title=f"Forward and backward; threads: {threads}", title_justify="left")
    for column in ("layer", "dtype", "manual ms", "÷ torch", "wanted"):
        table.add_column(column, justify="left" if column in ("layer", "dtype") else "right")
    for name, (layer, shape, wanted) in LAYERS.items():
        for dtype in ("float32", "float64"):
            case = case_of(layer, shape, dtype)
            rounds = side_by_side({"manual": by_manual(case), "torch": by_torch(case)}, seconds=1.5)
            share = ratio(rounds, "manual", "torch")
            table.add_row(name, dtype, f"{1e3 * float(np.median(rounds['manual'])):.2f}", f"{share:.2f}", wanted)
    Console(width=120).print(table)


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    main()
