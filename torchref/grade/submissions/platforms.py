"""Platforms: what the names in a download of Canvas, Moodle or Gradescope say of who handed in what, and when.

Canvas       doejane_LATE_12345_67890_hw1-1.py               name, Canvas ID, number of the upload
Moodle       Jane Doe_12345_assignsubmission_file_/…          name, participant
Gradescope   submission_123456789/…                          its submitters are in submission_metadata.yml
others       jdoe.py, jdoe.zip, jdoe/…, hw1-jdoe/…           the name is the student's id; a repository's ends with it
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torchref.grade.roster import Roster
from torchref.grade.submissions.gradescope import Submitter
from torchref.grade.submissions.names import stem

CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL)
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)_(?P<file>.*)", re.DOTALL)
GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")
AGAIN = re.compile(r"-\d+(?=\.[^.]+$)")  # Canvas's mark of a second upload; no name that can be imported has one


@dataclass(frozen=True)
class Claim:
    """What a name says.

    group      files with the same are one submission
    student    the student's id where there is no roster
    names      what the student may go by in a roster
    numbers    what a platform calls the student there
    file       the file's name as its student knows it
    order      of two submissions, the newer has the larger; None where nobody can tell
    platform   whose numbers these are
    """

    group: str
    student: str
    names: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    file: str = ""
    order: int | None = None
    platform: str = ""


def claims(name: str, is_folder: bool, submitters: Mapping[str, Sequence[Submitter]]) -> list[Claim]:
    """Who handed in what has this name: one claim a student, several for a group; none if it is no submission."""
    if found := MOODLE.fullmatch(name):
        return [_moodle(found)] if found["kind"] == "file" else []
    if is_folder and (found := GRADESCOPE.fullmatch(name)) and submitters:
        return [_gradescope(found, submitter) for submitter in submitters.get(name, [])] or [_gradescope(found, None)]
    if not is_folder and (found := CANVAS.fullmatch(name)):
        return [_canvas(found)]
    return [Claim(name, name if is_folder else stem(name), (name if is_folder else stem(name),), file=name)]


def _canvas(found: re.Match[str]) -> Claim:
    group, file = f"canvas {found['id']}", AGAIN.sub("", found["file"])
    return Claim(group, found["id"], (found["name"],), (found["id"],), file, int(found["upload"]), "canvas")


def _moodle(found: re.Match[str]) -> Claim:
    numbers = (f"Participant {found['id']}", found["id"])
    return Claim(f"moodle {found['id']}", found["id"], (found["name"],), numbers, found["file"], None, "moodle")


def _gradescope(found: re.Match[str], submitter: Submitter | None) -> Claim:
    known = tuple(filter(None, (submitter.sid, submitter.email, submitter.name))) if submitter else ()
    student = known[0] if known else found[0]
    return Claim(f"{found[0]} {student}", student, known or (found[0],), (), "", int(found["id"]), "gradescope")


def student_of(claim: Claim, roster: Roster | None) -> tuple[str, bool]:
    """The id of the student who is meant, and whether the roster knows it.

    A name comes before a number, for another platform's number may be anybody's; it stands for a namesake.
    """
    if roster is None:
        return claim.student, True
    known = (
        roster.files.get(claim.group)
        or roster.who(*claim.names, beginnings=False)
        or roster.who(*claim.numbers, beginnings=False)
        or (None if claim.platform else roster.who(*_endings(claim.student), beginnings=False))
        or roster.who(*claim.names)
    )
    return (known, True) if known else (claim.student, False)


def _endings(name: str) -> list[str]:
    """What a repository's name ends with, from each of its hyphens on: hw1-jdoe may be jdoe's."""
    return [name[found.end() :] for found in re.finditer("-", name)]
