"""Naming: which mistake gives the very digits that are written?

Every mistake of the catalogue is tried where the number was computed, from the worksheet's own numbers; then where
anything that goes into it was computed, and played through from there with everything else right. A reading is given
only where the digits can tell: where so few values come of all the mistakes that none would fit by chance.
"""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from manual.names import Derivative
from torchref.grade.record import Text
from torchref.mistakes import MISTAKES, Mistake
from torchref.mistakes.factors import known_factors
from torchref.worksheets.arrays import Arrays, Replay, ValueOf
from torchref.worksheets.expression import Number
from torchref.worksheets.interval import point, rounds, truncates
from torchref.worksheets.judgement import Judgement, Reading
from torchref.worksheets.notebook import Notebook
from torchref.worksheets.slips import slips
from torchref.worksheets.solution import Solution

# Of the readings that fit, more than so many tell nobody anything.
MOST_READINGS = 6
# Numbers that go into one, times arrays in which a mistake may have been made: the document's E_total+ has 1,900. In a
# network with more than this a mistake further up is not looked for: it would take longer than people wait.
MOST_REPLAYED = 10_000
# How many of the mistakes' values may be expected to fit by chance.
CHANCE = 0.1


class Namer:
    """Finds the mistakes behind wrong numbers of a case."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.arrays = Arrays(solution)

    def readings(self, name: str, number: Number, notebook: Notebook) -> tuple[Reading, ...]:
        """The mistakes that give a wrong number, as a worksheet has it; none where the digits cannot tell."""
        try:
            return tuple(self._readings(name, number, notebook))
        except (ArithmeticError, ValueError):
            return ()

    def _readings(self, name: str, number: Number, notebook: Notebook) -> Iterator[Reading]:
        right = notebook.follows(name).middle
        found = [*self._here(name, notebook, right)]
        fitting = [reading for value, reading in found if self._fits(number, value, float(right))]
        if not fitting:
            found += self._upstream(name)
            fitting = [reading for value, reading in found if self._fits(number, value, float(right))]
        readings = list({(r.name, r.at): r for r in fitting}.values())
        if readings and len(readings) <= MOST_READINGS and _can_tell(number, float(right), [v for v, _ in found]):
            yield from readings
            return
        yield from slips(number, right)

    @staticmethod
    def _fits(number: Number, value: float, right: float) -> bool:
        """Whether a mistake's value is the written number, and something else than the right one."""
        if not np.isfinite(value) or abs(value - right) <= float(number.unit):
            return False
        interval = point(Decimal(repr(value)))
        return rounds(number, interval) or truncates(number, interval)

    def _here(self, name: str, notebook: Notebook, right: Decimal) -> Iterator[tuple[float, Reading]]:
        """Each mistake where the number itself is computed, from the numbers as they are written, and in full."""
        entries = {n: e for n, e in notebook.entries.items() if n != name}
        for chosen in (entries, {n: e for n, e in entries.items() if e.judgement is Judgement.WRONG}):
            replay = Replay(self.solution, {n: float(e.number.value) for n, e in chosen.items()})
            yield from self._computed(name, replay, right)

    def _computed(self, name: str, replay: Replay, right: Decimal) -> Iterator[tuple[float, Reading]]:
        base = name.removesuffix("+")
        if base != name and base[0] not in "wb":
            yield from self._factors(base, replay, float(right))
            return
        element = self.arrays.place(name)
        if element is not None and element.path in self.arrays.names_of:
            yield from self._at(element.path, element.index, replay)
        elif name.startswith("∂"):
            yield from self._local(name, replay)
        yield from self._factors(name, replay, float(right))

    def _at(self, path: str, index: tuple[int, ...], value_of: ValueOf) -> Iterator[tuple[float, Reading]]:
        site = self.arrays.site(path, value_of)
        for mistake in MISTAKES.values():
            wrong = mistake.at(site)
            if wrong is not None:
                yield float(wrong[index]), _reading(mistake, site.kind)

    def _local(self, name: str, value_of: ValueOf) -> Iterator[tuple[float, Reading]]:
        """Each mistake in one factor of the chain rule: a backward step from ∂A by what comes next."""
        derivative = self.arrays.path_of_local(name)
        if not isinstance(derivative, Derivative):
            return
        of = name[1:].partition("/∂")[0]
        room, _, rest = derivative.by.path.partition("/")
        names = self.solution.case.network.names
        above = rest.rpartition(".")[0] if room == "parameter" else rest
        place = names.index(above) + (room == "forward") if above in names else 0
        path = {"forward": f"backward/{rest}", "parameter": f"gradient/{rest}", "input": "backward/input"}[room]
        if place >= len(names) or path not in self.arrays.names_of:
            return
        after = f"backward/{names[place]}"
        seeds = self.arrays.array(after, lambda n: self._seed(of, n.partition("/∂")[2], value_of))
        site = self.arrays.site(path, value_of, {after: seeds})
        for mistake in MISTAKES.values():
            wrong = mistake.at(site)
            if wrong is not None:
                yield float(wrong[derivative.by.index]), _reading(mistake, site.kind)

    def _seed(self, of: str, by: str, value_of: ValueOf) -> float:
        if of == by:
            return 1.0
        return value_of(self.solution.canonical(of, by)) if self.solution.wiring.leads_to(by, of) else 0.0

    def _factors(self, name: str, value_of: ValueOf, right: float) -> Iterator[tuple[float, Reading]]:
        """The number times a constant that people put in or leave out."""
        path = next(path for path in self.arrays.names_of if path.startswith("forward/"))
        for factor in known_factors(self.arrays.site(path, value_of)):
            english, chinese = factor.sentence("en"), factor.sentence("zh")
            yield right * factor.value, Reading(f"× {factor.text}", Text(english, chinese))

    def _upstream(self, name: str) -> Iterator[tuple[float, Reading]]:
        """Each mistake in what goes into the number, played through with everything else right."""
        ancestors = self._ancestors(name)
        if len(ancestors) * len(self.arrays.names_of) > MOST_REPLAYED:
            return
        right = Replay(self.solution, {})
        for path, names in self.arrays.names_of.items():
            if path.startswith(("input", "parameter")) or not ancestors & set(names.values()):
                continue
            site = self.arrays.site(path, right)
            for mistake in MISTAKES.values():
                wrong = mistake.at(site)
                if wrong is None or not np.isfinite(wrong).all():
                    continue
                replay = Replay(self.solution, {n: float(wrong[index]) for index, n in names.items()})
                try:
                    yield replay(name), _reading(mistake, site.kind, _nearest(names, ancestors))
                except (ArithmeticError, ValueError):
                    continue

    def _ancestors(self, name: str) -> set[str]:
        found, pending = set[str](), [name]
        while pending:
            new = set(self.solution.operands(pending.pop())) - found
            found |= new
            pending += new
        return found - {name}


def _nearest(names: dict[tuple[int, ...], str], ancestors: set[str]) -> str:
    return next(name for name in names.values() if name in ancestors)


def _reading(mistake: Mistake, kind: str, at: str = "") -> Reading:
    sentence = Text(mistake.english.format(kind=kind), mistake.chinese.format(kind=kind))
    return Reading(mistake.name, sentence, Text(mistake.look, mistake.look_chinese), at)


def _can_tell(number: Number, right: float, values: list[float]) -> bool:
    """Whether so few values lie about as far from the right one that none would be the written number by chance."""
    reach = 2 * abs(float(number.value) - right)
    unit = float(number.unit)
    near = {round(v / unit) for v in values if abs(v - right) <= reach and abs(v - right) > unit}
    return len(near) * unit <= CHANCE * 2 * reach
