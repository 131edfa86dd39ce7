"""Case: everything that decides the numbers of one training step."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import DTypeLike

from manual.arrays import Array, read_only
from manual.errors import must_be, unknown
from manual.losses import Loss
from manual.network import Network
from manual.optimisers import Optimiser
from manual.penalty import Penalty


@dataclass(frozen=True)
class Case:
    """A network, its parameters, a batch of examples as rows, a loss, and an optimiser's step.

    Shapes    x (N, I) · target as the loss wants it · parameters as network.parameter_shapes
    Raises    InputError where these do not fit together, or a number is not finite
    """

    network: Network
    parameters: Mapping[str, Array]
    x: Array
    target: Array
    loss: Loss
    optimiser: Optimiser
    penalty: Penalty = field(default_factory=Penalty)
    frozen: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        dtype = np.result_type(*(np.asarray(value).dtype for value in (*self.parameters.values(), self.x)))
        if dtype not in (np.float32, np.float64):
            raise must_be("parameters and x", "float32 or float64", dtype)
        target = np.asarray(self.target)
        if not np.issubdtype(target.dtype, np.integer):
            target = target.astype(dtype)
        parameters = {name: read_only(np.array(value, dtype)) for name, value in self.parameters.items()}
        object.__setattr__(self, "parameters", MappingProxyType(parameters))
        object.__setattr__(self, "x", read_only(np.array(self.x, dtype)))
        object.__setattr__(self, "target", read_only(target.copy()))
        self._check()

    def _check(self) -> None:
        shapes = self.network.parameter_shapes
        for name in self.parameters:
            if name not in shapes:
                raise unknown("parameter", name, shapes)
        for name, shape in shapes.items():
            if name not in self.parameters:
                raise must_be(name, f"given, with shape {shape}", "nothing")
            if self.parameters[name].shape != shape:
                raise must_be(name, f"of shape {shape}", self.parameters[name].shape)
        for name in self.frozen:
            if name not in shapes:
                raise unknown("frozen", name, shapes)
        for name, value in (*self.parameters.items(), ("x", self.x), ("target", self.target)):
            if not np.isfinite(value).all():
                raise must_be(name, "finite", "NaN or infinity")
        if self.x.ndim < 2 or not self.x.size:
            advice = "for one example pass x[None, :]"
            raise must_be("x", "a batch of examples as rows, (N, features)", self.x.shape, advice)
        output_shape = self.network.shapes(self.x.shape[1:])[-1]
        self.loss.check_target(self.target, (self.x.shape[0], *output_shape))
        low, high = self.network.layers[-1].output_range
        if low < self.loss.domain[0] or high > self.loss.domain[1]:
            raise must_be(
                f"the last layer before {self.loss.kind}",
                f"one with outputs within {list(self.loss.domain)}",
                self.network.layers[-1].kind,
                "end the network with sigmoid or softmax",
            )

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """The type of every number of the case, float32 or float64."""
        return self.x.dtype

    def astype(self, dtype: DTypeLike) -> "Case":
        """The same case with its numbers rounded to `dtype`."""
        parameters = {name: value.astype(dtype) for name, value in self.parameters.items()}
        return replace(self, parameters=parameters, x=self.x.astype(dtype))
