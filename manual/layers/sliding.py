"""Sliding: what layers share whose kernel or window slides over the last axes of x: convolutions and pooling."""

from typing import Any

from manual.arrays import Shape
from manual.layers.layer import Layer
from manual.windows import Sizes, Windows, sizes

# The least of each setting. It is an integer an axis, or one for all; the kernel says over how many axes.
LEAST = {"kernel": 1, "stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}


class Sliding(Layer):
    """The shared part."""

    kernel: Sizes

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            if hasattr(self, name):
                given = sizes(f"{self.kind}: {name}", getattr(self, name), len(self.kernel), least)
                object.__setattr__(self, name, given)

    @property
    def windows(self) -> Windows:
        """How the kernel moves."""
        settled: Any = self  # what was an integer has become one an axis
        dilation = getattr(self, "dilation", (1,) * len(self.kernel))
        return Windows(self.kernel, settled.stride, settled.padding, dilation)

    def example_size(self) -> Shape:
        """Sizes that differ, and leave a rest at the edge."""
        windows = self.windows
        return tuple(r + 3 * s + 1 + a for a, (r, s) in enumerate(zip(windows.reach, windows.stride, strict=True)))
