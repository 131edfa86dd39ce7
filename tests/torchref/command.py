"""The command line, run in this process: exit code, standard output and standard error."""

import sys
from dataclasses import dataclass

import pytest

from torchref.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


def run(capsys, monkeypatch, *arguments):
    """Runs torchref with the arguments."""
    monkeypatch.setattr(sys, "argv", ["torchref", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main()
    captured = capsys.readouterr()
    return Outcome(int(exit_.value.code or 0), captured.out, captured.err)
