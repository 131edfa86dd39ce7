"""Sheets that Canvas and Moodle gave: a column is filled, every other byte stays, and what has no place is told."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual.errors import InputError
from tests.grade.synthetic import EVIL, FULL, OPEN_RECORD, OUTLINE, UNUSABLE_RECORD, evil_records, record_of
from torchref.grade.exports import ClassContext, export_class
from torchref.grade.exports.sheet import Sheet
from torchref.grade.record import Record
from torchref.grade.roster import Student

TITLE = "Homework 1: backpropagation by hand"
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,Quiz (11),"
    f"{TITLE} (42),Imported (7),Current Score,Unposted Final Score\r\n"
    ",,,,,,Manual Posting,,,,\r\n"
    "    Points Possible,,,,,,5,10,1,(read only),(read only)\r\n"
    '"Doe, Jane",1001,sis1,jdoe,"Sec ""1""",,4,,,80.1,\r\n'
    '"Roe, Rick",1002,sis2,rroe@uni.example,Sec 1,"a\r\nb",,7.5,,,\r\n'
    '"Twin, Tim",1003,,,Sec 1,,,1,,,\r\n'
    '"Twin, Tim",1004,,,Sec 1,,,2,,,\r\n'
    '"\'=Evil, X",1005,sis5,evil,Sec 1,,,EX,,,\r\n'
    '"Student, Test",1006,,abc123,Sec 1\r\n'
)


def fill(tmp_path, name, text, records, **context):
    sheet, target = tmp_path / "sheet.csv", tmp_path / "out.csv"
    sheet.write_bytes(text.encode())
    exported = export_class(name, OUTLINE, records, target, ClassContext(sheet=sheet, **context))
    return exported, target.read_bytes().decode()


def rows(text, delimiter=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_canvas_fills_a_column_and_keeps_every_other_byte(tmp_path):
    given = [record_of("jdoe", *FULL), record_of("sis2", 0.5, *[0.0] * 5), record_of("1003", -0.25, *[0.0] * 5)]
    exported, text = fill(tmp_path, "canvas", CANVAS, given)
    wanted = CANVAS.replace(",,4,,,80.1", ",,4,10,,80.1").replace(",,7.5,", ",,0.5,").replace(",,,1,,,", ",,,-0.25,,,")
    assert text == wanted
    assert exported.marks == 3
    assert exported.without_record == ("Twin, Tim", "'=Evil, X", "Student, Test")
    assert exported.without_row == exported.left_open == exported.warnings == ()


def test_canvas_leaves_the_cell_of_an_open_mark(tmp_path):
    given = [Record("rroe@uni.example", "not judged"), Record("jdoe", OPEN_RECORD.status, OPEN_RECORD.tasks)]
    exported, text = fill(tmp_path, "canvas", CANVAS, given)
    assert text == CANVAS
    assert (exported.marks, exported.left_open) == (0, ("rroe@uni.example", "jdoe"))


def test_canvas_invents_no_student_and_takes_no_twin(tmp_path):
    given = [record_of("nobody", *FULL), record_of("Tim Twin", *FULL), record_of("s1", *FULL)]
    people = {"s1": Student("s1", "Jane Doe", "")}
    exported, text = fill(tmp_path, "canvas", CANVAS, given, roster=people)
    assert exported.without_row == ("nobody", "Tim Twin")
    assert text == CANVAS.replace(",,4,,,80.1", ",,4,10,,80.1")


def test_canvas_finds_students_by_the_roster_s_email(tmp_path):
    people = {"s2": Student("s2", "Somebody Else", "RRoe@uni.example")}
    exported, text = fill(tmp_path, "canvas", CANVAS, [record_of("s2", *FULL)], roster=people)
    assert exported.marks == 1
    assert rows(text)[4][7] == "10"


def test_two_records_of_one_row_are_told(tmp_path):
    exported, text = fill(tmp_path, "canvas", CANVAS, [record_of("jdoe", *FULL), record_of("1001", *[0.0] * 6)])
    assert "has the mark of jdoe already" in exported.warnings[0]
    assert rows(text)[3][7] == "10"


def test_a_mark_for_the_excused_is_told(tmp_path):
    exported, _ = fill(tmp_path, "canvas", CANVAS, [record_of("evil", *FULL)])
    assert exported.warnings == ("evil was excused (EX), and has a mark now",)


def test_a_short_row_grows(tmp_path):
    _, text = fill(tmp_path, "canvas", CANVAS, [record_of("abc123", *FULL)])
    assert text.endswith('"Student, Test",1006,,abc123,Sec 1,,,10\r\n')


@pytest.mark.parametrize("column", ["42", TITLE, f"{TITLE} (42)", ""])
def test_canvas_s_column_goes_by_its_id_or_its_title(tmp_path, column):
    _, text = fill(tmp_path, "canvas", CANVAS, [record_of("jdoe", *FULL)], column=column)
    assert rows(text)[3][7] == "10"


def test_canvas_s_points_possible_are_compared(tmp_path):
    for possible, told in (("10", False), ('"10,0"', False), ("100", True), ("", False)):
        text = CANVAS.replace(",5,10,1,", f",5,{possible},1,")
        exported, _ = fill(tmp_path, "canvas", text, [record_of("jdoe", *FULL)])
        assert bool(exported.warnings) == told, possible


def test_a_canvas_file_with_semicolons_stays_one(tmp_path):
    text = (
        f"LastName;FirstName;ID;SIS Login ID;Section;{TITLE} (42)\n"
        "    Points Possible;;;;;10,00\nDoe;Jane, M.;1001;jdoe;Sec;\n"
    )
    exported, filled = fill(tmp_path, "canvas", text, [record_of("1001", 1.0, 0.5, *[0.0] * 4)])
    assert filled == text.replace("jdoe;Sec;", "jdoe;Sec;1.5")
    assert exported.warnings == ()


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", "", "row 1 must be a Canvas gradebook's"),
        ("name,mark\na,b\n", "", "row 1 must be a Canvas gradebook's"),
        ("Student,ID,SIS Login ID,Group,Homework\n", "", "row 1 must be a Canvas gradebook's"),
        (CANVAS, "Homework 2", "one of them 'Homework 2' (got Notes, Quiz (11), Homework 1"),
        (CANVAS.replace("Quiz (11)", f"{TITLE} (11)"), "", "must be one (got 2)"),
        (CANVAS.replace(",5,10,1,", ",5,(read only),1,"), "", "must be an assignment's"),
        (CANVAS + 'x,"open\r\n', "", "its quotes in pairs"),
        (CANVAS, "Current Score", "one of them 'Current Score'"),
    ],
)
def test_what_is_no_canvas_gradebook_is_refused(tmp_path, text, column, message):
    with pytest.raises(InputError) as error:
        fill(tmp_path, "canvas", text, [], column=column)
    assert message in str(error.value)


