"""Store: the records of a class in one SQLite file, each durable as soon as it is put.

A submission that has not changed need not be run again: its key says so. A newer one takes the place of the older as
its student's record, and the older stays as history. Any number of processes may write to one file, and any of them
may be killed at any moment: what was put is there, and the file is whole.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torchref.errors import NotJudgedError, must_be
from torchref.grade.record import Record

SCHEMA_VERSION = 1
PATIENCE = 30.0  # seconds to wait for another process's transaction, which takes milliseconds
SCHEMA = (
    """CREATE TABLE record (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        assignment TEXT NOT NULL, version TEXT NOT NULL, student TEXT NOT NULL, digest TEXT NOT NULL,
        is_judged INTEGER NOT NULL, content TEXT NOT NULL, seconds REAL NOT NULL)""",
    "CREATE INDEX record_by_student ON record (assignment, student, number)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
INSERT = """INSERT INTO record (assignment, version, student, digest, is_judged, content, seconds)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
VERSION = "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version"
ROW = "SELECT content, seconds FROM record WHERE number = ?"
OF_KEY = """SELECT number FROM record WHERE assignment = ? AND version = ? AND student = ? AND digest = ?
    ORDER BY is_judged DESC, number DESC LIMIT 1"""
IS_JUDGED = "SELECT is_judged FROM record WHERE number = ?"
NEWEST_OF_STUDENT = """SELECT version, digest, is_judged, content, number FROM record
    WHERE assignment = ? AND student = ? ORDER BY number DESC LIMIT 1"""
NEWEST = "SELECT max(number) FROM record WHERE assignment = ? GROUP BY student ORDER BY student"
PREVIOUS = """SELECT number FROM record WHERE assignment = ? AND student = ? AND is_judged AND (version, digest) <>
    (SELECT version, digest FROM record WHERE assignment = ? AND student = ? ORDER BY number DESC LIMIT 1)
    ORDER BY number DESC LIMIT 1"""
CHANGED = """SELECT new.student, old.number, new.number
    FROM record AS new JOIN record AS old ON old.student = new.student
    WHERE new.number IN (SELECT max(number) FROM record WHERE assignment = ? GROUP BY student)
    AND old.number IN (SELECT max(number) FROM record WHERE assignment = ? AND number <= ? GROUP BY student)
    AND old.content <> new.content ORDER BY new.student"""


@dataclass(frozen=True)
class Key:
    """What a record is of.

    assignment   its name
    version      changes whenever the same submission could get another record: that of the assignment, of this
                 program, and of the secret
    student      the student's id
    digest       the submission's content
    """

    assignment: str
    version: str
    student: str
    digest: str


