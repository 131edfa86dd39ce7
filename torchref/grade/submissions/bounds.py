"""Bounds: how much of a submission is read, whatever its headers claim."""

from dataclasses import dataclass

from torchref.grade.submissions.refused import Refused, refused

MIB = 1 << 20


@dataclass(frozen=True)
class Bounds:
    """How large a submission may be. Bytes are counted while they are read or decompressed.

    archive    bytes of a zip: above a zipped project with pictures, below one with its environment's libraries
    entries    names in a zip or folder, those that are left out (.git, .venv) among them
    files      Python files and notebooks
    source     bytes of a Python file; the longest of CPython's own has 0.3 MiB
    notebook   bytes of a notebook with its outputs, which are left out
    total      bytes of all that is read of one submission
    ratio      bytes that one compressed byte may become: of Python text, DEFLATE makes 1 of 10 at the most
    """

    archive: int = 64 * MIB
    entries: int = 50_000
    files: int = 500
    source: int = 2 * MIB
    notebook: int = 16 * MIB
    total: int = 32 * MIB
    ratio: int = 200


class Budget:
    """What is left of a submission's total."""

    def __init__(self, total: int) -> None:
        self.total = self.left = total

    def take(self, size: int) -> None:
        """Takes so many bytes off; raises Refused if there are not so many."""
        self.left -= size
        if self.left < 0:
            raise too_large("the submission", self.total)


def too_large(what: str, bound: int) -> Refused:
    """The refusal of something with more bytes than it may have."""
    size = f"{bound // MIB} MiB" if bound >= MIB else f"{bound} bytes"
    return refused(what, (f"at most {size}", "more"), (f"不超过 {size} 的内容", "更大"))