def test_a_sheet_must_be_there_and_in_utf8(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        export_class("canvas", OUTLINE, [], tmp_path / "out", ClassContext(sheet=tmp_path / "none.csv"))
    (tmp_path / "latin.csv").write_bytes("Müller".encode("latin-1"))
    with pytest.raises(InputError, match="must be UTF-8"):
        export_class("canvas", OUTLINE, [], tmp_path / "out", ClassContext(sheet=tmp_path / "latin.csv"))


MOODLE = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    '"Participant 12","Jane Doe",s1,jane@uni.example,"Submitted for grading",,10.00,Yes,"Monday, 1 June, 2:00 PM",-,\n'
    '"Participant 13","Rick Roe",s2,rick@uni.example,"Submitted for grading",7.50,10.00,Yes,-,-,"<p>old</p>"\n'
    '"Participant 14","Eve",s3,eve@uni.example,"No submission",,10.00,No,-,-,\n'
)
GERMAN = (
    "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,"
    "Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),Feedback als Kommentar\r\n"
    '"Teilnehmer/in12","Jane Doe",jane@uni.example,"Zur Bewertung abgegeben",,"10,00",Ja,-,-,\r\n'
)
UNKNOWN = GERMAN.replace("Bewertung,Bestwertung", "Einkunn,Hámarkseinkunn").replace("Feedback als Kommentar", "Umsögn")


def test_moodle_fills_grades_and_comments_and_keeps_every_other_byte(tmp_path):
    given = [record_of("s1", *FULL), record_of("13", 0.5, *[0.0] * 5)]
    exported, text = fill(tmp_path, "moodle", MOODLE, given)
    cells = rows(text)
    assert (cells[1][5], cells[2][5], cells[3][5]) == ("10", "0.5", "")
    assert cells[1][10].startswith("<p>The forward pass of a linear layer: 2/2, right</p>")
    kept = [[cell for place, cell in enumerate(row) if place not in (5, 10)] for row in rows(MOODLE)]
    assert [[cell for place, cell in enumerate(row) if place not in (5, 10)] for row in cells] == kept
    untouched = MOODLE.splitlines()[3]
    assert untouched in text.splitlines()
    assert exported.without_record == ("Participant 14 Eve",)
    assert len(exported.warnings) == 1  # that a newer grade makes Moodle skip a row


def test_moodle_leaves_the_row_of_an_open_mark(tmp_path):
    exported, text = fill(tmp_path, "moodle", MOODLE, [Record("s2", "not judged"), OPEN_RECORD])
    assert text == MOODLE
    assert (exported.left_open, exported.without_row) == (("s2",), ("open",))


