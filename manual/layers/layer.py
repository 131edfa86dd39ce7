"""Layer: what every layer is, and the register in which the rest of the house finds it by its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

from manual.arrays import Array, Shape

LAYERS: dict[str, type["Layer"]] = {}


@dataclass(frozen=True)
class Layer:
    """A layer without its numbers: a kind, its settings, and the hand-derived mathematics as functions of arrays.

    A subclass in a file of this folder is found by itself. It gives `kind` and the functions

        forward(x, …, out)             the output
        backward(grad_output, …, out)  the gradient with respect to x
        grad_weight(grad_output, …, out), grad_bias, …   one for each parameter

    The names of a function's arguments say what it reads: `x`, `output`, `grad_output`, a parameter's name, or one
    of the names below. `out` is the array to write, or None for a new one; it is never one of the arguments. The
    batch is the first axis of x, and any axes before it (learning rates) broadcast, so axes are counted from the end.

    A layer may also have

        states              what the case gives beside x and the parameters: a mask, a running mean, an initial
                            state. `grad_<state>` where it is differentiated, `next_<state>` where the step changes it
        inner quantities    what is named between x and the output. `forward_<inner>` computes one; without that
                            function it is an array that `forward` fills. Of those in `inner_gradients`,
                            `backward_<inner>` computes the gradient, which others read as `grad_<inner>`; without
                            that function `backward_inner` fills it, which is called first on the way back
        several inputs      x is then a tuple, `backward` gives a tuple, and its `out` is one
    """

    kind: ClassVar[str]
    # Whether each output element depends on the one input element at its place, so that a batch may be
    # worked through in blocks that stay in the cache.
    elementwise: ClassVar[bool] = False
    # Whether x are integers, which have no gradient.
    takes_ids: ClassVar[bool] = False
    # Whether x may lack the leading axes that the parameters have.
    broadcasts_x: ClassVar[bool] = False
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

    def output_shape(self, input_shape: Any) -> Shape:
        """The shape of one example's output; with several inputs, `input_shape` is a tuple of shapes.

        Raises    InputError if an example of `input_shape` cannot enter this layer
        """
        shape: Shape = input_shape
        return shape

    def state_shapes(self, input_shape: Any) -> dict[str, Shape]:
        """The states by name, with their shapes, for a batch x of `input_shape`; one named …mask is boolean.

        With several inputs, `input_shape` is a tuple of shapes; in inner_shapes too.

        Raises    InputError if such a batch cannot enter this layer
        """
        return {}

    @property
    def state_gradients(self) -> tuple[str, ...]:
        """The states whose gradients are named, as gradient/<layer>.<state>."""
        return ()

    @property
    def next_states(self) -> tuple[str, ...]:
        """The states that the step changes; what they become is state/<layer>.<state>."""
        return ()

    def check_ids(self, ids: Array) -> None:
        """Raises InputError if ids that enter it are none of those it knows."""

    def inner_shapes(self, input_shape: Any) -> dict[str, Shape]:
        """The inner quantities in order of computation, forward/<layer>.<inner>, for a batch x of `input_shape`."""
        return {}

    def scratch_shapes(self, input_shape: Any) -> dict[str, Shape]:
        """Arrays that are no quantities, made once for a step, which its functions may ask for and fill.

        One whose name begins with grad_ is for the way back.
        """
        return {}

    @property
    def inner_gradients(self) -> tuple[str, ...]:
        """The inner quantities whose gradients are named, backward/<layer>.<inner>, in order of computation."""
        return ()

    def example_shape(self) -> Shape | None:
        """The shape of an example that can enter this layer and shows mistakes; None if any can."""
        return None
