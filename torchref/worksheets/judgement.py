"""Judgement: what can be said of one equals sign, and the record of a whole worksheet."""

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from torchref import verdict
from torchref.grade.record import NOTHING, Text


class Judgement(StrEnum):
    """What can be said of an equals sign. FORMULA is one without numbers that says nothing about the case."""

    RIGHT = "right"
    TRUNCATED = "truncated"
    CARRIED = "carries an earlier rounding"
    CONSISTENT = "consistent with an earlier mistake"
    WRONG = "wrong"
    NOT_UNDERSTOOD = "not understood"
    BLANK = "left blank"
    FORMULA = "formula without numbers"

    @property
    def chinese(self) -> str:
        """The same in Chinese."""
        return _CHINESE[self]

    def say(self, language: str) -> str:
        """What it is called in a language."""
        return self.chinese if language == "zh" else str(self)

    @property
    def earns(self) -> bool:
        """Whether it is no mistake of its own line."""
        return self in (Judgement.RIGHT, Judgement.TRUNCATED, Judgement.CARRIED, Judgement.CONSISTENT)


_CHINESE = {
    Judgement.RIGHT: "正确",
    Judgement.TRUNCATED: "截断",
    Judgement.CARRIED: "沿用了先前的舍入",
    Judgement.CONSISTENT: "与先前的错误一致",
    Judgement.WRONG: "错误",
    Judgement.NOT_UNDERSTOOD: "未读懂",
    Judgement.BLANK: "留空",
    Judgement.FORMULA: "不含数字的公式",
}


@dataclass(frozen=True)
class Reading:
    """A mistake that gives the very digits that are written.

    name       the catalogue's, such as updated-weight-in-delta, or of a slip of the pen, such as digits-swapped
    sentence   what was done wrong; look: what to look at
    at         the quantity where it was made, where that is another one
    """

    name: str
    sentence: Text
    look: Text = NOTHING
    at: str = ""


@dataclass(frozen=True)
class Sign:
    """One equals sign: where it stands, what stands on its sides, and what can be said of it.

    name       the case's name of the number that its chain is about, "" where it is about none; written, as it stands
    printed    the number on one side, as it is written; expected, the right one to the same digits or a few more
    """

    line: int
    name: str
    left: str
    right: str
    judgement: Judgement
    reason: Text = NOTHING
    printed: str = ""
    expected: str = ""
    has_numbers: bool = True
    written: str = ""
    readings: tuple[Reading, ...] = ()

    def read_as(self, readings: tuple[Reading, ...]) -> "Sign":
        """The same sign with the mistakes that explain it."""
        return replace(self, readings=readings)


@dataclass(frozen=True)
class WorksheetReport:
    """What was found in a worksheet or document, sign by sign.

    equations, formulas   how many chains with numbers and without
    lines, text_lines     how many lines it has, and how many of them say nothing to check
    """

    source: str
    case: str
    lines: int
    text_lines: int
    equations: int
    formulas: int
    signs: tuple[Sign, ...] = field(default=())

    @property
    def counts(self) -> dict[Judgement, int]:
        """How many equals signs got each judgement, formulas without numbers aside."""
        found = Counter(sign.judgement for sign in self.signs if sign.has_numbers)
        return {judgement: found[judgement] for judgement in Judgement if judgement is not Judgement.FORMULA}

    @property
    def results(self) -> dict[Judgement, int]:
        """How many printed results of named numbers got each judgement; one at the end of a wrong chain is wrong."""
        wrong = {(s.line, s.written) for s in self.signs if s.judgement is Judgement.WRONG}
        last = {(s.line, s.written): s.judgement for s in self.signs if s.printed and s.name}
        found = Counter(Judgement.WRONG if chain in wrong else judgement for chain, judgement in last.items())
        return {judgement: found[judgement] for judgement in Judgement if found[judgement]}

    @property
    def formulas_checked(self) -> int:
        """How many equals signs of formulas without numbers hold, or fail, with the case's numbers."""
        return sum(not sign.has_numbers and sign.judgement is not Judgement.FORMULA for sign in self.signs)

    @property
    def exit_code(self) -> int:
        """0 if all is right, truncated or carried; 1 if anything is wrong; 3 if something could not be judged."""
        found = {sign.judgement for sign in self.signs}
        if found & {Judgement.WRONG, Judgement.CONSISTENT}:
            return verdict.DIFFERS
        judged = {Judgement.RIGHT, Judgement.TRUNCATED, Judgement.CARRIED}
        return verdict.AGREES if found & judged and Judgement.NOT_UNDERSTOOD not in found else verdict.NOT_JUDGED

    def as_json(self) -> dict[str, Any]:
        """The report as JSON knows it."""
        counts = {str(judgement): count for judgement, count in self.counts.items()}
        return {**asdict(self), "counts": counts, "exit_code": self.exit_code}
