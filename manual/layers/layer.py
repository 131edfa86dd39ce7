"""Layer: what every layer is, and the register in which the rest of the house finds it by its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

from manual.arrays import Shape

LAYERS: dict[str, type["Layer"]] = {}


@dataclass(frozen=True)
class Layer:
    """A layer without its numbers: a kind, its sizes, and the hand-derived mathematics as functions of arrays.

    A subclass in a file of this folder is found by itself. It gives `kind` and the functions

        forward(x, …, out)             the output
        backward(grad_output, …, out)  the gradient with respect to x
        grad_weight(grad_output, …, out), grad_bias, …   one for each parameter

    The names of a function's arguments say what it reads: `x`, `output`, `grad_output`, or a parameter's name.
    `out` is the array to write, or None for a new one; it is never one of the arguments. Examples are rows:
    axis -2 is the batch, axis -1 the features, and any axes before these (learning rates) broadcast.
    """

    kind: ClassVar[str]
    # Whether each output element depends on the one input element at its place, so that a batch may be
    # worked through in blocks that stay in the cache.
    elementwise: ClassVar[bool] = False
    # The interval in which every output lies.
    output_range: ClassVar[tuple[float, float]] = (-inf, inf)

    forward: ClassVar[Callable[..., Any]]
    backward: ClassVar[Callable[..., Any]]

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            LAYERS[cls.kind] = cls

    def parameter_shapes(self) -> dict[str, Shape]:
        """The parameters by name, in torch's order, with their shapes."""
        return {}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one example's output.

        Raises    InputError if an example of `input_shape` cannot enter this layer
        """
        return input_shape
