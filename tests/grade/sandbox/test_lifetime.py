"""The sandbox's own life: nothing is left behind, whoever ends first, and what failed is begun again."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.grade.sandbox.submissions import LIMITS, SOON, X, answer, body, hand_in
from torchref.errors import InputError, NotJudgedError
from torchref.grade.sandbox import Sandbox, zygote

pytestmark = pytest.mark.usefixtures("needs_sandbox")
DOUBLE = "def solve(x):\n    return 2 * x\n"
PATIENCE = 20  # seconds until what must happen is taken not to


def is_alive(pid):
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until(holds):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def children(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def descriptors(pid):
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def left_behind():
    return sorted(Path(tempfile.gettempdir()).glob("torchref-*"))


def test_200_runs_leave_nothing_behind():
    folders = left_behind()
    with Sandbox() as one:
        ends = [DOUBLE, "import os; os._exit(3)", "import os; os.abort()", body("raise ValueError")]
        hand_in(one, DOUBLE)
        wait_until(lambda: len(children(one.pid)) == 1)
        ours = descriptors("self")
        theirs = descriptors(one.pid) if os.geteuid() == 0 else 0
        for i in range(200):
            assert hand_in(one, ends[i % len(ends)]).status != "could not be run"
        wait_until(lambda: len(children(one.pid)) == 1)
        assert descriptors("self") == ours
        assert os.geteuid() or descriptors(one.pid) == theirs
        assert left_behind() == folders
        pids = [one.pid, *children(one.pid)]
    wait_until(lambda: not any(map(is_alive, pids)))


OWNER = """
import sys, threading, time
from tests.grade.sandbox.submissions import LIMITS, body, hand_in
from torchref.grade.sandbox import Sandbox
sandbox = Sandbox()
print(sandbox.pid, flush=True)
hand_in(sandbox, body(sys.argv[1]), limits=LIMITS)
time.sleep(100)
"""


@pytest.mark.parametrize("lines", ["return x", "time.sleep(100)", "while True: pass"])
def test_when_the_owner_is_killed_the_zygote_and_its_child_die(lines):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, lines], stdout=subprocess.PIPE, text=True)
    try:
        pid = int(owner.stdout.readline())
        wait_until(lambda: children(pid))
        time.sleep(0.2)  # into the run
        pids = [pid, *children(pid)]
        assert is_alive(pid)
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()
    wait_until(lambda: not any(map(is_alive, pids)))


def test_closing_twice_is_closing_once():
    one = Sandbox()
    one.close()
    one.close()
    assert not is_alive(one.pid)
    with pytest.raises(InputError, match="must be open"):
        hand_in(one, DOUBLE)


def test_a_sandbox_that_is_forgotten_ends():
    pid = Sandbox().pid
    assert not is_alive(pid)


def test_a_sandbox_ends_with_its_process_without_a_warning():
    code = "from torchref.grade.sandbox import Sandbox; sandbox = Sandbox(); print(sandbox.pid)"
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.stderr == ""
    assert not is_alive(int(told.stdout))


def test_a_zygote_that_died_is_replaced():
    with Sandbox() as one:
        old = one.pid
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: not is_alive(old))
        assert np.array_equal(answer(one, DOUBLE).arrays["0"], 2 * X)
        assert one.pid != old


def test_a_zygote_that_dies_in_a_run_is_replaced_and_the_run_begun_again():
    with Sandbox() as one:
        old = one.pid
        killer = threading.Timer(0.2, os.kill, (old, signal.SIGKILL))
        killer.start()
        slow = body("print('once')\ntime.sleep(0.5)\nreturn x")
        outcome = hand_in(one, slow)
        killer.join()
        assert outcome.status == "done"
        assert outcome.printed == "once\n"
        assert one.pid != old


def test_a_sandbox_that_keeps_dying_is_broken_and_no_fault_of_the_program():
    with Sandbox() as one:
        done = threading.Event()
        killer = threading.Thread(target=keep_killing, args=(one, done))
        killer.start()
        outcome = hand_in(one, body("time.sleep(3)\nreturn x"))
        done.set()
        killer.join()
        assert outcome.status == "could not be run"
        assert outcome.reason == "the sandbox must answer (got its end)"
        assert outcome.answers == ()
        assert np.array_equal(answer(one, DOUBLE).arrays["0"], 2 * X)


def keep_killing(sandbox, done):
    killed = set()
    while not done.wait(0.3):
        if sandbox.pid not in killed:
            killed.add(sandbox.pid)
            os.kill(sandbox.pid, signal.SIGKILL)


def test_a_program_cannot_end_the_zygote_s_wait():
    with Sandbox() as one:
        assert (
            hand_in(one, body("signal.pthread_kill(threading.get_ident(), 19)"), limits=SOON).status == "took too long"
        )
        assert answer(one, DOUBLE).arrays


def test_threads_take_turns(sandbox):
    outcomes = []
    threads = [
        threading.Thread(target=lambda i=i: outcomes.append((i, answer(sandbox, DOUBLE, x=np.full(3, i)))))
        for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert all(np.array_equal(each.arrays["0"], np.full(3, 2 * i)) for i, each in outcomes)


def test_two_sandboxes_do_not_meet(sandbox):
    with Sandbox() as other:
        assert other.pid != sandbox.pid
        assert answer(other, DOUBLE).arrays
        assert answer(sandbox, DOUBLE).arrays


def test_it_outlives_the_thread_that_made_it():
    made = []
    thread = threading.Thread(target=lambda: made.append(Sandbox()))
    thread.start()
    thread.join()
    with made[0] as one:
        assert np.array_equal(answer(one, DOUBLE).arrays["0"], 2 * X)


def test_another_process_must_make_its_own(monkeypatch):
    with Sandbox() as one:
        monkeypatch.setattr(one, "_owner", 1)
        with pytest.raises(InputError, match="make one in each process"):
            hand_in(one, DOUBLE)
        monkeypatch.undo()


def test_a_module_that_is_not_installed_is_said_at_the_start():
    with pytest.raises(NotJudgedError, match="No module named 'missing_module'"):
        Sandbox(extra_modules=("missing_module",))


def test_a_zygote_with_threads_refuses_to_fork():
    wait = threading.Event()
    thread = threading.Thread(target=wait.wait)
    thread.start()
    with pytest.raises(OSError, match="must have one thread before it forks"):
        zygote._prepare({"jail": "/", "layers": [], "uid": 0})
    wait.set()
    thread.join()


def test_limits_are_each_run_s_own(sandbox):
    small = body("return np.zeros(1 << 22)")  # 32 MiB, and as much again to send it
    assert hand_in(sandbox, small).answers[0].error.startswith("ValueError: what is returned must fit in 4194304 bytes")
    assert answer(sandbox, body("np.zeros(1 << 24).sum()\nreturn x"), limits=LIMITS).arrays
    tight = LIMITS.__class__(wall=20, cpu=5, memory=64 << 20, result=1 << 20)
    assert answer(sandbox, body("np.zeros(1 << 24).sum()\nreturn x"), limits=tight).error.startswith("MemoryError")
