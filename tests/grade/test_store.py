"""Store: what was put is there, whatever happens to whoever put it, and only what changed is run again."""

import multiprocessing
import os
import random
import signal
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchref.errors import InputError, NotJudgedError
from torchref.grade.record import MARKED, NOT_JUDGED, RIGHT, UNUSABLE, WRONG, Hint, Record, TaskMark, Text
from torchref.grade.store import Key, Store

HINT = Hint(Text("too small", "太小"), "slope-omitted", "dW", Text("0.5", "0.5"))
STUDENTS = [f"s{number:02}" for number in range(40)]
SPAWN = multiprocessing.get_context("spawn")


def key_of(student, digest="d1", version="v1", assignment="hw1"):
    return Key(assignment, version, student, digest)


def record_of(student, points=1.0, digest="d1", seconds=0.0):
    task = TaskMark(
        "linear", points, 2.0, RIGHT if points else WRONG, Text("", ""), {"dW": "agrees"}, (HINT,), "\x1b[31m"
    )
    return Record(student, MARKED, (task,), Text("fine", "好"), digest, seconds)


def put_all(path, students, started=None):
    """As a run does: puts what is not there yet, one at a time."""
    with Store(path) as store:
        for student in students:
            if not store.has(key_of(student)):
                store.put(key_of(student), record_of(student, points=len(student)))
            if started is not None:
                started.value += 1


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "marks.db") as store:
        yield store


def test_a_record_comes_back_as_it_was_put(store):
    store.put(key_of("ann"), record_of("ann", seconds=1.5))
    assert store.get(key_of("ann")) == record_of("ann", seconds=1.5)
    assert store.get(key_of("bob")) is None


@given(st.text(), st.floats(allow_nan=False))
def test_any_text_and_any_points_come_back(text, points):
    with Store(":memory:") as store:
        record = Record("ann", MARKED, (TaskMark("t", points, 1.0, WRONG, said=text),), Text(text, text))
        store.put(key_of("ann"), record)
        assert list(store.records("hw1")) == [record]


def test_only_the_same_submission_of_the_same_student_to_the_same_version_need_not_run_again(store):
    store.put(key_of("ann"), record_of("ann"))
    assert store.has(key_of("ann"))
    others = [{"digest": "d2"}, {"version": "v2"}, {"assignment": "hw2"}]
    assert not any(store.has(key_of("ann", **other)) for other in others)
    assert not store.has(key_of("bob"))


def test_what_was_not_judged_is_tried_again_and_what_was_unusable_is_not(store):
    store.put(key_of("ann"), Record("ann", NOT_JUDGED, reason=Text("the disk", "磁盘")))
    store.put(key_of("bob"), Record("bob", UNUSABLE, reason=Text("no Python", "没有")))
    half = replace(record_of("eve"), tasks=(TaskMark("linear", 0.0, 2.0, NOT_JUDGED),))
    store.put(key_of("eve"), half)
    assert [store.has(key_of(student)) for student in ("ann", "bob", "eve")] == [False, True, False]
    assert [record.status for record in store.records("hw1")] == [NOT_JUDGED, UNUSABLE, MARKED]
    store.put(key_of("ann"), record_of("ann"))
    assert store.has(key_of("ann"))


def test_a_newer_submission_replaces_the_record_and_the_older_is_history(store):
    store.put(key_of("ann"), record_of("ann", 1.0))
    assert store.previous("hw1", "ann") is None
    store.put(key_of("ann", "d2"), record_of("ann", 2.0, "d2"))
    assert list(store.records("hw1")) == [record_of("ann", 2.0, "d2")]
    assert store.previous("hw1", "ann") == record_of("ann", 1.0)
    assert store.get(key_of("ann")) == record_of("ann", 1.0)


def test_what_was_not_judged_is_nobodys_previous_record(store):
    store.put(key_of("ann"), record_of("ann", 1.0))
    store.put(key_of("ann", "d2"), Record("ann", NOT_JUDGED))
    store.put(key_of("ann", "d3"), record_of("ann", 2.0, "d3"))
    assert store.previous("hw1", "ann") == record_of("ann", 1.0)


def test_an_older_file_handed_in_anew_counts_again_without_a_run(store):
    store.put(key_of("ann"), record_of("ann", 1.0))
    store.put(key_of("ann", "d2"), record_of("ann", 2.0, "d2"))
    assert store.reuse(key_of("ann", "d3")) is None
    assert store.reuse(key_of("ann")) == record_of("ann", 1.0)
    assert list(store.records("hw1")) == [record_of("ann", 1.0)]


