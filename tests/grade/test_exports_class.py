"""Exports of a class: the tables and the XML. An open mark is an empty cell, never a zero; formulas stay text."""

import csv
import io
import tracemalloc
import xml.etree.ElementTree as ElementTree
from itertools import islice

import pytest

from manual.errors import InputError
from tests.grade.synthetic import (
    EVIL,
    FULL,
    OPEN_RECORD,
    OUTLINE,
    UNUSABLE_RECORD,
    evil_records,
    evil_roster,
    record_of,
    records,
    roster,
    waiting_record,
)
from torchref.grade.exports import CLASS_EXPORTS, ClassContext, export_class
from torchref.grade.exports.untrusted import csv_text
from torchref.grade.record import MARKED, WRONG, Record, TaskMark

PLAIN = [name for name, export in CLASS_EXPORTS.items() if not export.fills_sheet]


def written(tmp_path, name, records, **context):
    target = tmp_path / "out"
    exported = export_class(name, OUTLINE, records, target, ClassContext(**context))
    return exported, target.read_bytes().decode("utf-8-sig")


def table(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def is_harmless(cell):
    """A spreadsheet takes the cell for a number or for text."""
    try:
        float(cell)
    except ValueError:
        return not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    return True


def test_the_folder_is_the_registry():
    assert set(CLASS_EXPORTS) == {"csv", "canvas", "moodle", "otter", "nbgrader", "junit"}
    with pytest.raises(InputError, match="did you mean 'canvas'"):
        export_class("canvass", OUTLINE, [], "x")
    for name in ("canvas", "moodle"):
        with pytest.raises(InputError, match="download it and give it"):
            export_class(name, OUTLINE, [], "x")


def test_csv_has_a_column_a_task(tmp_path):
    given = [record_of("ada", 2.0, 0.75, 0.1 + 0.2, -1.0, 0.0, 0.0), OPEN_RECORD, UNUSABLE_RECORD]
    people = roster(1)
    exported, text = written(tmp_path, "csv", given, roster=people)
    header, ada, opened, unusable, absent = table(text)
    assert header == ["student", "name", "email", "status", *(item.name for item in OUTLINE.items), "total", "out of"]
    assert ada == ["ada", "", "", "marked", "2", "0.75", "0.3", "-1", "0", "0", "2.05", "10"]
    assert opened[3:] == ["not judged", "2", "1.5", "1", "2.5", "2", "", "", "10"]
    assert unusable[3:] == ["unusable", *["0"] * 7, "10"]
    assert absent[:1] + absent[3:] == ["s00000", "no submission", *[""] * 7, "10"]
    assert absent[1] == people["s00000"].name
    assert (exported.marks, exported.left_open, exported.without_record) == (2, ("open",), ("s00000",))


def test_otter_has_its_row_of_points_and_a_status(tmp_path):
    half = record_of("half", 2.0, 1.5, 1.0, 0.5, 0.0, 0.0)
    exported, text = written(tmp_path, "otter", [half, OPEN_RECORD, UNUSABLE_RECORD])
    header, worth, row, opened, unusable = table(text)
    names = [item.name for item in OUTLINE.items]
    assert header == ["file", *names, "total_points_earned", "percent_correct", "grading_status"]
    assert worth == ["points-per-question", "2", "1.5", "1", "2.5", "2", "1", "10", "", ""]
    assert row[7:] == ["5", "0.5", "Completed"]
    assert opened[6:] == ["", "", "", "not judged: the grader's machine ran out of memory"]
    assert unusable[7:] == ["0", "0", "unusable: solution.py cannot be read"]
    assert exported.left_open == ("open",)


def test_nbgrader_has_eleven_cells_a_row_without_quotes(tmp_path):
    given = [record_of("ada", *FULL), OPEN_RECORD, *evil_records()]
    exported, text = written(tmp_path, "nbgrader", given, roster=evil_roster())
    assert '"' not in text
    rows = [line.split(",") for line in text.rstrip("\n").split("\n")]
    assert {len(row) for row in rows} == {11}
    assert rows[0][3] == "student_id"
    assert rows[1] == ["hw1", "", "", "ada", "", "", "", "10", "0", "10", "10"]
    assert rows[2][7:] == ["", "", "", "10"]
    assert "a,b;c" in exported.warnings[0]
    assert "ada" not in exported.warnings[0]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Ada King Lovelace", "Ada King", "Lovelace"), ("Doe, Jane", "Jane", "Doe"), ("Xi", "", "Xi")],
)
def test_names_are_split_in_either_order(name, first, last):
    from torchref.grade.exports.nbgrader import split_name

    assert split_name(name) == (first, last)


