"""Pool: what pooling layers share: their windows, and the shapes that come of them."""

from dataclasses import dataclass

from manual.arrays import Shape
from manual.errors import must_be
from manual.layers.sliding import Sliding
from manual.windows import Sizes


@dataclass(frozen=True)
class Pool(Sliding):
    """Windows over one axis or two; the stride is the window's size if it is not given."""

    kernel: Sizes
    stride: int | Sizes | None = None
    padding: int | Sizes = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "stride", self.kernel if self.stride is None else self.stride)
        super().__post_init__()
        if any(2 * p > k for p, k in zip(self.windows.padding, self.kernel, strict=True)):
            raise must_be(f"{self.kind}: padding", f"at most half of the window {self.kernel}", self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, *size) -> (C, *places)."""
        axes = len(self.kernel)
        if len(input_shape) != axes + 1:
            raise must_be(f"{self.kind}: x", f"of shape (N, C) and {axes} more", ("N", *input_shape))
        return (input_shape[0], *self.windows.places(self.kind, input_shape[1:]))

    def example_shape(self) -> Shape:
        """Three channels."""
        return (3, *self.example_size())
