"""Find: whose submissions are in a folder, or in the zip that a platform gave for download."""

import stat
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from torchref.errors import InputError, must_be
from torchref.grade.record import Text
from torchref.grade.roster import Roster
from torchref.grade.submissions import gradescope, zips
from torchref.grade.submissions.entries import read_file
from torchref.grade.submissions.found import Found, Part
from torchref.grade.submissions.gradescope import Submitter
from torchref.grade.submissions.names import is_left_out, printable, suffix
from torchref.grade.submissions.platforms import Claim, claims, student_of
from torchref.grade.submissions.refused import Refused

KINDS = frozenset({".py", ".ipynb", ".zip"})


@dataclass(frozen=True)
class Child:
    """A file or folder directly in the root; `is_odd` of what is neither, such as a link."""

    name: str
    is_folder: bool
    path: Path
    inside: str = ""
    is_odd: bool = False


def find(
    root: str | Path, roster: Roster | None = None, entry: str = "solution.py", kinds: Collection[str] = KINDS
) -> list[Found]:
    """The submissions in a folder or a download, by student: files, folders and zips, as `platforms` tells them.

    A folder, file or zip that has the entry itself is one submission, called by its own name.

    With a roster, whoever is in it gets the id that it gives; files that are no Python are submissions if their name
    is a student's. Of two submissions of a student, a platform's numbers tell which is newer; else neither counts.

    kinds     how a file's name ends that may be a submission

    Raises    InputError if there is no such folder or zip, it cannot be read, or there is no submission in it
    """
    root = Path(root)
    try:
        children, metadata = _in_folder(root) if root.is_dir() else _in_file(root, entry, roster)
    except Refused as error:
        raise InputError(error.text.english) from error
    except OSError as error:
        raise must_be(str(root), "a folder or zip that can be read", error.strerror or error) from error
    if any(child.name.casefold() == entry.casefold() for child in children if not child.is_folder):
        children = [Child(root.stem if root.is_file() else root.resolve().name, True, root)]
    found = _found(children, roster, gradescope.submitters(metadata), kinds)
    if not found:
        raise must_be(str(root), "a folder or zip of submissions", f"none: no {', '.join(sorted(kinds))} or folder")
    return found


def _in_folder(root: Path) -> tuple[list[Child], str]:
    children = []
    for path in sorted(root.iterdir()):
        mode = path.lstat().st_mode
        if not is_left_out(path.name):
            is_odd = not stat.S_ISDIR(mode) and not stat.S_ISREG(mode)
            children.append(Child(printable(path.name), stat.S_ISDIR(mode), path, is_odd=is_odd))
    metadata = root / gradescope.FILE
    data = read_file(metadata, metadata.name, gradescope.LARGEST) if metadata.exists() else b""
    return children, data.decode("utf-8-sig", "replace")


def _in_file(root: Path, entry: str, roster: Roster | None) -> tuple[list[Child], str]:
    if not root.is_file():
        raise must_be(str(root), "a folder, a zip or a file of submissions", "nothing of the kind")
    if suffix(root.name) != ".zip":
        return [Child(printable(root.name), False, root)], ""
    with ExitStack() as stack:
        members = zips.members(stack.enter_context(zips.opened(root, root.name)))
        top = _top(members, entry, roster)
        children = {}
        for path in members:
            name, slash, _ = path.removeprefix(top).partition("/")
            if not is_left_out(name):
                children[name] = Child(name, bool(slash), root, f"{top}{name}{slash}")
        metadata = members.get(f"{top}{gradescope.FILE}")
        read = zips.reader(metadata, gradescope.FILE, gradescope.LARGEST) if metadata else None
        return list(children.values()), read(gradescope.LARGEST).decode("utf-8-sig", "replace") if read else ""


def _top(paths: Iterable[str], entry: str, roster: Roster | None) -> str:
    """The folder around all submissions of a download, with its slash, or ""; a submission's own folder is none."""
    tops = {path.partition("/")[0] for path in paths if "/" in path}
    alone = len(tops) == 1 and all("/" in path for path in paths)
    if not alone:
        return ""
    [top] = tops
    [claim, *_] = claims(top, True, {}) or [Claim("", "", (), platform="none")]
    is_students = claim.platform or (roster is not None and student_of(claim, roster)[1])
    has_entry = any(path.casefold() == f"{top}/{entry}".casefold() for path in paths)
    return "" if is_students or has_entry else f"{top}/"


def _found(
    children: Sequence[Child],
    roster: Roster | None,
    submitters: Mapping[str, Sequence[Submitter]],
    kinds: Collection[str],
) -> list[Found]:
    groups: dict[str, dict[str, list[tuple[Claim, Child]]]] = defaultdict(lambda: defaultdict(list))
    known: dict[str, bool] = {}
    for child in children:
        for claim in claims(child.name, child.is_folder, submitters):
            student, is_known = student_of(claim, roster)
            is_named = roster is not None and is_known
            if child.is_folder or child.is_odd or claim.platform or is_named or suffix(child.name) in kinds:
                groups[student][claim.group].append((claim, child))
                known[student] = is_known
    return [_one(student, list(groups[student].values()), known[student]) for student in sorted(groups)]


def _one(student: str, submissions: Sequence[Sequence[tuple[Claim, Child]]], is_known: bool) -> Found:
    """The submission of a student, the newest if there are several."""
    submission = _newest(submissions)
    if submission is None:
        names = ", ".join(child.name for listed in submissions for _, child in listed)
        path = submissions[0][0][1].path
        problem = Text(
            f"{student} must have one submission (got {names}); nothing tells which is newer: keep one of them",
            f"{student} 只能有一份提交(实际:{names});无法判断哪一份更新,请只保留一份",
        )
        return Found(student, path, (), is_known, problem)
    parts: dict[str, Part] = {}
    for claim, child in sorted(submission, key=lambda pair: pair[0].order or 0):
        parts[claim.file] = Part(child.path, child.inside, "" if child.is_folder else claim.file)
    first = submission[0][1]
    return Found(student, first.path / first.inside if first.inside else first.path, tuple(parts.values()), is_known)


def _newest(submissions: Sequence[Sequence[tuple[Claim, Child]]]) -> Sequence[tuple[Claim, Child]] | None:
    if len(submissions) == 1:
        return submissions[0]
    orders = [
        max((claim.order for claim, _ in listed if claim.order is not None), default=None) for listed in submissions
    ]
    platforms = {claim.platform for listed in submissions for claim, _ in listed}
    numbers = [order for order in orders if order is not None]
    if len(platforms) > 1 or len(numbers) < len(orders) or numbers.count(max(numbers)) > 1:
        return None
    return submissions[numbers.index(max(numbers))]
