"""A worksheet as a submission: points for each blank, follow-through, digits enough, and what a person must look at."""

import pytest

from manual import document
from manual.errors import InputError
from torchref.grade.assignments.document_worksheet import assignment
from torchref.grade.record import NOT_JUDGED, RIGHT, WRONG, Record
from torchref.grade.worksheet import mark_worksheet
from torchref.worksheets.source import decode

RIGHT_ANSWERS = """
w2+ = 0.149149527
w3+ = 0.099447028
w4+ = 0.198894056
w6+ = 0.368486467
w7+ = 0.249681803
w8+ = 0.349376620
∂E/∂b1 = 0.009782084
∂E/∂b2 = 0.053678930
"""


def marks(text, file="answers.md"):
    suffix = file[file.rindex(".") :]
    marks = mark_worksheet(text, assignment.case, assignment.lines, assignment.aliases, suffix=suffix)
    return {mark.task: mark for mark in marks}


def test_right_answers_earn_everything():
    found = marks(RIGHT_ANSWERS)
    assert set(found) == set(document.LEFT_TO_THE_READER)
    assert {(mark.verdict, mark.points) for mark in found.values()} == {(RIGHT, 1.0)}
    assert assignment.outline.points == 8


def test_an_empty_sheet_earns_nothing_and_says_so():
    found = marks("nothing\nw2+ = ____\n")
    assert {(mark.verdict, mark.points, mark.reason.english) for mark in found.values()} == {
        (WRONG, 0.0, "it was left blank")
    }


def test_a_wrong_answer_has_its_mistake_as_a_hint_without_the_expected_number():
    mark = marks(RIGHT_ANSWERS.replace("w2+ = 0.149149527", "w2+ = 0.150850473"))["w2+"]
    assert (mark.verdict, mark.points) == (WRONG, 0.0)
    assert [hint.mistake for hint in mark.hints] == ["uphill"]
    assert "0.149149527" not in mark.hints[0].text.english + mark.reason.english
    assert "0.149149527" in mark.hints[0].detail.english


def test_what_follows_from_a_mistake_earns_its_points():
    text = "∂E/∂out_h1 = 0.1\n∂E/∂l_h1 = 0.0240960084\n∂E/∂w2 = 0.00481920168\nw2+ = 0.145180798\n"
    case = document.example()
    first, second = mark_worksheet(text, case, ["∂E/∂out_h1", "w2+"])
    assert (first.verdict, first.points) == (WRONG, 0.0)
    assert (second.verdict, second.points, second.steps) == (RIGHT, 1.0, {"w2+": "consistent"})


def test_a_zero_that_follows_from_a_zero_earns_nothing():
    (mark,) = mark_worksheet("∂E/∂l_h1 = 0.0000\n∂E/∂w2 = 0.0000\n", document.example(), ["∂E/∂w2"])
    assert (mark.verdict, mark.points) == (WRONG, 0.0)


def test_too_few_digits_are_told_how_many_there_must_be():
    mark = marks(RIGHT_ANSWERS.replace("0.099447028", "0.0994"))["w3+"]
    assert (mark.verdict, mark.reason.english) == (WRONG, "it needs at least 6 decimals (got 4)")


def test_the_last_answer_counts():
    assert marks(RIGHT_ANSWERS + "w2+ = 0.2\n")["w2+"].verdict == WRONG
    assert marks("w2+ = 0.2\n" + RIGHT_ANSWERS)["w2+"].verdict == RIGHT


def test_a_line_that_was_not_understood_is_left_to_a_person():
    mark = marks(RIGHT_ANSWERS.replace("w2+ = 0.149149527", "w2+ = 0,149149527"))["w2+"]
    assert (mark.verdict, mark.points) == (NOT_JUDGED, 0.0)
    assert mark.reason.english == "line 2 was not understood: decimals follow a point, not a comma"


def test_csv_and_tex_are_submissions_too():
    csv = RIGHT_ANSWERS.replace(" = ", ",")
    tex = "\n".join(f"${line}$" for line in RIGHT_ANSWERS.strip().split("\n"))
    for text, file in ((csv, "answers.csv"), (tex, "answers.tex")):
        assert {mark.verdict for mark in marks(text, file).values()} == {RIGHT}


def test_a_binary_submission_is_unusable():
    with pytest.raises(InputError, match="NUL"):
        decode(b"\0\0", "answers.md")


def test_marks_are_records_like_all_others():
    record = Record("s1", "marked", tuple(marks(RIGHT_ANSWERS).values()))
    assert Record.from_json(record.as_json()) == record
    assert (record.points, record.is_complete) == (8.0, True)
