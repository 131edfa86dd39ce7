"""The self-test: a machine that lacks something is refused, with what could be done there, unless that is accepted."""

import os
import shutil
import subprocess
import sys

import pytest

from torchref.errors import InputError, NotJudgedError
from torchref.grade.program import Limits, Outcome, Status
from torchref.grade.sandbox import Sandbox, ensure, layers, possible_effects, selftest
from torchref.grade.sandbox.selftest import STOPPED_BY

ALL = set(layers.LAYERS)


def test_nothing_is_possible_with_every_layer(sandbox):
    assert possible_effects(sandbox) == ()
    assert ensure(sandbox) == ()


def test_seccomp_and_limits_alone_stop_everything(needs_sandbox):
    with Sandbox(layers=(layers.SECCOMP, layers.RLIMITS)) as one:
        assert ensure(one) == ()


def test_without_any_layer_every_effect_is_seen_but_those_that_memory_files_and_the_clock_stop(unlocked):
    always_stopped = {effect for effect, stopped_by in STOPPED_BY.items() if not stopped_by}
    assert always_stopped == {"unlimited-output", "run-for-ever"}
    assert set(possible_effects(unlocked)) == set(STOPPED_BY) - always_stopped


def test_a_run_without_end_is_seen(sandbox, monkeypatch):
    run = sandbox.run
    never_timed = Outcome(Status.DONE)
    monkeypatch.setattr(
        sandbox, "run", lambda program, calls, *rest: never_timed if is_endless(calls) else run(program, calls, *rest)
    )
    assert possible_effects(sandbox) == ("run-for-ever",)
    with pytest.raises(NotJudgedError, match=r"here it could: run-for-ever;.*missing: nothing, which should not be"):
        ensure(sandbox)


def is_endless(calls):
    return calls[0].function == "for_ever"


@pytest.mark.parametrize(
    ("without", "possible"),
    [
        ({layers.RLIMITS}, ("unlimited-memory",)),
        ({layers.SECCOMP}, ("network",)),
        ({layers.SECCOMP, layers.CHROOT}, ("see-files", "network")),
        ({layers.SECCOMP, layers.UID}, ("network", "start-processes", "signal-grader", "read-grader")),
        ({layers.SECCOMP, layers.LANDLOCK, layers.CHROOT}, ("read-files", "see-files", "write-files", "network")),
    ],
)
@pytest.mark.usefixtures("needs_sandbox")
def test_what_is_missing_is_refused_named_and_can_be_accepted_exactly(without, possible):
    if set(layers.available()) != ALL:
        pytest.skip(f"needs every layer (there is {layers.describe(layers.available())})")
    with Sandbox(layers=ALL - without) as one:
        with pytest.raises(NotJudgedError) as refused:
            ensure(one)
        assert refused.value.exit_code == 3
        message = str(refused.value)
        found = possible_effects(one)
        assert f"here it could: {', '.join(found)};" in message
        assert set(possible) <= set(found)
        assert f"--accept-missing {','.join(found)}" in message
        assert any(layers.NEEDS[layer] in message for layer in without)
        with pytest.raises(NotJudgedError):
            ensure(one, ["run-for-ever", *found[1:]])
        assert ensure(one, found) == found


def test_an_effect_that_there_is_not_cannot_be_accepted(sandbox):
    with pytest.raises(InputError, match="did you mean 'network'"):
        ensure(sandbox, ["netwrok"])


def test_a_probe_that_cannot_be_run_is_no_pass(sandbox, monkeypatch):
    monkeypatch.setattr(selftest, "_LIMITS", Limits(wall=20, cpu=5, memory=64 << 20, result=0))
    with pytest.raises(NotJudgedError, match="the sandbox's self-test must run"):
        ensure(sandbox)


NOBODY = 65534
ORDINARY = """
from torchref.grade.program import Call, Limits, Program
from torchref.grade.sandbox import Sandbox, ensure
import numpy as np, os
with Sandbox() as sandbox:
    print(os.geteuid(), sandbox.description, ensure(sandbox))
    program = Program({"solution.py": "def solve(x):\\n    open('/etc/passwd')\\ndef fine(x): return x\\n"})
    outcome = sandbox.run(program, [Call(name, {"x": np.ones(2)}) for name in ("solve", "fine")], Limits())
    print(outcome.status, outcome.answers[0].error[:15], outcome.answers[1].arrays["0"])
"""


@pytest.mark.usefixtures("needs_sandbox")
def test_an_ordinary_user_has_a_whole_sandbox_too():
    command = [sys.executable, "-W", "error", "-c", ORDINARY]
    if os.geteuid() == 0:
        if layers.UID not in layers.available():
            pytest.skip("needs the capability to become an ordinary user")
        setpriv = shutil.which("setpriv") or pytest.skip("needs setpriv to become an ordinary user")
        # the one capability lets it read this Python, wherever it is installed
        reading = ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
        command = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *reading, *command]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.stderr == ""
    user, outcome = told.stdout.splitlines()
    assert user.endswith("rlimits ()")
    assert "chroot" not in user
    assert "uid" not in user
    assert outcome == "done PermissionError [1. 1.]"


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Windows", "AMD64"), ("Linux", "riscv64")])
def test_on_another_platform_there_is_no_sandbox_and_a_way_out(monkeypatch, system, machine):
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    with pytest.raises(NotJudgedError, match="others' code can be run safely on Linux") as refused:
        Sandbox()
    assert f"(got {system} on {machine})" in str(refused.value)
    assert "torchref check FILE --assignment NAME" in str(refused.value)
    assert refused.value.exit_code == 3


def test_where_there_is_no_sandbox_its_nouns_can_be_imported_all_the_same():
    code = (
        "import sys; sys.modules.update(fcntl=None, resource=None); from torchref.grade.sandbox import Sandbox, ensure"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert told.stderr == ""


def test_the_layers_in_force_are_said_in_one_line():
    assert layers.describe(layers.LAYERS, 60123) == "seccomp, Landlock, chroot, uid 60123, rlimits"
    assert layers.describe(["rlimits", "seccomp"]) == "seccomp, rlimits"
    assert layers.describe([]) == "none"
