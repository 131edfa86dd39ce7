"""Case: everything that decides the numbers of one training step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import DTypeLike

from manual.arrays import Array, read_only
from manual.clipping import Clipping
from manual.errors import must_be, unknown
from manual.losses import Loss
from manual.network import Network
from manual.optimisers import Optimiser
from manual.penalty import Penalty


@dataclass(frozen=True)
class Case:
    """A network, its parameters, a batch of examples, a loss, and an optimiser's step.

    clipping  what bounds the gradients before the update, if anything does
    updates   how many steps the optimiser has made before; optimiser_state is what it keeps of them, by the name of
              the parameter and of the buffer (linear0.weight.m): zeros where nothing is given and updates is 0
    states    what layers need beside x and parameters, by name: dropout1.mask, batch_norm1.running_mean, …

    Shapes    x (N, …) · target as the loss wants it · parameters as network.parameter_shapes · states as
              network.state_shapes
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
    states: Mapping[str, Array] = field(default_factory=dict)
    clipping: Clipping | None = None
    updates: int = 0
    optimiser_state: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        x = np.asarray(self.x)
        numbers = [np.asarray(value).dtype for value in (*self.parameters.values(), *self.states.values())]
        is_ids = self.network.takes_ids
        dtype = np.result_type(*(d for d in numbers if d.kind in "fc"), *([] if is_ids and numbers else [x.dtype]))
        if dtype not in (np.float32, np.float64):
            raise must_be("parameters and x", "float32 or float64", dtype)
        target = np.asarray(self.target)
        if not np.issubdtype(target.dtype, np.integer):
            target = target.astype(dtype)
        for field_name, given in (("parameters", self.parameters), ("states", self.states)):
            kept = {name: _kept(value, dtype) for name, value in given.items()}
            object.__setattr__(self, field_name, MappingProxyType(kept))
        object.__setattr__(self, "optimiser_state", MappingProxyType(dict(self._remembered(dtype))))
        if is_ids and x.dtype.kind not in "iu":
            raise must_be("x", "integers, for the network takes ids", x.dtype)
        object.__setattr__(self, "x", read_only(np.array(x, np.int64 if is_ids else dtype)))
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
        numbers = (*self.parameters.items(), *self.states.items(), ("x", self.x), ("target", self.target))
        for name, value in numbers:
            if not np.isfinite(value).all():
                raise must_be(name, "finite", "NaN or infinity")
        if self.x.ndim < 2 or not self.x.size:
            advice = "for one example pass x[None, :]"
            raise must_be("x", "a batch of examples as rows, (N, features)", self.x.shape, advice)
        output_shape = self.network.shapes(self.x.shape[1:])[-1]
        self._check_states()
        for node in self.network.nodes:
            if node.layer.takes_ids:
                node.layer.check_ids(self.x)
        self.loss.check_target(self.target, (self.x.shape[0], *output_shape))
        last = self.network.nodes[-1].layer
        low, high = last.output_range
        if low < self.loss.domain[0] or high > self.loss.domain[1]:
            raise must_be(
                f"the last layer before {self.loss.kind}",
                f"one with outputs within {list(self.loss.domain)}",
                last.kind,
                "end the network with sigmoid or softmax",
            )

    def _remembered(self, dtype: DTypeLike) -> Iterator[tuple[str, Array]]:
        """What the optimiser keeps of each parameter, in case it is trained."""
        shapes = {f"{n}.{b}": p.shape for n, p in self.parameters.items() for b in self.optimiser.buffers}
        for name in self.optimiser_state:
            if name not in shapes:
                raise unknown("optimiser_state", name, shapes)
        if self.updates < 0:
            raise must_be("updates", "at least 0", self.updates)
        for name, shape in shapes.items():
            if name not in self.optimiser_state and self.updates:
                raise must_be(f"optimiser_state: {name}", f"given after {self.updates} updates", "nothing")
            value = np.asarray(self.optimiser_state.get(name, np.zeros(shape)))
            if value.shape != shape or not np.isfinite(value).all():
                raise must_be(f"optimiser_state: {name}", f"finite and of shape {shape}", value.shape)
            yield name, _kept(value, dtype)

    def _check_states(self) -> None:
        shapes = self.network.state_shapes(self.x.shape)
        for name in self.states:
            if name not in shapes:
                raise unknown("state", name, shapes)
        for name, shape in shapes.items():
            wanted = f"of shape {shape}" + (" and boolean" if name.endswith("mask") else "")
            if name not in self.states:
                raise must_be(f"the state {name}", f"given, {wanted}", "nothing", "pass states={…} to the case")
            value = self.states[name]
            if value.shape != shape or (value.dtype == bool) != name.endswith("mask"):
                raise must_be(f"the state {name}", wanted, f"{value.shape}, {value.dtype}")

    @cached_property
    def dtype(self) -> np.dtype[np.floating]:
        """The type of every number of the case, float32 or float64."""
        numbers = (self.x, *self.parameters.values(), *self.states.values())
        return next(value.dtype for value in numbers if value.dtype.kind == "f")

    @property
    def given(self) -> dict[str, Array]:
        """Parameters and states together, by name."""
        return {**self.parameters, **self.states}

    def astype(self, dtype: DTypeLike) -> "Case":
        """The same case with its numbers rounded to `dtype`."""
        parameters, states = (
            {name: _kept(value, dtype) for name, value in given.items()} for given in (self.parameters, self.states)
        )
        return replace(
            self, parameters=parameters, states=states, x=self.x if self.network.takes_ids else _kept(self.x, dtype)
        )


def _kept(value: Array, dtype: DTypeLike) -> Array:
    """A copy of what the case was given, in its dtype; what is boolean stays so."""
    value = np.asarray(value)
    return read_only(value.copy() if value.dtype == bool else np.array(value, dtype))
