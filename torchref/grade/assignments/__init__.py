"""Assignments: the built-in ones, one file each, found by themselves: each file has one `assignment`."""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchref.grade.assignment import Assignment
    from torchref.grade.worksheet import WorksheetAssignment


def names() -> list[str]:
    """The names of the built-in assignments, which are those of their files."""
    return sorted(module.name for module in iter_modules(__path__))


def load(name: str) -> "Assignment | WorksheetAssignment":
    """A built-in assignment."""
    assignment: Assignment | WorksheetAssignment = import_module(f"{__name__}.{name}").assignment
    return assignment
