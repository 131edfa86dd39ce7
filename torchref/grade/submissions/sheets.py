"""Sheets: the one text in a submission that is a worksheet; what stands in it is not looked at here."""

from collections.abc import Sequence

from torchref.grade.program import Program
from torchref.grade.submissions.bounds import Bounds
from torchref.grade.submissions.found import Found, Unusable
from torchref.grade.submissions.names import shown, suffix
from torchref.grade.submissions.read import address, files_of
from torchref.grade.submissions.refused import Refused, refused


def read_sheet(found: Found, suffixes: Sequence[str], bounds: Bounds | None = None) -> Program | Unusable:
    """The only file of one of these kinds, its bytes as text that gives them back; never raises."""
    bounds = bounds or Bounds()
    if found.problem:
        return Unusable(found.problem, is_open=True)
    try:
        with files_of(found, bounds) as files:
            sheets = [name for name in files if suffix(name) in suffixes]
            if len(sheets) != 1:
                raise _no_sheet(suffixes, sheets or list(files))
            data = files[sheets[0]].read(bounds.source)
            return Program({sheets[0]: data.decode("utf-8", "surrogateescape")}, sheets[0])
    except Refused as error:
        return Unusable(error.text, address(found, bounds), error.is_open)


def _no_sheet(suffixes: Sequence[str], names: Sequence[str]) -> Refused:
    some = ", ".join(shown(name) for name in sorted(names)[:8]) or "no file"
    kinds = ", ".join(suffixes)
    return refused("the submission", (f"one file that ends in {kinds}", some), (f"一个以 {kinds} 结尾的文件", some))