@pytest.mark.parametrize("text", [GERMAN, UNKNOWN])
def test_moodle_s_columns_are_known_in_any_language(tmp_path, text):
    feedback = "Umsögn" if text == UNKNOWN else ""
    given = [record_of("jane@uni.example", *FULL)]
    exported, filled = fill(tmp_path, "moodle", text, given, feedback=feedback)
    assert rows(filled)[1][4] == "10"
    assert "2/2" in rows(filled)[1][9]
    assert rows(filled)[0] == rows(text)[0]
    assert len(exported.warnings) == 1


def test_moodle_s_silent_skips_are_told(tmp_path):
    text = MOODLE.replace("10.00", "5.00")
    points = {"s1": (2.0, 1.5, 1.0, 2.5, 0.5, 0.0), "s2": (-1.0, *[0.0] * 5), "s3": FULL}
    exported, _ = fill(tmp_path, "moodle", text, [record_of(name, *one) for name, one in points.items()])
    told = "\n".join(exported.warnings)
    assert "s1: Moodle will skip the row: the grade is above the maximum, 5" in told
    assert "s2: Moodle will skip the row: the grade is negative" in told
    assert "s3: Moodle will skip the row: its grade cannot be changed" in told
    assert "Moodle silently skips" in told
    same = record_of("s2", 2.0, 1.5, 1.0, 2.5, 0.5, 0.0)
    exported, _ = fill(tmp_path, "moodle", MOODLE, [same])
    assert "s2: Moodle will skip the row: the grade is what it was" in exported.warnings


def test_moodle_s_maximum_and_missing_columns_are_told(tmp_path):
    exported, _ = fill(tmp_path, "moodle", MOODLE.replace("10.00", "100.00"), [])
    assert "Moodle's maximum is 100; marks are out of 10, not scaled" in exported.warnings
    exported, _ = fill(tmp_path, "moodle", UNKNOWN, [])
    assert "no column of feedback comments" in "\n".join(exported.warnings)
    exported, _ = fill(tmp_path, "moodle", MOODLE.replace("10.00", "good"), [])
    assert "uses a scale" in "\n".join(exported.warnings)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", "", "identifiers such as 'Participant 12345'"),
        ("name,mark\nAda,1\n", "", "identifiers such as 'Participant 12345'"),
        (MOODLE.replace("Last modified (grade)", "x"), "", "Moodle refuses a worksheet without"),
        (MOODLE, "Mark", "one column must be 'Mark'"),
        (UNKNOWN.replace('"10,00"', "gut"), "", "one column must be Grade, followed by the maximum"),
    ],
)
def test_what_is_no_worksheet_is_refused(tmp_path, text, column, message):
    with pytest.raises(InputError) as error:
        fill(tmp_path, "moodle", text, [], column=column)
    assert message in str(error.value)


def test_moodle_s_comments_are_text_in_html(tmp_path):
    lines = [f'"Participant {place}","x{place}",e{place},m{place},ok,,10.00,Yes,-,-,' for place in range(len(EVIL))]
    text = "\n".join([MOODLE.splitlines()[0], *lines]) + "\n"
    given = [Record(f"e{place}", record.status, record.tasks) for place, record in enumerate(evil_records())]
    exported, filled = fill(tmp_path, "moodle", text, [*given, UNUSABLE_RECORD])
    assert exported.marks == len(EVIL)
    comments = "".join(row[10] for row in rows(filled)[1:])
    assert "<script" not in comments
    assert "<img" not in comments
    assert "&lt;script&gt;" in comments
    tags = {part.split(">")[0] for part in comments.split("<")[1:]}
    assert tags <= {"p", "/p", "ul", "/ul", "li", "/li"}


CELLS = st.lists(st.lists(st.text("ab,;\"\r\n 'é", max_size=4), min_size=2, max_size=4), min_size=1, max_size=4)


@given(CELLS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_sheet_reads_as_the_csv_module_reads_and_writes_what_it_read(cells, end, with_bom):
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator=end).writerows(cells)
    data = (("\ufeff" if with_bom else "") + file.getvalue()).encode()
    sheet = Sheet(data, "x.csv", ",")
    assert [row for row in sheet.rows if row != [""]] == [row for row in rows(file.getvalue()) if row]
    assert sheet.text().encode() == data
    sheet.fill(0, 1, 'new, "one"\n')
    assert Sheet(sheet.text().encode(), "x.csv", ",").rows == sheet.rows


def test_a_filled_cell_is_quoted_where_it_must_be(tmp_path):
    sheet = Sheet(b'a,"b",c\r\n1,"2",3', "x.csv")
    for column, value in enumerate(("x,y", "7", 'say "no"\n')):
        sheet.fill(1, column, value)
    sheet.write(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b'a,"b",c\r\n"x,y","7","say ""no""\n"'
