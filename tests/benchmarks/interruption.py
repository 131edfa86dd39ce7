"""Interruption: a run of 500 killed (SIGKILL) at 20 random moments, and one that nobody disturbs."""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.grading import ASSIGNMENT
from tests.grade.made_up import write_class
from torchref.grade.store import Store

STUDENTS, KILLS = 500, 20


def command(folder: Path, output: str) -> list[str]:
    """The command that marks the class."""
    wanted = ["grade", str(folder / "class"), "--assignment", str(ASSIGNMENT), "--output", str(folder / output)]
    return [sys.executable, "-m", "torchref", *wanted]


def content(database: Path) -> bytes:
    """All marks, without times."""
    with Store(database) as store:
        return store.content("mlp-gradient")


def count(database: Path) -> int:
    """How many marks there are."""
    return content(database).count(b"\n") if database.exists() else 0


def main():
    """Prints what was killed when, and whether the marks are the same."""
    rng = random.Random(0)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_class(folder / "class", STUDENTS, rare=10**9)
        database = folder / "marks" / "marks.sqlite"
        counts = []
        for _ in range(KILLS):
            process = subprocess.Popen(command(folder, "marks"), **quiet)
            goal = count(database) + rng.randrange(40)
            while count(database) < goal:
                time.sleep(0.01)
            time.sleep(rng.uniform(0, 0.05))  # between two marks, or in the middle of one
            process.send_signal(signal.SIGKILL)
            process.wait()
            counts.append(count(database))
        subprocess.run(command(folder, "marks"), check=True, **quiet)
        (folder / "undisturbed").mkdir()
        (folder / "undisturbed" / "secret").write_bytes((folder / "marks" / "secret").read_bytes())
        subprocess.run(command(folder, "undisturbed"), check=True, **quiet)
        ours, theirs = content(database), content(folder / "undisturbed" / "marks.sqlite")
    print(f"marks there when it was killed: {', '.join(map(str, counts))}")
    lines = ours.count(b"\n")
    print(f"then {lines} marks; the same as undisturbed: {ours == theirs}")
    return 0 if ours == theirs else 1


if __name__ == "__main__":
    sys.exit(main())
