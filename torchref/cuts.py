"""Cuts: one pass through a layer in pieces, each of which goes on with what the examined code had there.

So each piece of a layer is judged by itself: what a piece computed is kept as expected, and the next piece takes the
examined code's own value, and on the way back its own gradient.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from torchref.perturbed import Perturbed


@dataclass
class Piece:
    """One inner quantity (or its part at a time): as it was computed, and what the rest of the layer goes on with."""

    name: str
    time: int | None
    value: Tensor
    leaf: Tensor

    @property
    def gradient(self) -> Tensor:
        """The gradient that has come back to what the rest of the layer used."""
        return torch.zeros_like(self.leaf) if self.leaf.grad is None else self.leaf.grad


class Cut:
    """What a layer's pieces hand their inner quantities to.

    Where the examined code has none of them (`is_whole`), nothing is cut: a cut costs a way back of its own. Where it
    has one, all are, for what comes back to a quantity is to be added up before it goes on, as right code does.
    """

    def __init__(self, given: Mapping[str, Tensor], is_whole: bool, noise: Perturbed | None) -> None:
        self.given = given
        self.is_whole = is_whole
        self.noise = noise
        self.pieces: list[Piece] = []
        self.next_states: dict[str, Tensor] = {}

    def __call__(self, name: str, value: Tensor, time: int | None = None) -> Tensor:
        """What to go on with: the examined code's value, where there is one; with `time`, at that place of axis 1."""
        leaf = value if self.is_whole else value.detach()
        if name in self.given:
            leaf = self.given[name] if time is None else self.given[name][:, time]
            leaf = self.noise.move(leaf) if self.noise else leaf.clone()
        if not self.is_whole:
            leaf.requires_grad_()
        elif value.requires_grad:
            value.retain_grad()
        self.pieces.append(Piece(name, time, value, leaf))
        return leaf

    def next(self, name: str, value: Tensor) -> None:
        """Keeps what a state becomes."""
        self.next_states[name] = value


@dataclass
class Pass:
    """One pass through a layer: its leaves, pieces and output."""

    inputs: tuple[Tensor, ...]
    own: dict[str, Tensor]
    cut: Cut
    output: Tensor
    grad_inputs: list[Tensor | None] = field(default_factory=list)
    grad_own: dict[str, Tensor] = field(default_factory=dict)

    def values(self) -> dict[str, Tensor]:
        """What was computed going forward: each inner quantity, "" for the output, and the states' next values."""
        inner = _collected(self.cut.pieces, lambda piece: piece.value)
        return {**inner, "": self.output, **{f"next {name}": v for name, v in self.cut.next_states.items()}}

    def gradients(self) -> dict[str, Tensor]:
        """What was computed going back: by inner quantity, "x 0", "x 1", … of the inputs, and by parameter."""
        inner = _collected(self.cut.pieces, lambda piece: piece.gradient)
        inputs = {f"x {k}": g for k, g in enumerate(self.grad_inputs) if g is not None}
        return {**inner, **inputs, **{f"own {name}": g for name, g in self.grad_own.items()}}


def _collected(pieces: Sequence[Piece], what: Callable[[Piece], Tensor]) -> dict[str, Tensor]:
    """A tensor for each inner quantity; those that came a time at a time are put together along axis 1."""
    found: dict[str, list[Tensor]] = {}
    is_timed = {piece.name: piece.time is not None for piece in pieces}
    for piece in sorted(pieces, key=lambda p: p.time or 0):
        found.setdefault(piece.name, []).append(what(piece))
    return {name: torch.stack(parts, 1) if is_timed[name] else parts[0] for name, parts in found.items()}
