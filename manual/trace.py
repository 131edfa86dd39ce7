"""Trace: the named arrays of one training step, in the order in which they are computed."""

from collections.abc import Iterator, Mapping

from manual.arrays import Array, read_only
from manual.errors import unknown


class Trace(Mapping[str, Array]):
    """Ordered, named, read-only arrays; the names are paths such as forward/linear0 or gradient/linear2.weight.

    forward/<layer>        each layer's output
    loss/elements, loss    the loss before and after its reduction; with a penalty also penalty and objective
    backward/<layer>       ∂E/∂(that layer's output), last layer first; backward/input is ∂E/∂x
    gradient/<parameter>   ∂(objective)/∂(that parameter), of frozen parameters too
    clipped/<parameter>    the gradient that the update uses, where gradients are clipped
    optimiser/<parameter>.<buffer>   what the optimiser keeps of the gradients, after the step
    updated/<parameter>    the parameter after the optimiser's step
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = {name: read_only(array) for name, array in arrays.items()}

    def __getitem__(self, name: str) -> Array:
        if name not in self._arrays:
            raise unknown("quantity", name, self._arrays)
        return self._arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        rows = (f"  {name} {array.shape} {array.dtype}" for name, array in self.items())
        return "\n".join(("Trace", *rows))
