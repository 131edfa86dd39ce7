"""Layer step: one layer's computation by torch, from given values, cut at its inner quantities, forward and back.

Where the twin's table has no rounding analysis of a layer, how far right code may be off is found by trying (Monte
Carlo arithmetic): everything that goes in, and the result of every operation, is moved at random by a few roundings,
some times over. How a layer is cut: torchref/cuts.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from manual.arrays import Array
from manual.network import Node
from torchref import twin
from torchref.allowance import MODULE_ROUNDINGS, SHAKEN, SIDES, Rounding
from torchref.cuts import Cut, Pass
from torchref.perturbed import Perturbed
from torchref.rounding import Local
from torchref.trials import MOVE, SAMPLES, Trials


class LayerStep:
    """A layer in its place, with the arrays that enter it and those that its code has for its inner quantities.

    is_whole   whether the code has neither values nor gradients of these
    """

    def __init__(
        self,
        node: Node,
        xs: Sequence[Array],
        own: Mapping[str, Array],
        given: Mapping[str, Array],
        is_whole: bool,
        device: str,
    ) -> None:
        self.node = node
        self.row = twin.LAYERS[node.layer.kind]
        self.device = device
        self.xs = tuple(xs)
        self.parameters = {name: own[name] for name in node.layer.parameter_shapes()}
        self.states = {name: value for name, value in own.items() if name not in self.parameters}
        self.given = given
        self.is_whole = is_whole
        with torch.device("meta"):  # there is nothing to initialise: the parameters are given
            self.module = twin.build_layer(node.layer)
        self.clean = self._run(self.device)

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.node.name

    @property
    def is_tried(self) -> bool:
        """Whether its rounding is found by trying."""
        return self.row.rule is None

    @property
    def surely(self) -> float:
        """How many roundings of its own size any quantity is surely allowed."""
        return float(getattr(self.row.rule, "surely", 0.0)) if self.row.rule else MODULE_ROUNDINGS

    @property
    def differentiated(self) -> tuple[str, ...]:
        """The parameters and states whose gradients are quantities."""
        return (*self.parameters, *self.node.layer.state_gradients)

    def _tensor(self, array: Array, device: str, noise: Perturbed | None = None) -> Tensor:
        """A leaf in float64, moved if there is noise; what is no number stays as it is."""
        value = twin.tensor(array, device, torch.float64 if array.dtype.kind == "f" else None)
        if noise is not None:
            value = noise.move(value)
        return value.requires_grad_() if value.is_floating_point() else value

    def _run(self, device: str, noise: Perturbed | None = None) -> Pass:
        inputs = tuple(self._tensor(x, device, noise) for x in self.xs)
        own = {n: self._tensor(v, device, noise) for n, v in (*self.parameters.items(), *self.states.items())}
        given = {n: twin.tensor(v, device, torch.float64) for n, v in self.given.items()}
        cut = Cut(given, self.is_whole, noise)
        with noise or nullcontext():
            output = self._call(inputs, own, cut)
        return Pass(inputs, own, cut, output)

    def _call(self, inputs: tuple[Tensor, ...], own: dict[str, Tensor], cut: Cut) -> Tensor:
        if self.row.pieces:
            return self.row.pieces(self.node.layer, cut, inputs if len(inputs) > 1 else inputs[0], **own)
        parameters = {name: own[name] for name in self.parameters}
        states = {name: own[name] for name in self.states}
        output: Tensor = functional_call(self.module, parameters, inputs, states) if own else self.module(*inputs)
        module: Any = self.module
        for state in self.node.layer.next_states:
            cut.next(state, module.next_states[state])
        return output

    def go_back(self, grad_output: Array, given: Mapping[str, Array], keep: bool = False) -> Pass:
        """The clean pass, with the gradients that come back through it; `given` are those of inner quantities."""
        self._back(self.clean, self._tensor(grad_output, self.device).detach(), given, self.device, keep)
        return self.clean

    def _back(
        self,
        made: Pass,
        grad_output: Tensor,
        given: Mapping[str, Array],
        device: str,
        keep: bool = False,
        noise: Perturbed | None = None,
    ) -> None:
        numbers = [x for x in made.inputs if x.is_floating_point()]
        leaves = [*numbers, *(made.own[name] for name in self.differentiated)]
        if made.cut.pieces:
            self._back_through_pieces(made, leaves, grad_output, given, device, noise)
            grads = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
        else:
            grads = list(
                torch.autograd.grad(
                    made.output, leaves, grad_output, retain_graph=keep, allow_unused=True, materialize_grads=True
                )
            )
        made.grad_inputs = [grads.pop(0) if x.is_floating_point() else None for x in made.inputs]
        made.grad_own = dict(zip(self.differentiated, grads, strict=True))

    def _back_through_pieces(
        self,
        made: Pass,
        leaves: list[Tensor],
        grad_output: Tensor,
        given: Mapping[str, Array],
        device: str,
        noise: Perturbed | None,
    ) -> None:
        """Each cut piece takes the gradient that the examined code had there, or else what has come back to it.

        The first kind needs nothing of the others, and goes at once; the second, last piece first.
        """
        for leaf in (*leaves, *(piece.leaf for piece in made.cut.pieces)):
            leaf.grad = None
        cut = [] if self.is_whole else [piece for piece in made.cut.pieces if piece.value.requires_grad]
        tensors = {name: self._tensor(value, device).detach() for name, value in given.items()}
        roots, upstreams = [made.output], [grad_output]
        for piece in (piece for piece in cut if piece.name in tensors):
            upstream = tensors[piece.name] if piece.time is None else tensors[piece.name][:, piece.time]
            roots.append(piece.value)
            upstreams.append(noise.move(upstream) if noise else upstream)
        torch.autograd.backward(roots, upstreams, retain_graph=True)  # pieces may share what they compute
        for piece in reversed(cut):
            if piece.name not in tensors:
                torch.autograd.backward(piece.value, piece.gradient, retain_graph=True)

    @cached_property
    def trials(self) -> Trials:
        """Of going forward."""
        return Trials(self.clean.values(), (made.values() for made in self._forward_passes()))

    def rounding_forward(self, name: str, samples: int) -> Rounding:
        """Of an inner quantity, or with "" of the output, or of a state's next value."""
        if name == "" and self.row.rule:
            return self.row.rule.forward(self.local(np.empty(0)))
        return self.rounding(name, self.trials, samples)

    def roundings_back(self, grad_output: Array, given: Mapping[str, Array]) -> "RoundingsBack":
        """Of what comes back, given the gradients that it comes from."""
        return RoundingsBack(self, grad_output, given)

    def local(self, grad_output: Array) -> Local:
        """The values of the step, as a rule looks at them."""
        x, output = self.xs[0], twin.array(self.clean.output)
        return Local(self.node.layer, x, output, self.parameters, grad_output, self.module)

    def _forward_passes(self) -> Iterator[Pass]:
        for seed in range(SAMPLES):
            with torch.no_grad():
                made = self._run("cpu", Perturbed(MOVE, seed))
            yield made

    def back_passes(self, grad_output: Array, given: Mapping[str, Array]) -> Iterator[Pass]:
        """Passes forward and back in which everything is moved."""
        for seed in range(SAMPLES):
            noise = Perturbed(MOVE, seed)
            made = self._run("cpu", noise)
            upstream = noise.move(self._tensor(grad_output, "cpu").detach())
            with noise:
                self._back(made, upstream, given, "cpu", noise=noise)
            yield made

    def rounding(self, name: str, trials: Trials, samples: int) -> Rounding:
        """Of a quantity of some trials."""
        moved, value = trials.moved(name, samples), trials.clean[name]
        # A sum of n terms that is made one by one is off by its partial sums' roundings, not by its terms': by up to
        # n times what one term is moved, of which 1/16 covers sums of one sign.
        sizes = [x.size for x in (*self.xs, *self.parameters.values())]
        terms = max([1, *(size / max(1, moved.size) for size in sizes)])
        if name.startswith("own "):
            terms = max([terms, *(x.size / x.shape[-1] for x in self.xs if x.ndim)])
        share = SHAKEN * MODULE_ROUNDINGS / SIDES * (1 + terms / 16)
        largest = max([1.0, *(float(np.abs(x).max()) for x in self.xs if x.size)])
        return Rounding(1, share * moved + MODULE_ROUNDINGS * np.abs(value), 64 * largest)


@dataclass
class RoundingsBack:
    """The rounding analysis of what comes back through a layer, made when it is first asked for."""

    step: LayerStep
    grad_output: Array
    given: Mapping[str, Array]

    @cached_property
    def local(self) -> Local:
        """The values of the step, as a rule looks at them."""
        return self.step.local(self.grad_output)

    @cached_property
    def trials(self) -> Trials:
        """What comes back in passes in which everything is moved."""
        passes = self.step.back_passes(self.grad_output, self.given)
        return Trials(self.step.clean.gradients(), (made.gradients() for made in passes))

    def of(self, name: str, samples: int) -> Rounding:
        """Of a name of Pass.gradients."""
        rule, local = self.step.row.rule, self.local
        if rule and name.startswith("x "):
            return rule.backward(local)
        if rule and name.startswith("own "):
            return rule.gradient(local, name.removeprefix("own "))
        return self.step.rounding(name, self.trials, samples)
