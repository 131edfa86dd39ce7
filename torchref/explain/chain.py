"""Chain: the part of a derivation that leads to one quantity, and the steps in which to walk through all of it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby

from manual.errors import UnknownNameError
from torchref.explain.record import Derivation, Quantity, Stage

STAGES = (Stage.FORWARD, Stage.LOSS, Stage.BACKWARD, Stage.GRADIENT, Stage.UPDATE)


def find(derivation: Derivation, name: str) -> str:
    """The quantity that a name stands for; E for E_total, and dE/dw5 for those without a ∂ on their keys.

    Raises    UnknownNameError, with a suggestion, if it stands for nothing
    """
    wanted = re.sub(r"\s+", "", name).replace("−", "-")
    typed = re.fullmatch(r"[d∂](.+)/[d∂](.+)", wanted)
    if typed:
        wanted = f"∂{'E_total' if typed[1] == 'E' else typed[1]}/∂{typed[2]}"
    wanted = "E_total" if wanted == "E" else wanted
    if wanted not in derivation.quantities:
        near = get_close_matches(wanted[:80], derivation.quantities, n=1, cutoff=0.5)
        message = f"quantity must be one of the case's, such as w1, out_h1 or ∂E_total/∂w1 (got {name[:80]!r})"
        raise UnknownNameError(message + (f"; did you mean {near[0]!r}?" if near else ""))
    return wanted


def chain(derivation: Derivation, name: str) -> list[Quantity]:
    """What leads to a quantity, in the order in which it is worked out.

    Of a weight or bias: its gradient by its factors, and its update. Of a derivative: the derivatives it is made of;
    the forward pass is taken as known. Of a number of the forward pass: all that it is made of.
    """
    is_parameter = f"{name}+" in derivation.quantities
    goal = f"{name}+" if is_parameter else name
    starts_behind = is_parameter or goal.endswith("+") or goal.startswith("∂")
    wanted = set(_before(derivation, goal, starts_behind))
    if goal.endswith("+") and derivation.quantities[goal].why == "frozen":
        wanted |= set(_before(derivation, gradient_of(derivation, goal[:-1]), True))
    wanted.add(goal)
    return [q for q in derivation.quantities.values() if q.name in wanted and (q.formula is not None or q.name == goal)]


def gradient_of(derivation: Derivation, parameter: str) -> str:
    """The name of the derivative that a parameter is updated by."""
    objective = f"∂J/∂{parameter}"
    return objective if objective in derivation.quantities else f"∂E_total/∂{parameter}"


def _before(derivation: Derivation, goal: str, starts_behind: bool) -> Iterator[str]:
    """The goal and everything that it is made of; with `starts_behind` the derivatives among it alone."""
    seen, todo = {goal}, [goal]
    while todo:
        name = todo.pop()
        yield name
        for earlier in derivation.quantities[name].inputs:
            if earlier not in seen and (not starts_behind or earlier.startswith("∂")):
                seen.add(earlier)
                todo.append(earlier)


@dataclass(frozen=True)
class Step:
    """What is worked out at once when walking through a derivation: at one neuron, or for the weights into it."""

    stage: Stage
    at: str
    quantities: tuple[Quantity, ...]


def steps(derivation: Derivation) -> list[Step]:
    """Forward neuron by neuron, the loss, backward neuron by neuron, the gradients, the update."""
    target = {edge.weight: edge.target for edge in derivation.layout.edges}
    places = {bias: neurons[0] if len(neurons) == 1 else bias for bias, neurons in derivation.layout.biases.items()}

    def place(quantity: Quantity) -> str:
        at = quantity.at
        if quantity.stage is Stage.UPDATE:
            return "all"
        return target.get(at) or places.get(at, at) if quantity.stage is Stage.GRADIENT else at

    found = []
    for stage in STAGES:
        grouped = _gather(derivation.stage(stage), place)
        found += [Step(stage, at, tuple(group)) for at, group in grouped.items()]
    return found


def _gather(quantities: Iterable[Quantity], key: Callable[[Quantity], str]) -> dict[str, list[Quantity]]:
    groups: dict[str, list[Quantity]] = {}
    for quantity in quantities:
        groups.setdefault(key(quantity), []).append(quantity)
    return groups


def by_stage(quantities: Iterable[Quantity]) -> list[tuple[Stage, list[Quantity]]]:
    """Quantities with the stage that each belongs to."""
    return [(stage, list(group)) for stage, group in groupby(quantities, lambda quantity: quantity.stage)]
