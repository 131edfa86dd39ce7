"""Submissions: how the tests hand one in, and what they get back."""

import numpy as np

from torchref.grade.program import Call, Limits, Program

LIMITS = Limits(wall=20, cpu=10, memory=256 << 20, result=4 << 20)
SOON = Limits(wall=0.3, cpu=10, memory=256 << 20, result=4 << 20)
X = np.arange(6.0).reshape(2, 3)


def hand_in(sandbox, source, *functions, limits=LIMITS, seed=0, x=X, **others):
    """The outcome of a program with these functions of x called in turn; `others` are its other files, by name."""
    files = {"solution.py": source} | {f"{name}.py": text for name, text in others.items()}
    calls = [Call(function, {"x": x}) for function in functions or ("solve",)]
    return sandbox.run(Program(files), calls, limits, seed)


def answer(sandbox, source, **options):
    """The one answer of a program that must have run to its end."""
    outcome = hand_in(sandbox, source, **options)
    assert outcome.status == "done", outcome
    (only,) = outcome.answers
    return only


def body(lines):
    """A program whose function solve(x) has these lines, with the usual modules imported."""
    indented = "".join(f"    {line}\n" for line in lines.strip().splitlines())
    return f"import ctypes, os, signal, socket, sys, threading, time\nimport numpy as np\n\n\ndef solve(x):\n{indented}"
