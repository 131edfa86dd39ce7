"""Cases: a case that discriminates, for somebody's network: random numbers of order one, several examples."""

import numpy as np

from manual.case import Case
from manual.layers import Layer
from manual.losses import Loss
from manual.losses.inner_product import InnerProduct
from manual.network import Network
from manual.optimisers.sgd import SGD
from manual.penalty import Penalty
from torchref.errors import must_be
from torchref.random_parts import random_target

EXAMPLES = 5


def random_inputs(network: Network, input_features: int | None, examples: int, rng: np.random.Generator) -> np.ndarray:
    """Inputs of order one for a network; their number of features is that of its first fully connected layer."""
    first = next((layer.in_features for layer in network.layers if hasattr(layer, "in_features")), input_features)
    if first is None:
        raise must_be("x", "given, where no layer tells the number of features", "nothing")
    return rng.standard_normal((examples, first))


def make_case(
    network: Network | Layer,
    loss: Loss | None,
    learning_rate: float,
    penalty: Penalty,
    frozen: frozenset[str],
    x: np.ndarray | None,
    target: np.ndarray | None,
    seed: int,
) -> Case:
    """A case with random parameters scaled by fan-in, and random x and target where none are given.

    Without a loss, what stands in its place is the gradient that comes from above: target is then that gradient.
    """
    rng = np.random.default_rng(seed)
    chain = Network((network,)) if isinstance(network, Layer) else network
    parameters = {
        name: rng.standard_normal(shape) * (0.5 if len(shape) == 1 else 1 / np.sqrt(shape[-1]))
        for name, shape in chain.parameter_shapes.items()
    }
    x = random_inputs(chain, 4, EXAMPLES, rng) if x is None else np.asarray(x)
    shape = (len(x), *chain.shapes(x.shape[1:])[-1])
    loss = loss or InnerProduct("sum")
    target = random_target(rng, loss, shape) if target is None else np.asarray(target)
    return Case(chain, parameters, x, target, loss, SGD(learning_rate), penalty, frozen)
