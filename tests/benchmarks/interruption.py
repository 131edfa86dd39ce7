"""Interruption: a run of 500 killed (SIGKILL) at 20 random moments, and one that nobody disturbs."""

import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
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
    """How many marks there are, looked up without the store, hundreds of times a second."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM record").fetchone()[0])
        except sqlite3.OperationalError:  # the run has not made its table yet
            return 0


def kill_at(folder: Path, goal: int, delay: float) -> int:
    """Marks until there are `goal` marks, then kills it after `delay` seconds; how many there are then."""
    database = folder / "marks" / "marks.sqlite"
    process = subprocess.Popen(command(folder, "marks"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and (not database.exists() or count(database) < goal):
        time.sleep(0.002)
    time.sleep(delay)  # between two marks, or in the middle of one
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended before it was killed"
    return count(database)


def main():
    """Prints what was killed when, and whether the marks are the same."""
    rng = random.Random(0)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_class(folder / "class", STUDENTS, rare=10**9)
        database = folder / "marks" / "marks.sqlite"
        counts = []
        for number in range(KILLS):
            goal = round((number + rng.random()) * STUDENTS / (KILLS + 1))
            counts.append(kill_at(folder, goal, rng.uniform(0, 0.02)))
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
