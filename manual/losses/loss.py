"""Loss: what every loss is: elements, their slopes, and the reduction that makes one number of them."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, prod
from typing import Any, ClassVar, Literal

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be, unknown

Reduction = Literal["sum", "mean", "batchmean"]

LOSSES: dict[str, type["Loss"]] = {}


@dataclass(frozen=True)
class Loss:
    """A loss: E = scale · Σ elements, with a scale that is part of its name.

    sum         scale 1
    mean        scale 1 / (number of elements), torch's reduction="mean"
    batchmean   scale 1 / (number of examples): summed over the outputs, averaged over the examples

    A subclass in a file of this folder is found by itself. It gives `kind`, `elements(output, target, out)` and
    `slope(output, target, out)`, the derivative of each element with respect to its output. The batch is the
    output's first axis, classes its last; axes before these (learning rates) broadcast.
    """

    kind: ClassVar[str]
    reductions: ClassVar[tuple[Reduction, ...]] = ("sum", "mean", "batchmean")
    # The interval in which the network's outputs must lie.
    domain: ClassVar[tuple[float, float]] = (-inf, inf)
    # 2 where each output gives an element, 1 where each row of the last axis gives one.
    element_axes: ClassVar[int] = 2

    elements: ClassVar[Callable[..., Any]]
    slope: ClassVar[Callable[..., Any]]

    reduction: Reduction = "sum"

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            LOSSES[cls.kind] = cls

    def __post_init__(self) -> None:
        if self.reduction not in self.reductions:
            raise unknown(f"{self.kind}: reduction", self.reduction, self.reductions)

    @property
    def name(self) -> str:
        """Kind and reduction, as in half_squared_error_sum."""
        return f"{self.kind}_{self.reduction}"

    def check_target(self, target: Array, output_shape: Shape) -> None:
        """Raises InputError unless `target` fits a batch of outputs of `output_shape`, (N, …)."""
        if target.shape != output_shape:
            raise must_be("target", f"of shape {output_shape}, like the network's output", target.shape)

    def element_shape(self, output_shape: Shape) -> Shape:
        """The shape of the elements for a batch of outputs of `output_shape`, (N, …)."""
        return output_shape if self.element_axes == 2 else output_shape[:-1]

    def scale(self, output_shape: Shape, target: Array | None = None) -> float:
        """The factor between the sum of the elements and E, for a batch of outputs of `output_shape`, (N, …)."""
        if self.reduction == "sum":
            return 1.0
        if self.reduction == "mean":
            return 1.0 / prod(self.element_shape(output_shape))
        return 1.0 / output_shape[0]

    def reduce(self, elements: Array, scale: float, out: Array | None = None) -> Array:
        """E = scale · Σ elements; the elements of one network lie along the last axis."""
        total = np.add.reduce(elements, axis=-1, out=out)
        if scale == 1.0:
            return np.asarray(total)
        mean = np.asarray(np.multiply(total, scale, out=out))
        if np.isinf(mean).any():  # the mean may be a number where the sum is beyond the largest one
            np.copyto(mean, np.add.reduce(elements * scale, axis=-1), where=np.isinf(mean))
        return mean

    def backward(self, output: Array, target: Array, scale: float, out: Array | None = None) -> Array:
        """∂E/∂output = scale · slope."""
        slope: Array = self.slope(output, target, out)
        return slope if scale == 1.0 else np.multiply(slope, scale, out=slope)


def parse_loss(name: str) -> Loss:
    """The loss of a name such as half_squared_error_sum.

    Raises    InputError, with a suggestion, if there is no such loss
    """
    names = {f"{kind}_{reduction}": (loss, reduction) for kind, loss in LOSSES.items() for reduction in loss.reductions}
    if name not in names:
        raise unknown("loss", name, names)
    loss, reduction = names[name]
    return loss(reduction)
