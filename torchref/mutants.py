"""Mutants: the trace of a case computed with one mistake in it, everything after it right given that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from manual.case import Case
from torchref.allowance import allowance
from torchref.mistakes import MISTAKES, Mistake, Site
from torchref.reference import Expected, Reference
from torchref.settled import settled


@dataclass(frozen=True)
class Mutant:
    """A mistake at a quantity of a case, and the value that it gives there.

    kind     the kind of layer, loss or optimiser where it is
    shows    whether the value is another than the right one, beyond rounding
    """

    mistake: Mistake
    quantity: str
    value: Array
    kind: str
    shows: bool


def mutants(case: Case) -> Iterator[Mutant]:
    """Every mistake of the catalogue at every quantity of a case where it changes anything beyond rounding."""
    return (mutant for mutant in attempts(case) if mutant.shows)


def attempts(case: Case) -> Iterator[Mutant]:
    """Every mistake of the catalogue at every quantity where it can be made, also where it changes nothing."""
    reference = Reference(case)
    steps = []
    for step in reference.walk():
        reference.values[step.name] = step.value.astype(case.dtype)
        steps.append(step)
    for step in steps:
        site = Site(case, step.name, step.function, reference.values, step.value)
        allowed = allowance(step.rounding, case.dtype)
        for mistake in MISTAKES.values():
            wrong = settled(mistake, site)
            if wrong is not None and np.isfinite(wrong).all():
                shows = _is_visible(wrong.astype(case.dtype), step, allowed)
                yield Mutant(mistake, step.name, wrong, site.kind, shows)


def _is_visible(wrong: Array, step: Expected, allowed: Array) -> bool:
    """Whether a wrong value, as the case's dtype holds it, lies clearly outside what is allowed."""
    return bool((np.abs(wrong - step.value) > 2 * allowed).any())


def trace_of(case: Case, wrong: Mapping[str, Array]) -> dict[str, Array]:
    """The trace of a case in which some quantities have the values given, and the others follow."""
    reference = Reference(case, given=wrong)
    for step in reference.walk():
        reference.values[step.name] = np.asarray(wrong.get(step.name, step.value)).astype(case.dtype)
    return reference.values
