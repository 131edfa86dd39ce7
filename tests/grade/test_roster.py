"""read_roster: whoever exported the file, its students come out, and what cannot be used is said in one line."""

import pytest

from torchref.errors import InputError
from torchref.grade.roster import Roster, Student, read_roster

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (77)
,,,,,Manual Posting
    Points Possible,,,,,10
"Doe, Jane",1234,s-1,jdoe,A,8.5
"Müller, Jörg",1235,s-2,jmueller,A,
"Student, Test",1300,,abc123,A,
"""


@pytest.fixture
def read(tmp_path):
    def read(text, encoding="utf-8"):
        path = tmp_path / "class.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_roster(path)

    return read


def test_students_keep_the_order_of_the_file(read):
    roster = read("id,name,email\nzoe,Zoe Li,zoe@x.edu\nann,Ann Ray,\n")
    assert list(roster) == ["zoe", "ann"]
    assert roster["zoe"] == Student("zoe", "Zoe Li", "zoe@x.edu")
    assert len(roster) == 2
    assert "bob" not in roster


@pytest.mark.parametrize("heading", ["id", "student", "Student_ID", "SID", "Username", "login", "NetID", "学号"])
def test_an_id_goes_by_many_headings(read, heading):
    assert list(read(f"{heading}\nann\n")) == ["ann"]


@pytest.mark.parametrize(
    ("text", "student"),
    [
        ("First name,Last name,ID number,Email address\nJane,Doe,77,j@x.edu\n", Student("77", "Jane Doe", "j@x.edu")),
        (
            "First name,Last name,ID number,Email address\nJane,Doe,,j@x.edu\n",
            Student("j@x.edu", "Jane Doe", "j@x.edu"),
        ),
        ("First Name,Last Name,SID,Email,Role\nJane,Doe,77,j@x.edu,Student\n", Student("77", "Jane Doe", "j@x.edu")),
        ("Name,Email\nJane Doe,j@x.edu\n", Student("j@x.edu", "Jane Doe", "j@x.edu")),
        ("Identifier;Full name\nParticipant 5;Jane Doe\n", Student("Participant 5", "Jane Doe")),
        ("student\tname\njd\tJane Doe\n", Student("jd", "Jane Doe")),
        ("student;name\njd;Doe, Jane\n", Student("jd", "Doe, Jane")),
    ],
)
def test_rosters_of_platforms_are_read(read, text, student):
    assert list(read(text).values()) == [student]


def test_canvas_rows_that_are_no_students_are_left_out(read):
    roster = read(CANVAS)
    assert list(roster.values()) == [Student("jdoe", "Doe, Jane"), Student("jmueller", "Müller, Jörg")]


@pytest.mark.parametrize("text", ["jdoe", "JDOE", "1234", "s-1", "doejane", "Jane Doe", "jane_doe", "jdo", "jdoe_hw1"])
def test_whatever_names_a_student_leads_to_the_id(read, text):
    assert read(CANVAS).who(text) == "jdoe"


def test_accents_are_no_obstacle_and_strangers_stay_strangers(read):
    roster = read(CANVAS)
    assert roster.who("mullerjorg") == "jmueller"
    assert roster.who("jörg MULLER") == "jmueller"
    assert [roster.who(text) for text in ("", "j", "bob", "12", "jdoex")] == [None] * 5


def test_what_fits_two_students_names_neither():
    roster = Roster([Student("ann1", "Ann Li"), Student("ann2", "Ann Li")])
    assert [roster.who(text) for text in ("ann", "Ann Li", "annli")] == [None] * 3
    assert roster.who("ann", "ann2") == "ann2"


def test_an_id_that_begins_another_is_told_from_it():
    roster = Roster([Student("s1"), Student("s12")])
    assert [roster.who(text) for text in ("s1_hw", "s12_hw", "s12-hw1")] == ["s1", "s12", "s12"]


def test_a_column_tells_whose_file_is_whose(read):
    assert read("id,file\nann,group7.py\nbob,\n").files == {"group7.py": "ann"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_a_heading(read, encoding):
    assert list(read("id,name\r\nann,Änn\r\n", encoding)) == ["ann"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "an empty file"),
        ("\n\n", "an empty file"),
        ("id,name\n", "at least one student"),
        ("colour,size\nred,3\n", "a student's id"),
        ("id,name\nann,A\nann,B\n", "the id 'ann' must be that of one student"),
        ("id,name\nann,A\n,Bob\n", "id of Bob must be there"),
        ("id\na\x1b[31m\n", "printable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
        (b"PK\x03\x04\x00\x00", "binary"),
        ("id\nänn\n".encode("latin-1"), "UTF-8"),
        ('id\n"ann' + "n" * 200_000, "a CSV file"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(read, text, says):
    with pytest.raises(InputError, match="must be") as caught:
        read(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_said(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(InputError, match="must be a file"):
            read_roster(path)
