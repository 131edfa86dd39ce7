"""Roster: who is in the class, from a CSV file: one's own, or one that Canvas, Moodle or Gradescope exported.

The columns are found by their headings, whatever the order. A student's id is the first of IDS that no student lacks;
whatever else names a student (other ids, email, name) leads to that id when submissions are matched.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torchref.errors import must_be

# Headings, folded; earlier ones decide first. Canvas's own ID is a number that no student knows, so it comes late.
IDS = (
    *("studentid", "sid", "sislogin", "sisloginid", "username", "login", "netid", "studentnumber", "matriculation"),
    *("idnumber", "sisid", "sisuserid", "学号", "id", "identifier", "githubusername", "github", "student"),
    *("emailaddress", "email", "邮箱"),
)
NAMES = ("name", "fullname", "studentname", "姓名", "student")
FIRST, LAST = ("firstname", "givenname", "first"), ("lastname", "surname", "familyname", "last")
EMAILS = ("emailaddress", "email", "邮箱")
FILES = ("file", "submission", "path", "filename")
LARGEST = 16 << 20  # bytes; a class of 10,000 is below 1 MiB
SHORTEST_PREFIX = 3  # characters: below, a beginning says nothing of a person


@dataclass(frozen=True)
class Student:
    """Someone in the class."""

    id: str
    name: str = ""
    email: str = ""


class Roster(Mapping[str, Student]):
    """Students by id, in the file's order.

    files    a submission's file -> its student's id, if the roster has such a column
    """

    def __init__(
        self,
        students: Sequence[Student],
        also: Mapping[str, Sequence[str]] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> None:
        self._students = {student.id: student for student in students}
        self.files = dict(files or {})
        self._known: dict[str, set[str]] = {}
        for student in students:
            for text in (student.id, student.email, *_orders(student.name), *(also or {}).get(student.id, ())):
                self._known.setdefault(folded(text), set()).add(student.id)
        self._known.pop("", None)

    def __getitem__(self, student: str) -> Student:
        return self._students[student]

    def __iter__(self) -> Iterator[str]:
        return iter(self._students)

    def __len__(self) -> int:
        return len(self._students)

    def who(self, *texts: str, beginnings: bool = True) -> str | None:
        """The id of whoever goes by the first of these texts that names one student, or None.

        A text names a student exactly; else by an id, an email or a name, whatever its case, accents and punctuation;
        else, where beginnings count, by the beginning of one student's name alone.
        """
        for find in (self._exactly, self._folded, *([self._by_beginning] if beginnings else [])):
            for text in texts:
                if student := find(text):
                    return student
        return None

    def _exactly(self, text: str) -> str | None:
        return text if text in self._students else None

    def _folded(self, text: str) -> str | None:
        return _only(self._known.get(folded(text), set()))

    def _by_beginning(self, text: str) -> str | None:
        """The student whose id begins with the text, or whose id is the beginning of the text up to a separator."""
        beginnings = {folded(text[: cut.start()]) for cut in re.finditer(r"[\s_.@-]", text)}
        longer: set[str] = set().union(*(self._known[known] for known in beginnings if known in self._known))
        start = folded(text)
        if longer or len(start) < SHORTEST_PREFIX:
            return _only(longer)
        return _only(set().union(*(ids for known, ids in self._known.items() if known.startswith(start))))


def folded(text: str) -> str:
    """The text's letters and digits without case and accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in unicodedata.normalize("NFKD", plain) if character.isalnum())


