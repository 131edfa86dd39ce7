"""Network: a chain of layers, and the names of its parts."""

from dataclasses import dataclass
from functools import cached_property

from manual.arrays import Shape
from manual.errors import must_be
from manual.layers import Layer


@dataclass(frozen=True)
class Network:
    """A chain of layers. A layer's name is its kind and its place in the chain: linear0, sigmoid1, linear2, …"""

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if not self.layers:
            raise must_be("network", "a chain of at least one layer", "none")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The layers' names, first to last."""
        return tuple(f"{layer.kind}{place}" for place, layer in enumerate(self.layers))

    @cached_property
    def parameter_shapes(self) -> dict[str, Shape]:
        """Every parameter's name and shape; the names are torch's state_dict keys, as in linear0.weight."""
        return {
            f"{name}.{parameter}": shape
            for name, layer in zip(self.names, self.layers, strict=True)
            for parameter, shape in layer.parameter_shapes().items()
        }

    def shapes(self, input_shape: Shape) -> list[Shape]:
        """One example's shape as it enters the network and as it leaves each layer.

        Raises    InputError if an example of `input_shape` cannot enter the network
        """
        shapes = [input_shape]
        for layer in self.layers:
            shapes.append(layer.output_shape(shapes[-1]))
        return shapes
