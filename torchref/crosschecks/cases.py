"""Cases: a case that discriminates, for somebody's network: random numbers of order one, several examples."""

from collections.abc import Mapping

import numpy as np

from manual.case import Case
from manual.layers import Layer
from manual.losses import Loss
from manual.losses.inner_product import InnerProduct
from manual.network import Network
from manual.optimisers import Optimiser
from manual.penalty import Penalty
from torchref.random_chains import random_input, random_states
from torchref.random_parts import random_target

EXAMPLES = 5


# The shape of an example where no layer tells one.
ANY_EXAMPLE = (4,)


def random_inputs(network: Network, examples: int, rng: np.random.Generator, like: np.ndarray | None) -> np.ndarray:
    """Inputs of order one, or ids, like others, or of the shape that the first layer that tells one tells."""
    told = (node.layer.example_shape() for node in network.nodes)
    shape = next((shape for shape in told if shape is not None), ANY_EXAMPLE) if like is None else like.shape[1:]
    return random_input(rng, network, (examples, *shape))


def make_case(
    network: Network | Layer,
    loss: Loss | None,
    optimiser: Optimiser,
    penalty: Penalty,
    frozen: frozenset[str],
    x: np.ndarray | None,
    target: np.ndarray | None,
    seed: int,
    states: Mapping[str, np.ndarray] | None = None,
    like: np.ndarray | None = None,
) -> Case:
    """A case with random parameters scaled by fan-in, and random x, target and states where none are given.

    `like` is a batch whose examples have the shape that random ones get.

    Without a loss, what stands in its place is the gradient that comes from above: target is then that gradient.
    """
    rng = np.random.default_rng(seed)
    chain = Network((network,)) if isinstance(network, Layer) else network
    parameters = {
        name: rng.standard_normal(shape) * (0.5 if len(shape) == 1 else 1 / np.sqrt(np.prod(shape[1:])))
        for name, shape in chain.parameter_shapes.items()
    }
    x = random_inputs(chain, EXAMPLES, rng, like) if x is None else np.asarray(x)
    shape = (len(x), *chain.shapes(x.shape[1:])[-1])
    loss = loss or InnerProduct("sum")
    target = random_target(rng, loss, shape) if target is None else np.asarray(target)
    drawn = random_states(rng, chain, x.shape) | dict(states or {})
    return Case(chain, parameters, x, target, loss, optimiser, penalty, frozen, drawn)
