"""Self-test: before others' code is run, a probe goes the way that it will go; what the probe could do, they could."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from torchref.errors import NotJudgedError, unknown
from torchref.grade.program import Call, Limits, Program, Status
from torchref.grade.sandbox.client import Sandbox
from torchref.grade.sandbox.layers import CHROOT, LANDLOCK, NEEDS, RLIMITS, SECCOMP, UID

# effect: the layers that stop it, alone or together
STOPPED_BY = {
    "read-files": (SECCOMP, LANDLOCK, CHROOT),
    "see-files": (SECCOMP, CHROOT),
    "write-files": (SECCOMP, LANDLOCK, CHROOT),
    "network": (SECCOMP,),
    "start-processes": (SECCOMP, UID, RLIMITS),
    "signal-grader": (SECCOMP, UID),
    "read-grader": (SECCOMP, UID),
    "change-grader-limits": (SECCOMP, UID),
    "unlimited-memory": (RLIMITS,),
    "unlimited-output": (),
    "run-for-ever": (),
}
_MEMORY = 64 << 20  # bytes
_LIMITS = Limits(wall=10, cpu=5, memory=_MEMORY, result=1 << 20)
_AT_ONCE = Limits(wall=0.05, cpu=5, memory=_MEMORY, result=1 << 20)


def possible_effects(sandbox: Sandbox) -> tuple[str, ...]:
    """What a submission could do here besides computing. Raises NotJudgedError if the probe cannot be run."""
    text = Path(__file__).with_name("probe.py").read_text(encoding="utf-8")
    program = Program({"probe.py": text}, "probe.py")
    byte = np.ones(1, np.uint8)
    arguments = {"grader": os.getpid(), "address": byte.ctypes.data, "memory": _MEMORY}
    call = Call("effects", {name: np.array(value) for name, value in arguments.items()})
    outcome = sandbox.run(program, [call], _LIMITS)
    found = outcome.answers[0].arrays if outcome.answers else {}
    if outcome.status is not Status.DONE or set(found) != set(STOPPED_BY) - {"run-for-ever"}:
        said = outcome.answers[0].error if outcome.answers else ""
        raise NotJudgedError(
            f"the sandbox's self-test must run (it {outcome.status}: {outcome.reason or said});"
            f" layers: {sandbox.description}"
        )
    endless = sandbox.run(program, [Call("for_ever", {})], _AT_ONCE).status is not Status.TIMED_OUT
    effects = {name for name, is_possible in found.items() if is_possible} | ({"run-for-ever"} if endless else set())
    return tuple(effect for effect in STOPPED_BY if effect in effects)


def ensure(sandbox: Sandbox, accept: Sequence[str] = ()) -> tuple[str, ...]:
    """The effects that are possible here, all of them accepted.

    Raises NotJudgedError that names those which are not in `accept`, and what is missing on this machine.
    """
    for effect in accept:
        if effect not in STOPPED_BY:
            raise unknown("an accepted effect", effect, STOPPED_BY)
    effects = possible_effects(sandbox)
    if refused := [effect for effect in effects if effect not in accept]:
        helpful = {layer for effect in refused for layer in STOPPED_BY[effect]}
        missing = [need for layer, need in NEEDS.items() if layer in helpful and layer not in sandbox.layers]
        raise NotJudgedError(
            f"others' code was not run: it must be able to do nothing but compute (here it could: {', '.join(refused)};"
            f" in force: {sandbox.description}; missing: {'; '.join(missing) or 'nothing, which should not be'});"
            " use a machine or a container that has what is missing, or accept exactly this with"
            f" --accept-missing {','.join(effects)}"
        )
    return effects
