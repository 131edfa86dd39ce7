"""Replay: what a mistake at one quantity does to the quantities after it, with everything else right.

Where only final gradients or updates were handed over, a mistake further up shows in all of them. Each hypothesis is
then played through to the end, and fits if it gives everything that was found.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from manual.arrays import Array
from manual.network import Node
from torchref import twin
from torchref.mistakes import MISTAKES, Mistake, Site
from torchref.reference import Reference
from torchref.settled import settled, values_with
from torchref.steps import Examination

Values = dict[str, Array]


class Replay:
    """The right walk through a case, kept, so that the part after a mistake can be walked again."""

    def __init__(self, examination: Examination) -> None:
        self.case = examination.case
        self.examination = examination
        self.reference = Reference(self.case, keep_graphs=True)
        for step in self.reference.walk():
            given = examination.values[step.name] if self._is_given_and_right(step.name) else step.value
            self.reference.values[step.name] = given

    def _is_given_and_right(self, name: str) -> bool:
        return any(step.name == name and step.verdict == "agrees" for step in self.examination.steps)

    def hypotheses(self, first_wrong: str) -> Iterator[tuple[Mistake, str, Values]]:
        """Each mistake that could show first at a quantity, where it was made, and the values that it leads to.

        `first_wrong` is the parameter, nearest to the loss, whose gradient or update is wrong: a mistake on the way
        back was made between there and the loss.
        """
        names = self.case.network.names
        place = names.index(first_wrong.rpartition(".")[0])
        above = [f"backward/{name}" for name in names[place:]]
        forward = [f"forward/{name}" for name in names]
        plays = dict.fromkeys(above, self._from_backward) | {f"gradient/{first_wrong}": self._from_gradient}
        plays |= dict.fromkeys(forward, self._from_forward)
        for quantity, play in plays.items():
            step = self.examination.expected[quantity]
            site = Site(self.case, quantity, step.function, self.reference.values, step.value)
            for mistake in MISTAKES.values():
                wrong = mistake.at(site)
                if wrong is not None and np.isfinite(wrong).all():
                    yield mistake, quantity, play(quantity, wrong)
        for node in reversed(self.case.network.nodes[place:]):
            yield from self._inside(node)

    def _inside(self, node: Node) -> Iterator[tuple[Mistake, str, Values]]:
        """Each mistake of this kind of layer at its inner quantities, gone back first."""
        is_right = self._is_given_and_right(f"forward/{node.name}")
        rooms = ("backward",) if is_right else ("backward", "forward")
        for name, step in reversed(self.examination.expected.items()):
            site = Site(self.case, name, step.function, self.reference.values, step.value)
            if not site.inner or site.node is not node or site.role.partition(".")[0] not in rooms:
                continue
            for mistake in MISTAKES.values():
                wrong = settled(mistake, site) if mistake.kinds else None
                if wrong is not None and np.isfinite(wrong).all():
                    yield mistake, name, values_with(self.case, name, wrong)

    def _from_gradient(self, quantity: str, wrong: Array) -> Values:
        """A wrong gradient, and the update that it makes."""
        return {quantity: wrong} | self._update(quantity.partition("/")[2], wrong)

    def _from_backward(self, quantity: str, wrong: Array) -> Values:
        """The gradients and updates of the layers below a wrong gradient of a layer's output."""
        values: Values = {}
        shares = self.reference.shares
        sent: dict[str, dict[str, Array]] = {}  # what changes of the shares, by source and sender
        for step in reversed(self.reference.layers):
            if f"backward/{step.name}" == quantity:
                grad_output = wrong
            elif step.name in sent:
                right = {name: sum(share.value for share in given) for name, given in shares[step.name].items()}
                grad_output = np.asarray(sum((right | sent[step.name]).values()))
            else:
                continue
            values[f"backward/{step.name}"] = grad_output
            back, own = self.reference.go_back(step, grad_output)
            for source, gradient in back.items():
                sent.setdefault(source, {})[step.name] = gradient
            for parameter, gradient in own.items():
                self._put(values, f"{step.name}.{parameter}", gradient)
        return values

    def _put(self, values: Values, name: str, gradient: Array) -> None:
        """A parameter's gradient, with what the penalty adds, and its update."""
        case, w = self.case, self.case.parameters[name].astype(np.float64)
        if case.penalty.applies_to(name):
            gradient = gradient + case.penalty.l1 * np.sign(w) + case.penalty.l2 * w
        values[f"gradient/{name}"] = gradient
        values.update(self._update(name, gradient))

    def _update(self, name: str, gradient: Array) -> Values:
        """The update that a gradient makes; none of a frozen parameter."""
        if name in self.case.frozen:
            return {}
        case = self.case
        old = torch.tensor(case.parameters[name]).double()
        kept = {b: torch.tensor(case.optimiser_state[f"{name}.{b}"]).double() for b in case.optimiser.buffers}
        new, buffers = twin.update(case.optimiser, old, torch.tensor(gradient), kept, case.updates)
        return {f"updated/{name}": twin.array(new)} | {
            f"optimiser/{name}.{b}": twin.array(value) for b, value in buffers.items()
        }

    def _from_forward(self, quantity: str, wrong: Array) -> Values:
        """Everything after a wrong output of a layer."""
        reference = Reference(self.case)
        for step in reference.walk():
            reference.values[step.name] = wrong if step.name == quantity else step.value
        return reference.values


def nearest_to_the_loss(examination: Examination, wrong: Mapping[str, object]) -> str | None:
    """The parameter of the last layer among those whose gradient or update is wrong."""
    for name in reversed(list(examination.case.parameters)):
        if f"gradient/{name}" in wrong or f"updated/{name}" in wrong:
            return name
    return None
