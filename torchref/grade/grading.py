"""Grading: a class marked, as `torchref grade` does: submissions in, records into the store as they come, pages out."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from torchref.errors import must_be
from torchref.grade.assignment import Source, source_of
from torchref.grade.crew import Crew
from torchref.grade.engines import engine
from torchref.grade.program import Program
from torchref.grade.record import NOT_JUDGED, UNUSABLE, Record
from torchref.grade.roster import Roster, read_roster
from torchref.grade.secret import fingerprint, read_or_make
from torchref.grade.store import Key, Store
from torchref.grade.submissions import Found, digest, find
from torchref.grade.work import Job, open_sandbox


@dataclass(frozen=True)
class GradeRequest:
    """What is to be marked, with what, and where to.

    output      the folder of the database, the secret, the pages and marks.csv
    workers     processes on this machine; scheduler: the address of a Dask scheduler instead
    shard       (i, n): only the i-th of n parts of the class, for an array of jobs
    regrade     marks again what has a mark
    accept      effects that the self-test may find possible
    """

    submissions: Path
    assignment: str
    output: Path
    roster: Path | None = None
    database: Path | None = None
    secret_file: Path | None = None
    workers: int = 1
    scheduler: str = ""
    shard: tuple[int, int] = (1, 1)
    regrade: bool = False
    accept: tuple[str, ...] = ()


class Grading:
    """One run of the marking of a class; a context that closes its store."""

    def __init__(self, request: GradeRequest) -> None:
        self.request = request
        self.source: Source = source_of(request.assignment)
        self.assignment = self.source.load()
        self.roster: Roster | None = read_roster(request.roster) if request.roster else None
        self.found = [f for f in self._find() if self._is_mine(f)]
        try:
            request.output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise must_be(str(request.output), "a folder that can be written to", error.strerror or "") from error
        self.secret = read_or_make(request.secret_file or request.output / "secret")
        self.store = Store(request.database or request.output / "marks.sqlite")
        self.began = self.store.moment()
        self.kept = 0

    def _find(self) -> list[Found]:
        """All submissions that there are."""
        return find(self.request.submissions, self.roster, self.assignment.file, self.assignment.suffixes)

    def _is_mine(self, found: Found) -> bool:
        """Whether a submission belongs to this shard; the same in every job of the array."""
        number, shards = self.request.shard
        return int.from_bytes(sha256(found.student.encode()).digest()[:8], "big") % shards == number - 1

    def self_test(self) -> str:
        """Proves the sandbox before the first submission, and says which layers are in force."""
        with open_sandbox(self.assignment, self.request.accept) as sandbox:
            return sandbox.description

    def run(self) -> Iterator[Record]:
        """The record of every submission; one that is new is in the store before it comes out here."""
        aside: list[Record] = []  # what needs no worker
        with engine(self.request.workers, self.request.scheduler) as (make, workers):
            for record in Crew(make, workers).mark_all(self.jobs(aside)):
                while aside:
                    yield aside.pop()
                yield self._put(record)
        yield from aside

    def jobs(self, aside: list[Record]) -> Iterator[Job]:
        """What has to be run; records of all else go aside."""
        for found in self.found:
            program = self.assignment.read(found)
            if not isinstance(program, Program):
                status = NOT_JUDGED if program.is_open else UNUSABLE
                aside.append(self._put(Record(found.student, status, (), program.reason, program.digest)))
                continue
            content = digest({**program.files, "": program.entry})
            known = None if self.request.regrade else self.store.reuse(self._key(found.student, content))
            if known:
                self.kept += 1
                aside.append(known)
            else:
                yield Job(self.source, program, found.student, content, self.secret, self.request.accept)

    def _put(self, record: Record) -> Record:
        self.store.put(self._key(record.student, record.digest), record)
        return record

    def _key(self, student: str, digest: str) -> Key:
        """What decides a record: the submission, the assignment, this program, the secret."""
        parts = (version("torchref"), self.source.fingerprint, fingerprint(self.secret))
        return Key(self.assignment.name, "-".join(parts), student, digest)

    def __enter__(self) -> "Grading":
        return self

    def __exit__(self, *error: object) -> None:
        self.store.close()
