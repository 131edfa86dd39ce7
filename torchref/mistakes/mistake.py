"""Mistake: one named mistake: what it is, in two languages, what to look at, and the value that it gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.mistakes.site import Site

MISTAKES: dict[str, "Mistake"] = {}


@dataclass(frozen=True)
class Mistake:
    """A mistake that can be made at some sites.

    name       as in slope-omitted; stable, for grading refers to it
    roles      the roles of the sites, as in ("backward",), or ("forward.mean",) at an inner quantity of a layer;
               kinds, the kinds of layer or loss, () for any
    wrong      the value that it gives there, or None where it cannot be made
    english    a sentence about the wrong quantity, chinese the same
    look       what to look at in one's derivation, look_chinese the same
    """

    name: str
    roles: tuple[str, ...]
    kinds: tuple[str, ...]
    wrong: Callable[[Site], Array | None]
    english: str
    chinese: str
    look: str
    look_chinese: str

    def at(self, site: Site) -> Array | None:
        """The value that the mistake gives at a site, or None where it cannot be made or gives another shape."""
        # A mistake that any kind of layer can have can also be made at a layer's inner quantities.
        role = site.role if self.kinds else site.role.partition(".")[0]
        if role not in self.roles or (self.kinds and site.kind not in self.kinds):
            return None
        with np.errstate(all="ignore"):
            value = self.wrong(site)
        if value is None or np.shape(value) != site.right.shape:
            return None
        return np.asarray(value, np.float64)


def mistake(
    name: str,
    roles: str,
    kinds: str,
    wrong: Callable[[Site], Any],
    english: str,
    chinese: str,
    look: str,
    look_chinese: str,
) -> None:
    """Puts a mistake into the catalogue; `roles` and `kinds` are words, and no word stands for any kind."""
    assert name not in MISTAKES, name
    MISTAKES[name] = Mistake(
        name, tuple(roles.split()), tuple(kinds.split()), wrong, english, chinese, look, look_chinese
    )
