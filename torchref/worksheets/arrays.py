"""Arrays: the numbers of a case in the arrays of its trace, which is where the catalogue of mistakes looks at them."""

from collections.abc import Callable, Mapping

import numpy as np

from manual.arrays import Array
from manual.names import Derivative, Element, Names
from torchref.mistakes import Site
from torchref.worksheets.evaluate import Leaf, in_floats
from torchref.worksheets.expression import Number
from torchref.worksheets.solution import Solution

ValueOf = Callable[[str], float]


class Arrays:
    """The arrays of a case's trace, each number by its name, and the mistakes that give wrong ones."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.case = solution.case
        self.names_of: dict[str, dict[tuple[int, ...], str]] = {}
        resolver = Names(self.case)
        forward = [name for name in resolver if not name.endswith("+")]
        gradients = [f"∂E_total/∂{name}" for name in forward if not name.startswith("E_")]
        for name in (*resolver, *gradients):
            element = resolver.resolve(name)
            if isinstance(element, Element):
                self.names_of.setdefault(element.path, {})[element.index] = name
        self.resolver = resolver

    def place(self, name: str) -> Element | None:
        """The array and the place of a number; None where it is in none."""
        try:
            found = self.resolver.resolve(name)
        except ValueError:
            return None
        return found if isinstance(found, Element) else None

    def path_of_local(self, name: str) -> Derivative | None:
        """A derivative that is in no array, such as ∂out_o1/∂l_o1."""
        found = self.resolver.resolve(name)
        return found if isinstance(found, Derivative) else None

    def array(self, path: str, value_of: ValueOf) -> Array:
        """One array of the trace, number by number."""
        names = self.names_of[path]
        shape = tuple(max(index[axis] for index in names) + 1 for axis in range(len(next(iter(names)))))
        result = np.zeros(shape)
        for index, name in names.items():
            result[index] = value_of(name)
        return result

    def site(self, path: str, value_of: ValueOf, replaced: Mapping[str, Array] | None = None) -> Site:
        """The place where a mistake may have been made, with all that went into it."""
        rooms = ("forward/", "backward/", "gradient/", "loss")
        values = {p: self.array(p, value_of) for p in self.names_of if p.startswith(rooms)}
        values |= dict(replaced or {})
        return Site(self.case, path, self.function(path), values, self.array(path, value_of))

    def function(self, path: str) -> str:
        """What computes an array, as in sigmoid3.backward."""
        network, (room, _, rest) = self.case.network, path.partition("/")
        if room == "loss":
            return f"{self.case.loss.kind}.{'elements' if rest else 'reduce'}"
        if room == "updated":
            return f"{self.case.optimiser.kind}.update"
        if room == "gradient":
            layer, _, parameter = rest.rpartition(".")
            return f"{layer}.grad_{parameter}"
        if room == "forward":
            return f"{rest}.forward"
        place = network.names.index(rest) if rest in network.names else -1
        is_last = place == len(network.names) - 1
        return f"{self.case.loss.name}.backward" if is_last else f"{network.names[place + 1]}.backward"


class Replay:
    """The numbers of a case in floats, with some of them replaced: what follows from these."""

    def __init__(self, solution: Solution, replaced: Mapping[str, float]) -> None:
        self.solution = solution
        self.known = dict(replaced)

    def __call__(self, name: str) -> float:
        """A number's value."""
        for needed in self.solution.in_order(name, self.known):
            self.known[needed] = in_floats(self.solution.formula(needed), self._leaf)
        return self.known[name]

    def _leaf(self, leaf: Leaf) -> float:
        return float(leaf.value) if isinstance(leaf, Number) else self.known[leaf.text]
