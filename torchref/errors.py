"""Errors: what a command can end with besides a verdict. Each owns the exit code of a command that ends with it."""

from manual.errors import InputError, must_be, unknown
from torchref.verdict import NOT_JUDGED

__all__ = ["InputError", "NotJudgedError", "must_be", "unknown"]


class NotJudgedError(Exception):
    """The work could not be finished, for a reason that says nothing about what was to be judged."""

    exit_code = NOT_JUDGED
