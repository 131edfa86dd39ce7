"""Symbol parts: a quantity's name taken apart, for notations that set indices below and fractions above each other."""

import re
from dataclasses import dataclass

GREEK = {"η": "eta", "λ": "lambda"}


@dataclass(frozen=True)
class Name:
    """A letter or word, its index, and whether it is the value after the update."""

    stem: str
    index: str = ""
    is_updated: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is a word, as in out_h1, and no letter."""
        return len(self.stem) > 1


@dataclass(frozen=True)
class DerivativeName:
    """∂of/∂by."""

    of: Name
    by: Name


def take_apart(name: str) -> Name | DerivativeName:
    """The parts of a name: out_h1 is out with h1 below, w5+ is w with 5 below and + above."""
    if name.startswith("∂"):
        of, _, by = name[1:].partition("/∂")
        return DerivativeName(_plain(of), _plain(by))
    return _plain(name)


def _plain(name: str) -> Name:
    bare = name.removesuffix("+")
    stem, line, index = bare.partition("_")
    if not line:
        found = re.fullmatch(r"(\D+)(\d*)", bare)
        stem, index = (found[1], found[2]) if found else (bare, "")
    return Name(stem, index, bare != name)
