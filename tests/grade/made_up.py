"""A class that is made up: right submissions, each with a known mistake, broken, endless and hostile ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RIGHT = '''"""The gradient of the loss of a network with one hidden layer."""

import numpy as np


def backward(x, target, W1, b1, W2, b2, z1, a1, z2):
    dz2 = (z2 - target) / z2.size
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ W2.T
    dz1 = da1 * a1 * (1 - a1)
    dW1 = x.T @ dz1
    db1 = dz1.sum(axis=0)
    return {"dz2": dz2, "dW2": dW2, "db2": db2, "da1": da1, "dz1": dz1, "dW1": dW1, "db1": db1}
'''


@dataclass(frozen=True)
class MadeUp:
    """A submission and what must come of it: a verdict, and a word that its hints or reason must have."""

    source: str
    verdict: str
    word: str = ""


# What is changed in RIGHT, and the name of the mistake that it makes.
MISTAKES = {
    ("(z2 - target) / z2.size", "(target - z2) / z2.size"): "slope-of-loss-reversed",
    ("(z2 - target) / z2.size", "(z2 - target)"): "it was multiplied by the number of all outputs of the batch",
    ("(z2 - target) / z2.size", "(z2 - target) / len(z2)"): "not-averaged-over-the-outputs",
    ("(z2 - target) / z2.size", "2 * (z2 - target) / z2.size"): "loss-slope-keeps-the-2",
    ("dz2.sum(axis=0)", "dz2.mean(axis=0)"): "averaged-over-the-batch",
    ("dz1.sum(axis=0)", "dz1[0]"): "first-example-only",
    ("da1 * a1 * (1 - a1)", "da1 * z1 * (1 - z1)"): "slope-at-input",
    ("da1 * a1 * (1 - a1)", "da1"): "slope-omitted",
    ("da1 * a1 * (1 - a1)", "da1 * a1 * (1 + a1)"): "slope-sign",
    ("da1 * a1 * (1 - a1)", "da1 * (1 - a1**2)"): "slope-of-another-activation",
    ("da1 * a1 * (1 - a1)", "da1 * a1"): "slope-y-alone",
    ("a1.T @ dz2", "z1.T @ dz2"): "pre-activation-for-input",
    ("x.T @ dz1", "x.T @ da1"): "gradient-without-slope",
    ("x.T @ dz1", "x.T @ dz1 / len(x)"): "averaged-over-the-batch",
    ("dz2 @ W2.T", "(z2 - target) @ W2.T"): "it was multiplied by the number of all outputs of the batch",
}

BROKEN = {
    "a name that is none": (RIGHT.replace("z2.size", "z2.sise"), "it raised an error: AttributeError"),
    "a shape that does not fit": (RIGHT.replace("a1.T @ dz2", "a1 @ dz2"), "it raised an error: ValueError"),
    "no Python": (RIGHT.replace("def backward", "def def backward"), "it raised an error: SyntaxError"),
    "torch": ("import torch\n" + RIGHT, "it raised an error: ModuleNotFoundError"),
    "another function": (RIGHT.replace("def backward", "def gradient"), "it raised an error: AttributeError"),
    "a NaN": (RIGHT.replace("z2.size", "(0 * z2)"), "must be finite"),
    "a wrong shape": (RIGHT.replace("dz2.sum(axis=0)", "dz2.sum()"), "the shape of db2 must be"),
    "a wrong dtype": (RIGHT.replace("a1.T @ dz2", "(a1.T @ dz2).astype(np.float32)"), "got float32"),
    "chance": (RIGHT.replace("z2.size", "(z2.size * np.random.rand())"), "another answer when it is asked again"),
    "not written": (RIGHT.split("    dz2")[0] + "    raise NotImplementedError\n", "it is not written yet"),
}

IN_VAIN = "    try:\n        {}\n    except BaseException:\n        pass\n    return"
HOSTILE = {
    "reads": "open('/etc/passwd').read()",
    "writes": "open('/tmp/torchref-hostile', 'w').write('x')",
    "runs": "__import__('os').system('touch /tmp/torchref-hostile')",
    "forks": "__import__('os').fork()",
    "connects": "__import__('socket').create_connection(('127.0.0.1', 9))",
    "kills": "__import__('os').kill(__import__('os').getppid(), 9)",
    "floods": "print('x' * 10_000_000)",
}
ENDS = {
    "loops": ("while True: pass", "it took too long"),
    "sleeps": ("__import__('time').sleep(60)", "it took too long"),
    "exits": ("__import__('os')._exit(0)", "it ended its process"),
    "hoards": ("np.ones(10**9)", "it raised an error: MemoryError"),
}


def kinds() -> dict[str, MadeUp]:
    """One submission of each kind, by a name."""
    made = {"right": MadeUp(RIGHT, "right")}
    for (old, new), word in MISTAKES.items():
        made[f"mistake: {new}"] = MadeUp(RIGHT.replace(old, new), "partly right", word)
    for name, (source, word) in BROKEN.items():
        is_partly = any(part in word for part in ("shape of", "float32"))
        made[f"broken: {name}"] = MadeUp(source, "partly right" if is_partly else "wrong", word)
    for name, deed in HOSTILE.items():
        # What is tried in vain leaves a right answer, and a full mark.
        made[f"hostile: {name}"] = MadeUp(RIGHT.replace("    return", IN_VAIN.format(deed)), "right")
    for name, (deed, word) in ENDS.items():
        made[f"ends: {name}"] = MadeUp(RIGHT.replace("    return", f"    {deed}\n    return"), "wrong", word)
    return made


def members(count: int, rare: int = 100) -> Iterator[tuple[str, str, MadeUp]]:
    """Students' ids with the kind of their submission: mostly right, each kind in turn, one in `rare` endless."""
    known = kinds()
    common = [name for name in known if not name.startswith("ends")]
    ends = [name for name in known if name.startswith("ends")]
    for number in range(count):
        if number % rare == rare - 1:
            name = ends[number // rare % len(ends)]
        else:
            name = common[number // 2 % len(common)] if number % 2 else "right"
        yield f"student{number:05d}", name, known[name]


def write_class(folder: Path, count: int, rare: int = 100) -> dict[str, MadeUp]:
    """Writes a class into a folder, each student's own by a comment, and tells what must come of each."""
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    for student, _, made in members(count, rare):
        (folder / f"{student}.py").write_text(f"{made.source}# {student}\n", encoding="utf-8")
        expected[student] = made
    return expected
