"""Shake: how far roundings reach through quantities that were not handed over.

Where a trace has only its last values, say the gradients, they cannot be judged step by step: between the case and
them lie roundings of the examined code that the reference does not see. So the reference is run again, a few times,
with each quantity that is missing moved at random by as much as one step's rounding could move it. How far the values
that are there move in turn is how far right code may be off.
"""

from collections.abc import Mapping

import numpy as np

from manual.arrays import Array
from manual.case import Case
from torchref.allowance import SHAKEN, allowance
from torchref.reference import Expected, Reference

# A few samples tell the size of the movement, but by chance leave some elements all but unmoved; those that seem to
# differ are looked at again with many.
FIRST, MORE = 6, 42


class Shaker:
    """The movement of the quantities that a trace has, when those that it lacks are moved by their roundings."""

    def __init__(self, case: Case, trace: Mapping[str, Array], expected: Mapping[str, Expected], device: str) -> None:
        self.case = case
        self.trace = trace
        self.expected = expected
        self.device = device
        self.rng = np.random.default_rng(0)  # the same verdict for the same trace
        self.moved = {name: np.zeros(step.value.shape) for name, step in expected.items() if name in trace}
        self.ranges = {f"forward/{node.name}": node.layer.output_range for node in case.network.nodes}
        self.samples = 0

    def widen(self, allowed: dict[str, Array]) -> None:
        """Adds to each allowance what the missing quantities' roundings may have moved."""
        own = dict(allowed)
        for samples in (FIRST, MORE):
            for _ in range(samples):
                self._shake()
            for name in own:
                allowed[name] = own[name] + SHAKEN * self.moved[name] / np.sqrt(self.samples)
            if not any(self._seems_to_differ(name, allowed[name]) for name in own):
                return

    def _shake(self) -> None:
        reference = Reference(self.case, self.device, given=self.trace)
        for step in reference.walk():
            got, clean = self.trace.get(step.name), self.expected[step.name].value
            if step.can_go_on_with(got):
                # √Σ squares, without squaring what is too small for it
                self.moved[step.name] = np.hypot(self.moved[step.name], step.value - clean)
                reference.values[step.name] = got
            else:
                reach = allowance(self.expected[step.name].rounding, self.case.dtype)
                moved = self.rng.uniform(-1, 1, clean.shape) * reach
                reference.values[step.name] = np.clip(step.value + moved, *self.ranges.get(step.name, (None, None)))
        self.samples += 1

    def _seems_to_differ(self, name: str, bound: Array) -> bool:
        got, value = self.trace[name], self.expected[name].value
        return got.shape == value.shape and bool((np.abs(got - value) > bound).any())
