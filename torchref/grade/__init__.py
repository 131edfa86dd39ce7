"""Grade: marks for a class: assignments, the sandbox that runs submissions, the store, and the exporters.

A teacher's file needs one name of it: Assignment.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torchref.grade.assignment import Assignment

__all__ = ["Assignment"]


def __getattr__(name: str) -> Any:
    """Imports Assignment, and torch with it, when it is asked for: the store and the pages need neither."""
    if name != "Assignment":
        raise AttributeError(f"module 'torchref.grade' has no attribute {name!r}")
    from torchref.grade.assignment import Assignment

    return Assignment
