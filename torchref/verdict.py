"""Verdict: the one vocabulary of results, and the exit code of each."""

from enum import StrEnum


class Verdict(StrEnum):
    """What can be said of a quantity; CONSISTENT is right given the wrong values that it was computed from."""

    AGREES = "agrees"
    CONSISTENT = "consistent"
    DIFFERS = "differs"
    MISSING = "missing"
    WRONG_SHAPE = "wrong shape"
    WRONG_DTYPE = "wrong dtype"
    NOT_FINITE = "not finite"
    NOT_JUDGED = "not judged"

    @property
    def is_wrong(self) -> bool:
        """Whether the quantity itself is at fault, whatever went into it."""
        return self in (Verdict.DIFFERS, Verdict.WRONG_SHAPE, Verdict.WRONG_DTYPE, Verdict.NOT_FINITE)


# Exit codes of every command.
AGREES, DIFFERS, UNUSABLE_INPUT, NOT_JUDGED = 0, 1, 2, 3
