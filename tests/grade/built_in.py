"""The built-in assignments that are code, by name."""

from torchref.grade import assignments
from torchref.grade.assignment import Assignment

CODE = [name for name in assignments.names() if isinstance(assignments.load(name), Assignment)]