def read_roster(path: str | Path) -> Roster:
    """The roster in a CSV file (UTF-8; comma, semicolon or tab).

    Raises    InputError if it cannot be read, has no column of ids, or an id is missing or there twice
    """
    path = Path(path)
    rows = _rows(_text(path), path.name)
    header, students = rows[0], [row for row in rows[1:] if _is_student(row)]
    if not students:
        raise must_be(path.name, "a roster with at least one student", "a header alone")
    ids = [place for place in _places(header, IDS) if not _is_name(place, header)]
    if not ids:
        raise must_be(f"{path.name}'s columns", "a student's id among others", ", ".join(header), "call one id")
    column = next((place for place in ids if all(_cell(row, place) for row in students)), ids[0])
    made = [_student(row, header, column, path.name) for row in students]
    twice = Counter(student.id for student in made).most_common(1)[0]
    if twice[1] > 1:
        raise must_be(f"{path.name}: the id {twice[0]!r}", "that of one student", f"that of {twice[1]}")
    also = {student.id: [_cell(row, place) for place in ids] for student, row in zip(made, students, strict=True)}
    pairs = zip(made, students, strict=True)
    files = {name: student.id for student, row in pairs if (name := _first(row, header, FILES))}
    return Roster(made, also, files)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise must_be(str(path), "a file", "a folder or a device" if path.exists() else "nothing")
        if path.stat().st_size > LARGEST:
            raise must_be(str(path), f"a roster below {LARGEST >> 20} MiB", f"{path.stat().st_size >> 20} MiB")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise must_be(str(path), "a CSV file in UTF-8", f"byte {error.start} is none", "export it as UTF-8") from error
    except OSError as error:
        raise must_be(str(path), "a file that can be read", error.strerror or error) from error
    if "\0" in text:
        raise must_be(str(path), "a CSV file in UTF-8", "binary bytes", "export it as CSV")
    return text


def _rows(text: str, name: str) -> list[list[str]]:
    """The rows that say anything, each in cells without space around them."""
    heading = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=heading.count)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise must_be(name, "a CSV file", str(error)) from error
    rows = [row for row in rows if any(row)]
    if not rows:
        raise must_be(name, "a CSV file with a header and students", "an empty file")
    return rows


def _is_student(row: Sequence[str]) -> bool:
    """Whether a row is a student's; Canvas also writes one of points, one of postings, and a student of its own."""
    posting = all(re.fullmatch(r"(Muted|Manual Posting.*)?", cell) for cell in row)
    return not posting and row[0] not in ("Points Possible", "Student, Test")


def _student(row: Sequence[str], header: Sequence[str], column: int, name: str) -> Student:
    student = _cell(row, column)
    if not student:
        raise must_be(f"{name}: {header[column]} of {', '.join(filter(None, row))}", "there", "an empty cell")
    if not student.isprintable():
        raise must_be(f"{name}: {header[column]}", "printable text", repr(student))
    names = [place for place in _places(header, NAMES) if place != column]
    whole = next((_cell(row, place) for place in names if _cell(row, place)), "")
    parts = " ".join(filter(None, (_first(row, header, FIRST), _first(row, header, LAST))))
    return Student(student, whole or parts, _first(row, header, EMAILS))


def _is_name(place: int, header: Sequence[str]) -> bool:
    """Whether the column called Student is one of names, as it is where another column has the ids (Canvas's)."""
    return folded(header[place]) == "student" and len(_places(header, [i for i in IDS if i not in EMAILS])) > 1


def _places(header: Sequence[str], titles: Sequence[str]) -> list[int]:
    """The places of the columns with one of these titles, in the titles' order."""
    named = [folded(title) for title in header]
    return [named.index(title) for title in titles if title in named]


def _first(row: Sequence[str], header: Sequence[str], titles: Sequence[str]) -> str:
    return next((cell for place in _places(header, titles) if (cell := _cell(row, place))), "")


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _orders(name: str) -> tuple[str, ...]:
    """A name as it stands, and with its parts in the other order: "Doe, Jane" and "Jane Doe"."""
    last, comma, first = name.partition(",")
    words = name.split()
    return (name, f"{first} {last}") if comma else (name, " ".join([*words[-1:], *words[:-1]]))


def _only(students: set[str]) -> str | None:
    return next(iter(students)) if len(students) == 1 else None