def test_records_come_by_student_and_of_one_assignment(store):
    for student in ("zoe", "Ann", "ann"):
        store.put(key_of(student), record_of(student))
    store.put(key_of("bob", assignment="hw2"), record_of("bob"))
    assert [record.student for record in store.records("hw1")] == ["Ann", "ann", "zoe"]
    assert list(store.records("none")) == []


def test_records_can_be_put_while_records_are_read(store):
    for student in STUDENTS[:3]:
        store.put(key_of(student), record_of(student))
    seen = []
    for record in store.records("hw1"):
        with Store(store.path) as other:
            other.put(key_of("zoe", record.student), record_of("zoe"))
        store.put(key_of(record.student, "d2"), record_of(record.student, 2.0))
        seen.append(record.student)
    assert seen == STUDENTS[:3]


def test_a_regrade_shows_whose_record_changes(store):
    for student in ("ann", "bob"):
        store.put(key_of(student), record_of(student, 1.0, seconds=1.0))
    moment = store.moment()
    store.put(key_of("ann", version="v2"), record_of("ann", 2.0, seconds=2.0))
    store.put(key_of("bob", version="v2"), record_of("bob", 1.0, seconds=2.0))
    store.put(key_of("new", version="v2"), record_of("new"))
    changes = list(store.before_and_after("hw1", moment))
    assert [(student, old.points, new.points) for student, old, new in changes] == [("ann", 1.0, 2.0)]


def test_the_content_is_the_marks_without_the_seconds(store, tmp_path):
    with Store(tmp_path / "other.db") as other:
        store.put(key_of("ann"), record_of("ann", seconds=1.0))
        other.put(key_of("ann"), record_of("ann", seconds=2.0))
        assert store.content("hw1") == other.content("hw1")
        other.put(key_of("ann", "d2"), record_of("ann", 2.0))
        assert store.content("hw1") != other.content("hw1")


def test_two_processes_lose_nothing_of_each_other(tmp_path):
    path = tmp_path / "marks.db"
    workers = [SPAWN.Process(target=put_all, args=(path, order)) for order in (STUDENTS, STUDENTS[::-1])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert_whole(path, tmp_path)


def test_a_kill_at_any_moment_loses_nothing_that_was_put(tmp_path):
    path, draw = tmp_path / "marks.db", random.Random(20261125)
    for _ in range(5):
        started = SPAWN.Value("i", 0)
        worker = SPAWN.Process(target=put_all, args=(path, STUDENTS, started))
        worker.start()
        moment = draw.randrange(len(STUDENTS))
        while started.value <= moment and worker.is_alive():
            pass
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        with Store(path) as store:
            assert all(store.has(key_of(student)) for student in STUDENTS[: started.value])
    put_all(path, STUDENTS)
    assert_whole(path, tmp_path)


def assert_whole(path, tmp_path):
    put_all(tmp_path / "undisturbed.db", STUDENTS)
    with Store(path) as store, Store(tmp_path / "undisturbed.db") as undisturbed:
        assert store.content("hw1") == undisturbed.content("hw1")
        assert len(list(store.records("hw1"))) == len(STUDENTS)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_what_is_no_store_is_left_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be looked at" * 100)
    before = path.read_bytes()
    with pytest.raises(InputError, match="must be a store of marks"):
        Store(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE song (title)")
    connection.close()
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(InputError, match="some other database"):
        Store(tmp_path / "other.db")
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_newer_programs_store_is_refused(tmp_path):
    Store(tmp_path / "marks.db").close()
    connection = sqlite3.connect(tmp_path / "marks.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(InputError, match=r"at most 1 \(got 99\)"):
        Store(tmp_path / "marks.db")


def test_a_folder_or_a_file_in_none_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none" / "marks.db"):
        with pytest.raises(InputError, match="a file in a folder that exists"):
            Store(path)


def test_a_folder_in_which_nothing_can_be_made_ends_in_one_line():
    with pytest.raises(NotJudgedError, match="could not be kept or read: unable to open database file"):
        Store("/proc/self/marks.db")


def test_a_full_disk_ends_in_one_line_and_loses_nothing(store):
    store.put(key_of("ann"), record_of("ann"))
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way of a full disk
    large = replace(record_of("bob"), reason=Text("x" * 100_000, ""))
    with pytest.raises(NotJudgedError, match="full"):
        store.put(key_of("bob"), large)
    assert list(store.records("hw1")) == [record_of("ann")]
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.put(key_of("bob"), large)
    assert store.has(key_of("bob"))


def test_a_file_that_another_process_holds_ends_in_one_line(store):
    store._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotJudgedError, match="locked"):
        store.put(key_of("ann"), record_of("ann"))
    other.execute("ROLLBACK")
    other.close()
    store.put(key_of("ann"), record_of("ann"))
