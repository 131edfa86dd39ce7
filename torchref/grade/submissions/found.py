"""Found: a student's submission as it was found, not yet read; and what becomes of one that cannot be used."""

from dataclasses import dataclass
from pathlib import Path

from torchref.grade.record import Text


@dataclass(frozen=True)
class Part:
    """A file or folder that was handed in.

    path      the file or folder; of what is in a download, the download's zip
    inside    its name in that zip; a folder's ends with /
    name      a file's name as its student knows it, without what the platform put before it; "" for a folder
    """

    path: Path
    inside: str = ""
    name: str = ""


@dataclass(frozen=True)
class Found:
    """Who handed in what.

    path       what to call it in messages
    parts      its files and folders; several files that a platform unpacked are one submission
    is_known   whether the roster has the student; True without a roster
    problem    why nobody can tell which submission it is, if so; then there are no parts
    """

    student: str
    path: Path
    parts: tuple[Part, ...] = ()
    is_known: bool = True
    problem: Text | None = None


@dataclass(frozen=True)
class Unusable:
    """A submission that cannot be run.

    reason      why, and what to do
    digest      changes when what was handed in changes
    is_open     whether it is for the teacher to sort out (two submissions, a file that could not be read), so that the
                mark stays open; otherwise there is nothing in it that could be marked
    """

    reason: Text
    digest: str = ""
    is_open: bool = False
