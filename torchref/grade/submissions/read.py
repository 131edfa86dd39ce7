"""Read: the program in a submission: its sources in memory, and which of them is the one that is imported.

Which file that is, is the same for everybody: the one with the assignment's name, whatever its case; else the only
Python file or notebook; else the only one that defines what the assignment asks for. Otherwise nobody guesses.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath

from torchref.grade.program import Program
from torchref.grade.submissions import sources
from torchref.grade.submissions.bounds import Bounds, Budget
from torchref.grade.submissions.digests import digest
from torchref.grade.submissions.entries import Entry, entries, in_zip
from torchref.grade.submissions.found import Found, Unusable
from torchref.grade.submissions.names import shown, stem, suffix
from torchref.grade.submissions.refused import Refused, refused
from torchref.grade.submissions.zips import too_many

PYTHON, NOTEBOOK, ZIP = ".py", ".ipynb", ".zip"
SHOWN = 8  # names in a message


def read(
    found: Found, entry: str = "solution.py", functions: Sequence[str] = (), bounds: Bounds | None = None
) -> Program | Unusable:
    """The program in a submission, or why there is none; never raises, whatever is in it.

    Modules beside the entry keep their paths from its folder on; one that cannot be read is left out, so that who
    imports it is told so. A notebook becomes the Python of its cells.

    entry       the file's name that the assignment wants
    functions   those that the assignment wants, to tell which file it is
    """
    bounds = bounds or Bounds()
    if found.problem:
        return Unusable(found.problem, is_open=True)
    try:
        with files_of(found, bounds) as files:
            return _program(files, entry, functions, bounds)
    except Refused as error:
        return Unusable(error.text, address(found, bounds), error.is_open)


@contextmanager
def files_of(found: Found, bounds: Bounds) -> Iterator[dict[str, Entry]]:
    """The files of a submission by name; if it is a zip, those within."""
    with ExitStack() as stack:
        listed = [entry for part in found.parts for entry in entries(part, bounds, stack)]
        archives = [entry for entry in listed if suffix(entry.name) == ZIP]
        if len(archives) == 1 and not _python(entry.name for entry in listed):
            data = archives[0].read(bounds.archive)
            listed = in_zip(data, archives[0].name, bounds, stack)
        files = {entry.name: entry for entry in listed}
        if len(files) < len(listed):
            english, chinese = ("files of different names", "two of one name"), ("不重名的文件", "有重名文件")
            raise refused("the submission", english, chinese)
        yield files


def _program(files: Mapping[str, Entry], entry: str, functions: Sequence[str], bounds: Bounds) -> Program:
    python = _python(files)
    if len(python) > bounds.files:
        raise too_many("the submission", bounds.files)
    reader = Reader(files, bounds)
    chosen = _by_name(python, entry) or _alone(python) or _by_functions(python, functions, reader)
    if chosen is None:
        raise _no_entry(entry, list(files))
    folder = _import_folder(chosen, files)
    texts = {_as_python(chosen)[len(folder) :]: reader.text(chosen)}
    for name in python:
        if name.startswith(folder) and suffix(name) == PYTHON and name != chosen:
            try:
                texts.setdefault(_as_python(name)[len(folder) :], reader.text(name))
            except Refused as error:
                if error.is_open or reader.budget.left < 0:
                    raise
    return Program(texts, _as_python(chosen)[len(folder) :])


class Reader:
    """The texts of a submission's files, each read once, within the bounds of all together."""

    def __init__(self, files: Mapping[str, Entry], bounds: Bounds) -> None:
        self.files, self.bounds, self.budget = files, bounds, Budget(bounds.total)
        self.known: dict[str, str] = {}

    def text(self, name: str) -> str:
        """The Python in a file; raises Refused."""
        if name not in self.known:
            is_notebook = suffix(name) == NOTEBOOK
            bound = self.bounds.notebook if is_notebook else self.bounds.source
            try:
                data = self.files[name].read(bound)
            except Refused:
                self.budget.take(bound)  # as much may have been decompressed until it was
                raise
            self.budget.take(len(data))
            self.known[name] = (sources.cells if is_notebook else sources.source)(data, name)
        return self.known[name]


def _python(names: Iterator[str] | Mapping[str, Entry]) -> list[str]:
    return sorted(name for name in names if suffix(name) in (PYTHON, NOTEBOOK))


def _by_name(python: Sequence[str], entry: str) -> str | None:
    """The file with the wanted name: the one least deep, in the wanted case, Python rather than a notebook."""
    named = [name for name in python if stem(name).casefold() == stem(entry).casefold()]
    for tells in (
        lambda name: name.count("/"),
        lambda name: stem(name) != stem(entry),
        lambda name: suffix(name) != PYTHON,
    ):
        least = min(map(tells, named), default=0)
        named = [name for name in named if tells(name) == least]
    return _alone(named)


def _alone(names: Sequence[str]) -> str | None:
    return names[0] if len(names) == 1 else None


def _by_functions(python: Sequence[str], functions: Sequence[str], reader: Reader) -> str | None:
    """The only file that defines any of the functions, or all of them."""
    defined: dict[str, int] = {}
    for name in python:
        try:
            text = reader.text(name)
        except Refused:
            continue
        defined[name] = sum(_defines(text, function) for function in functions)
    some = [name for name, count in defined.items() if count]
    return _alone(some) or _alone([name for name in some if defined[name] == len(functions)])


def _defines(text: str, function: str) -> bool:
    """Whether a line at the left margin defines it; see `sources` for why no parser is asked."""
    name = re.escape(function)
    return bool(re.search(rf"^(?:(?:async\s+)?def\s+{name}\s*\(|{name}\s*=[^=])", text, re.MULTILINE))


def _import_folder(entry: str, files: Mapping[str, Entry]) -> str:
    """The folder that imports start from, with its slash: the entry's, or that around the package it is in."""
    folder = PurePosixPath(entry).parent
    while folder.name and f"{folder}/__init__.py" in files:
        folder = folder.parent
    return f"{folder}/" if folder.name else ""


def _as_python(name: str) -> str:
    return name[: len(name) - len(suffix(name))] + PYTHON


def _no_entry(entry: str, names: Sequence[str]) -> Refused:
    some = ", ".join(shown(name) for name in sorted(names)[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return refused(
        "the submission", (f"a file named {entry}", some or "no file"), (f"名为 {entry} 的文件", some or "没有文件")
    )


def address(found: Found, bounds: Bounds) -> str:
    """The digest of what there is, of its name and size alone where it is beyond the bounds or cannot be read."""
    contents: dict[str, str | bytes] = {}
    left = bounds.archive
    try:
        with ExitStack() as stack:
            for entry in (entry for part in found.parts for entry in entries(part, bounds, stack)):
                try:
                    data = entry.read(left)
                    contents[entry.name], left = digest({"": data}), left - len(data)
                except Refused as error:
                    contents[entry.name] = str(error)
    except Refused as error:
        contents[""] = str(error)
    return digest(contents)