class Store:
    """The records in a file, which is made if there is none; a context that closes itself.

    Raises    InputError if it is no such store, or of a newer program, or has no folder; NotJudgedError, here and
              wherever it is used, if the disk is full, the folder read-only, or another process holds it for long
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if self.path.is_dir() or not self.path.absolute().parent.is_dir():
            raise must_be(str(path), "a file in a folder that exists", "a folder" if self.path.is_dir() else "none")
        with self._errors():
            # isolation_level None: transactions begin and end where they are written down here
            self._connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        try:
            with self._errors():
                self._open()
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        self._is_new()  # before anything is written: it may be somebody else's file
        self._write_ahead()
        self._run("PRAGMA synchronous = FULL")  # a record is there after a power cut too
        with self._transaction():
            if self._is_new():
                for statement in SCHEMA:
                    self._run(statement)

    def _is_new(self) -> bool:
        """Whether the file has no tables yet; raises InputError if it has others than a store's."""
        version, tables = self._run(VERSION).fetchone()
        if version > SCHEMA_VERSION:
            advice = "use the program that made it, or another file"
            raise must_be(f"{self.path}'s version", f"at most {SCHEMA_VERSION}", version, advice)
        if version == 0 and tables:
            raise must_be(str(self.path), "a store of marks", "some other database")
        return bool(version == 0)

    def _write_ahead(self) -> None:
        """Sets the journal's mode; SQLite does not wait where two processes do so at once, so this does."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._run("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def put(self, key: Key, record: Record) -> None:
        """Makes this the student's record; when this returns, it is on the disk. Twice the same is once."""
        content = json.dumps(_timeless(record).as_json())
        with self._errors(), self._transaction():
            newest = self._run(NEWEST_OF_STUDENT, (key.assignment, key.student)).fetchone()
            if newest is None or newest[:4] != (key.version, key.digest, record.is_complete, content):
                row = (key.assignment, key.version, key.student, key.digest, record.is_complete, content)
                self._run(INSERT, (*row, record.seconds))

    def has(self, key: Key) -> bool:
        """Whether there is a record for the key in which every task was judged."""
        number = self._number_of(key)
        return number is not None and bool(self._one(IS_JUDGED, (number,))[0])

    def get(self, key: Key) -> Record | None:
        """The newest record for the key, a judged one if there is one."""
        number = self._number_of(key)
        return None if number is None else self._record(number)

    def reuse(self, key: Key) -> Record | None:
        """The judged record for the key, or None if the submission must be run.

        It becomes the student's record again, if another one came since: somebody handed in the older file anew.
        """
        record = self.get(key) if self.has(key) else None
        if record:
            self.put(key, record)
        return record

    def records(self, assignment: str) -> Iterator[Record]:
        """The newest record of each student, by student's id, as they stand when the first one is asked for."""
        for (number,) in self._all(NEWEST, (assignment,)):
            yield self._record(number)

    def previous(self, assignment: str, student: str) -> Record | None:
        """The student's record before the newest: of what was handed in before, or of the assignment's old version."""
        found = self._all(PREVIOUS, (assignment, student) * 2)
        return self._record(found[0][0]) if found else None

    def moment(self) -> int:
        """A number for now: what is put later comes after it. See `before_and_after`."""
        return int(self._one("SELECT coalesce(max(number), 0) FROM record", ())[0])

    def before_and_after(self, assignment: str, since: int) -> Iterator[tuple[str, Record, Record]]:
        """Students whose record is another one than at that moment, with both: what a regrade changes.

        Seconds do not count, nor do students who had no record then.
        """
        for student, old, new in self._all(CHANGED, (assignment, assignment, since)):
            yield student, self._record(old), self._record(new)

    def content(self, assignment: str) -> bytes:
        """The newest records as JSON, a line each, without the seconds: equal where two runs gave the same marks."""
        lines = (json.dumps(_timeless(record).as_json(), sort_keys=True) for record in self.records(assignment))
        return b"".join(line.encode() + b"\n" for line in lines)

    def _number_of(self, key: Key) -> int | None:
        found = self._all(OF_KEY, (key.assignment, key.version, key.student, key.digest))
        return int(found[0][0]) if found else None

    def _record(self, number: int) -> Record:
        content, seconds = self._one(ROW, (number,))
        return replace(Record.from_json(json.loads(content)), seconds=seconds)

    def _one(self, query: str, values: Sequence[Any]) -> Sequence[Any]:
        [row] = self._all(query, values)
        return row

    def _all(self, query: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        # All rows at once: a query left open would keep its old view of the file, in which nothing can be put. A
        # class's worth of them is numbers and ids alone; contents come one at a time.
        with self._errors():
            return self._run(query, values).fetchall()

    def _run(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")  # waits for other writers here, where waiting cannot deadlock
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._run("ROLLBACK")
            raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                advice = "restore it from a copy, or name another file"
                raise must_be(str(self.path), "a store of marks", str(error), advice) from error
            raise NotJudgedError(f"{self.path}: the marks could not be kept or read: {error}") from error


def _timeless(record: Record) -> Record:
    """The record without what differs from run to run."""
    return replace(record, seconds=0.0)
