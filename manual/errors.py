"""Errors: what this package raises when what it is given cannot be used, with one form for every message."""

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Something given from outside cannot be used; the message says what must be, what was got, and what to do."""

    exit_code = 2  # of a command that ends with it


class UnknownNameError(InputError, KeyError):
    """A name that is none of those that exist."""

    __str__ = ValueError.__str__  # KeyError's own would put the message in quotes


def _message(name: str, expected: str, got: object, advice: str) -> str:
    return f"{name} must be {expected} (got {got})" + (f"; {advice}" if advice else "")


def must_be(name: str, expected: str, got: object, advice: str = "") -> InputError:
    """The error '{name} must be {expected} (got {got}); {advice}'."""
    return InputError(_message(name, expected, got, advice))


def unknown(name: str, got: str, choices: Iterable[str]) -> UnknownNameError:
    """The error for a name that is none of `choices`, with the nearest of them as a suggestion."""
    choices = list(choices)
    near = get_close_matches(got, choices, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]!r}?" if near else ""
    return UnknownNameError(_message(name, f"one of {', '.join(choices)}", repr(got), advice))
