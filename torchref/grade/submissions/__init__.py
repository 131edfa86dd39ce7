"""Submissions: finds who handed in what, in a folder or a platform's download, and reads it as sources in memory.

Nothing is extracted to disk, no link is followed, nothing is run, and whatever comes, memory stays bounded. What cannot
be used becomes an outcome with its reason in both languages; it never ends the marking of the others.
"""

from torchref.grade.submissions.bounds import Bounds
from torchref.grade.submissions.digests import digest
from torchref.grade.submissions.find import find
from torchref.grade.submissions.found import Found, Part, Unusable
from torchref.grade.submissions.read import read
from torchref.grade.submissions.sheets import read_sheet

__all__ = ["Bounds", "Found", "Part", "Unusable", "digest", "find", "read", "read_sheet"]