def test_junit_has_a_suite_a_student_and_points_as_properties(tmp_path):
    given = [record_of("ada", 2.0, 0.75, *[0.0] * 4), OPEN_RECORD, UNUSABLE_RECORD]
    _, text = written(tmp_path, "junit", given)
    ada, opened, unusable = ElementTree.fromstring(text)
    assert (ada.get("name"), ada.get("tests"), ada.get("failures")) == ("hw1/ada", "6", "5")
    points = {p.get("name"): p.get("value") for p in ada[2].find("properties")}
    assert points == {"score": "0.75", "max_score": "1.5"}
    assert (opened.get("skipped"), opened.get("failures"), opened.get("errors")) == ("1", "0", "0")
    assert [p.get("name") for p in opened.find("properties")] == ["max_score"]
    assert (unusable.get("errors"), unusable[1].find("error").get("message")) == ("6", "solution.py cannot be read")


def test_a_task_that_waits_for_a_wrong_one_is_an_earned_zero(tmp_path):
    exported, text = written(tmp_path, "csv", [waiting_record()])
    assert table(text)[1][3:] == ["marked", "0", "0", "1", "2.5", "2", "1", "6.5", "10"]
    assert exported.marks == 1
    _, text = written(tmp_path, "junit", [waiting_record()])
    case = ElementTree.fromstring(text)[0][2]
    assert case.find("skipped").get("message") == "not judged: it builds on forward, which is wrong"
    assert [p.get("value") for p in case.find("properties")] == ["0", "1.5"]


def test_junit_is_xml_whatever_was_said(tmp_path):
    said = "".join(map(chr, range(0x100))) + "\ud800\udfff\ufffe\uffff]]>"
    tasks = (TaskMark("forward", 0.0, 2.0, WRONG, steps={said: "differs"}, said=said),)
    _, text = written(tmp_path, "junit", [Record(said, MARKED, tasks), *evil_records()])
    root = ElementTree.fromstring(text)
    assert len(root) == 1 + len(EVIL)
    assert "<script>window.owned = 1</script>" in [case.text for case in root.iter("system-out")]
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(text.replace("]]&gt;", "\x07", 1))


@pytest.mark.parametrize("name", ["csv", "otter"])
def test_no_cell_is_a_formula(name, tmp_path):
    _, text = written(tmp_path, name, evil_records(), roster=evil_roster())
    rows = table(text)
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert all(map(is_harmless, cells))
    assert '\'=HYPERLINK("https://example.org")' in cells


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", " =1", "\x00=1", "＝1"])
def test_what_looks_like_a_formula_gets_an_apostrophe(text):
    assert csv_text(text).startswith("'")
    assert csv_text("x" + text)[0] == "x"
    assert is_harmless(csv_text(text))


def test_a_formula_is_seen():
    assert not is_harmless("=1+1")
    assert not is_harmless("-2+3")
    assert is_harmless("-2.5")


@pytest.mark.parametrize("name", PLAIN)
def test_records_are_streamed(name, tmp_path):
    """Ten times as many records take far less than ten times the memory."""
    target = tmp_path / "out"

    def peak(count):
        tracemalloc.start()
        export_class(name, OUTLINE, islice(records(count), count), target)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # what is loaded once
    assert peak(1000) < 3 * peak(100)


@pytest.mark.parametrize("name", PLAIN)
def test_exports_take_a_class_in_either_language(name, tmp_path):
    exported, text = written(tmp_path, name, records(200), roster=roster(210), language="zh")
    assert exported.marks + len(exported.left_open) == 200
    assert exported.left_open
    assert len(text.splitlines()) >= 200
