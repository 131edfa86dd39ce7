"""Grading: every outcome of a class as expected, nothing twice, nothing lost when workers or the run itself die."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from multiprocessing import active_children
from pathlib import Path

import pytest

from tests.grade.made_up import RIGHT, write_class
from torchref.errors import InputError
from torchref.grade.crew import Crew, local_executor
from torchref.grade.grade_class import shard_of
from torchref.grade.grading import GradeRequest, Grading
from torchref.grade.program import Program
from torchref.grade.sandbox.layers import is_supported
from torchref.grade.store import Store
from torchref.grade.work import Job, mark

pytestmark = pytest.mark.skipif(not is_supported(), reason="the sandbox needs Linux on x86_64 or aarch64")

ASSIGNMENT = Path(__file__).parent / "mlp_gradient.py"


def request_of(tmp_path, **more):
    settings = {"submissions": tmp_path / "class", "assignment": str(ASSIGNMENT), "output": tmp_path / "marks"}
    return GradeRequest(**{**settings, "workers": 2, **more})


def here(workers, scheduler):
    """An engine in this process, where what is tested is not how processes end; torch is there already."""
    return nullcontext((lambda: ThreadPoolExecutor(1), 1))


def grade(tmp_path, **more):
    """One run: its records by student, and how many kept their marks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("torchref.grade.grading.engine", here)
        return run(tmp_path, **more)


def run(tmp_path, **more):
    with Grading(request_of(tmp_path, **more)) as grading:
        grading.self_test()
        return {record.student: record for record in grading.run()}, grading.kept


def said(task):
    return " ".join([task.reason.english, *(f"{hint.text.english} {hint.mistake}" for hint in task.hints)])


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """A class and its records."""
    folder = tmp_path_factory.mktemp("grading")
    expected = write_class(folder / "class", 60, rare=20)
    records, kept = grade(folder)
    assert kept == 0
    return folder, expected, records


def test_every_submission_has_the_expected_outcome(marked):
    _, expected, records = marked
    assert records.keys() == expected.keys()
    for student, made in expected.items():
        (task,) = records[student].tasks
        assert task.verdict == made.verdict, (student, made, task)
        assert made.word in said(task), (student, made.word, said(task))
    assert not Path("/tmp/torchref-hostile").exists()


def test_what_is_as_it_was_is_not_run_again(marked):
    folder, expected, records = marked
    again, kept = grade(folder)
    assert kept == len(expected)
    assert again == records


def test_only_what_changed_is_run_and_a_regrade_shows_who_changes(marked):
    folder, expected, records = marked
    who = "student00003"
    assert records[who].points < 8
    (folder / "class" / f"{who}.py").write_text(RIGHT + "# corrected\n", encoding="utf-8")
    with Store(folder / "marks" / "marks.sqlite") as store:
        began = store.moment()
        again, kept = grade(folder)
        assert (kept, again[who].points) == (len(expected) - 1, 8)
        changes = list(store.before_and_after("mlp-gradient", began))
    assert [(student, old.points, new.points) for student, old, new in changes] == [(who, records[who].points, 8)]


def test_the_same_class_gets_the_same_marks_again(marked):
    folder, _, _ = marked
    with Store(folder / "marks" / "marks.sqlite") as store:
        before = store.content("mlp-gradient")
        records, kept = grade(folder, regrade=True)
        assert (len(records), kept) == (60, 0)
        assert store.content("mlp-gradient") == before


def test_shards_are_a_partition(marked):
    folder, expected, _ = marked
    parts = []
    for number in (1, 2, 3):
        with Grading(request_of(folder, shard=(number, 3))) as grading:
            parts.append({found.student for found in grading.found})
    assert set.union(*parts) == set(expected)
    assert sum(map(len, parts)) == len(expected)
    assert min(map(len, parts)) > 10


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "a/b", "-1/3", "1/0"])
def test_what_is_no_shard_is_told(text):
    with pytest.raises(InputError, match="I/N with I from 1 to N"):
        shard_of(text)


def jobs(grading, count):
    return [Job(grading.source, Program({"solution.py": RIGHT}), f"s{k}", str(k), b"secret") for k in range(count)]


def test_a_killed_worker_loses_nothing_and_marks_nobody_down(tmp_path):
    write_class(tmp_path / "class", 1)
    with Grading(request_of(tmp_path)) as grading:
        wanted = jobs(grading, 30)
    done = []
    for record in Crew(lambda: local_executor(2), 2).mark_all(wanted):
        done.append(record)
        if len(done) in (3, 12):
            os.kill(active_children()[0].pid, signal.SIGKILL)
    assert sorted(record.student for record in done) == sorted(job.student for job in wanted)
    assert {record.points for record in done} == {8}


def kill_the_worker(job):
    """Stands for a submission that brings its worker down whenever it is judged."""
    if job.student == "s5":
        os.kill(os.getpid(), signal.SIGKILL)
    return mark(job)


def test_a_submission_that_ends_its_worker_every_time_is_not_judged_and_the_others_are(tmp_path, monkeypatch):
    write_class(tmp_path / "class", 1)
    with Grading(request_of(tmp_path)) as grading:
        wanted = jobs(grading, 12)
    monkeypatch.setattr("torchref.grade.crew.mark", kill_the_worker)
    records = {record.student: record for record in Crew(lambda: local_executor(2), 2).mark_all(wanted)}
    assert records.pop("s5").reason.english == "the grader failed: the process that judged it died 3 times"
    assert {record.points for record in records.values()} == {8}
    assert len(records) == 11


def test_a_run_that_is_killed_at_random_goes_on_where_it_was(tmp_path):
    write_class(tmp_path / "class", 40, rare=1000)
    command = [sys.executable, "-m", "torchref", "grade", str(tmp_path / "class"), "--assignment", str(ASSIGNMENT)]
    command += ["--output", str(tmp_path / "marks"), "--workers", "2"]
    rng = random.Random(0)
    for _ in range(2):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wait_for_marks(tmp_path / "marks" / "marks.sqlite", rng.randrange(1, 10))
        workers = children_of(process.pid)
        process.kill()
        process.wait()
        wait_for_the_end_of(workers)
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    (undisturbed / "secret").write_bytes((tmp_path / "marks" / "secret").read_bytes())
    grade(tmp_path)
    grade(tmp_path, output=undisturbed)
    with Store(tmp_path / "marks" / "marks.sqlite") as store, Store(undisturbed / "marks.sqlite") as other:
        assert store.content("mlp-gradient") == other.content("mlp-gradient")
        assert len(list(store.records("mlp-gradient"))) == 40


def children_of(pid):
    """The process ids of all that were started by a process, and by those."""
    own = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return [*own, *(below for child in own for below in children_of(child))]


def wait_for_the_end_of(pids):
    """Returns when none of the processes runs any more: the workers of a killed run must not stay behind."""
    assert len(pids) >= 2
    while any(Path(f"/proc/{pid}").exists() and state_of(pid) != "Z" for pid in pids):
        time.sleep(0.02)


def state_of(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def wait_for_marks(database, more):
    """Waits until so many more marks are there, or all."""

    def count():
        if not database.exists():
            return 0
        with Store(database) as store:
            return len(list(store.records("mlp-gradient")))

    goal = min(40, count() + more)
    while count() < goal:
        time.sleep(0.02)
