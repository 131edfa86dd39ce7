"""Settled: what a mistake inside a layer over time gives, where a wrong value comes back to itself.

A wrong h at one time makes the next time's a wrong, and that the next time's h: code with a mistake in its loop makes
it of its own wrong values. So the mistake is made again, of the values that it led to, until nothing changes: after as
many times as there are steps, for nothing goes round in time.
"""

import numpy as np

from manual.arrays import Array
from manual.case import Case
from manual.layers.recurrent import Recurrent
from torchref.mistakes import Mistake, Site
from torchref.reference import Reference


def settled(mistake: Mistake, site: Site) -> Array | None:
    """The value that a mistake gives at a site, made of values that come of it; None where it cannot be made."""
    wrong = mistake.at(site)
    if wrong is None or not site.inner or not isinstance(site.layer, Recurrent):
        return wrong
    for _ in range(site.x.shape[1]):
        again = mistake.at(_with(site, wrong))
        if again is None or not np.isfinite(again).all() or np.array_equal(again, wrong):
            return again
        wrong = again
    return wrong


def values_with(case: Case, quantity: str, wrong: Array) -> dict[str, Array]:
    """Every quantity of a case when this one has a wrong value, and all that comes of it is right."""
    return dict(_walk(case, quantity, wrong)[0])


def _with(site: Site, wrong: Array) -> Site:
    """The site with the values that everything else in its layer has when this one is wrong."""
    is_forward = site.role.startswith("forward")
    last = f"forward/{site.node.name}" if is_forward else f"backward/{site.node.sources[0]}"
    values, right = _walk(site.case, site.quantity, wrong, last)
    return Site(site.case, site.quantity, site.function, values, right)


def _walk(case: Case, quantity: str, wrong: Array, last: str = "") -> tuple[dict[str, Array], Array]:
    """The values up to the quantity `last`, and what would be right in the wrong one's place."""
    reference = Reference(case, given={quantity: wrong})
    right = wrong
    for step in reference.walk():
        is_it = step.name == quantity
        right = step.value if is_it else right
        reference.values[step.name] = wrong if is_it else step.value.astype(case.dtype)
        if step.name == last:
            break
    return reference.values, right
