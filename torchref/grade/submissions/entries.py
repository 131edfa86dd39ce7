"""Entries: the files of a part of a submission, by clean names; what each holds is read when it is asked for."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from torchref.grade.submissions import zips
from torchref.grade.submissions.bounds import Bounds, too_large
from torchref.grade.submissions.found import Part
from torchref.grade.submissions.names import clean, is_left_out, shown
from torchref.grade.submissions.refused import refused


@dataclass(frozen=True)
class Entry:
    """A file; `read(bound)` gives its bytes, or raises Refused: there are more, or it is no file, or it is damaged."""

    name: str
    read: Callable[[int], bytes]


def entries(part: Part, bounds: Bounds, stack: ExitStack) -> list[Entry]:
    """The files of a part; those that are nobody's work are left out. `stack` closes what they are read from.

    Raises    Refused
    """
    if part.inside:
        members = zips.members(stack.enter_context(zips.opened(part.path, part.path.name)))
        return _of_members({name: member for name, member in members.items() if _is_inside(name, part)}, part, bounds)
    try:
        status = part.path.lstat()
        if stat.S_ISDIR(status.st_mode):
            return list(_walk(part.path, bounds))
    except OSError as error:
        raise zips.unreadable(part.path.name, error) from error
    _must_be_regular(status, part.path.name, bounds.archive)
    return [_on_disk(part.path, part.name or part.path.name)]


def in_zip(data: bytes, name: str, bounds: Bounds, stack: ExitStack) -> list[Entry]:
    """The files of a zip that is in memory; raises Refused."""
    members = zips.members(stack.enter_context(zips.opened(data, name, bounds.entries)))
    return _of_members(members, Part(Path(name)), bounds)


def _is_inside(name: str, part: Part) -> bool:
    return name == part.inside or (part.inside.endswith("/") and name.startswith(part.inside))


def _of_members(members: Mapping[str, zips.Member], part: Part, bounds: Bounds) -> list[Entry]:
    """The entries of an archive's members; if a name among them is not allowed, none is."""
    _count(len(members), part.inside or part.path.name, bounds)
    for member in members.values():
        if member.problem:
            raise member.problem
    names = {path: part.name or path[len(part.inside) :] for path in members}
    return [Entry(names[path], zips.reader(member, names[path], bounds.ratio)) for path, member in members.items()]


def _walk(folder: Path, bounds: Bounds) -> Iterator[Entry]:
    """The files below a folder. Folders that are links are no folders here."""
    waiting, count = [folder], 0
    while waiting:
        with os.scandir(waiting.pop()) as scan:
            for child in scan:
                count += 1
                _count(count, folder.name, bounds)
                name = clean(Path(child.path).relative_to(folder).as_posix())
                if is_left_out(name):
                    continue
                if child.is_dir(follow_symlinks=False):
                    waiting.append(Path(child.path))
                else:
                    yield _on_disk(Path(child.path), name)


def _on_disk(path: Path, name: str) -> Entry:
    return Entry(name, lambda bound: read_file(path, name, bound))


def read_file(path: Path, name: str, bound: int) -> bytes:
    """The bytes of a file on disk; only of a regular one, for to open a device or a pipe can do anything.

    Raises    Refused
    """
    try:
        _must_be_regular(path.lstat(), name, bound)
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            _must_be_regular(status, name, bound)  # it may be another one by now
            data = file.read(status.st_size + 1)  # what is to be read is allocated first
    except OSError as error:
        raise zips.unreadable(name, error) from error
    if len(data) > bound:  # it grew
        raise too_large(shown(name), bound)
    return data


def _must_be_regular(status: os.stat_result, name: str, bound: int) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise refused(shown(name), ("a file", "a link, which is not followed"), ("文件", "链接,不会跟随"))
    if not stat.S_ISREG(status.st_mode):
        raise refused(shown(name), ("a file", "a device or a pipe"), ("文件", "设备或管道"))
    if status.st_size > bound:
        raise too_large(shown(name), bound)


def _count(count: int, name: str, bounds: Bounds) -> None:
    if count > bounds.entries:
        raise zips.too_many(name, bounds.entries)
