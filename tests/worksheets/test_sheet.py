"""Worksheets to hand out: blanks as wished, in three forms; the filled-in scheme is right throughout."""

import re

import pytest

from manual import document
from tests.worksheets.papers import check
from torchref.case_file import case_names, named_case_file
from torchref.grade.record import Text
from torchref.render.sheets import sheet_text
from torchref.worksheets import make_sheet

FORMS = ("md", "csv", "tex")


def sheet(name, blanks=""):
    known = named_case_file(name)
    return make_sheet(known.case, name, Text(known.title, known.title_zh), blanks)


def test_the_document_s_blanks_are_what_it_leaves_to_its_reader():
    assert {line.name for line in sheet("document").blanks} == set(document.LEFT_TO_THE_READER)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", case_names())
def test_the_marking_scheme_read_back_is_all_right(name, form, language):
    made = sheet(name, "all")
    report = check(sheet_text(made, form, language, scheme=True), name, f".{form}")
    assert {str(sign.judgement) for sign in report.signs} == {"right"}
    assert len(report.signs) == len(made.blanks)
    assert report.exit_code == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", case_names())
def test_a_sheet_with_its_blanks_filled_in_is_all_right(name, form):
    made = sheet(name, "7")
    values = iter([line.value for line in made.blanks])
    text = sheet_text(made, form)
    blank = {"md": r"____", "csv": r"(?<=,)$", "tex": r"\\underline\{\\hspace\{8em\}\}"}[form]
    filled = re.sub(blank, lambda _: next(values), text, flags=re.M)
    assert next(values, None) is None
    report = check(filled, name, f".{form}")
    assert {str(sign.judgement) for sign in report.signs} == {"right"}
    assert len(report.signs) == len(made.lines)


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_sheet_has_its_blanks_left_blank_and_gives_nothing_away(form):
    made = sheet("document", "all")
    report = check(sheet_text(made, form), suffix=f".{form}")
    assert sum(sign.judgement == "left blank" for sign in report.signs) == len(made.blanks)
    assert not [line.value for line in made.blanks if len(line.value) > 6 and line.value in sheet_text(made, form)]


@pytest.mark.parametrize("count", [1, 5, 12, 40])
def test_there_are_as_many_blanks_as_wished(count):
    assert len(sheet("document", str(count)).blanks) == count


def test_blanks_may_be_named_in_any_spelling():
    assert [line.name for line in sheet("document", "w_2^+, dE/dw5, outh1").blanks] == ["out_h1", "∂E_total/∂w5", "w2+"]


def test_an_answer_needs_digits_enough_to_tell_an_update_from_none():
    (line,) = sheet("document", "w3+").blanks
    assert line.decimals == 6
    assert abs(float(line.value) - 0.1) * 0.005 >= 10.0**-6 / 2


def test_the_command_writes_it(torchref, tmp_path):
    outcome = torchref("worksheet", "mazur", "--blanks", "3", "--language", "zh")
    assert outcome.code == 0
    assert outcome.out.startswith("# 练习")
    assert outcome.out.count("____") == 3
    path = tmp_path / "scheme.csv"
    assert torchref("worksheet", "--scheme", "--format", "csv", "--output", path).code == 0
    assert torchref("check", path).code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nobody",), "case must be one of document"),
        (("--blanks", "0"), "--blanks must be a number from 1 to"),
        (("--blanks", "w99+"), "a blank must be one of"),
        (("--blanks", "i1"), "a blank must be one of"),
        (("--output", "/nowhere/x.md"), "--output must be a file that can be written"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_2(torchref, arguments, message):
    outcome = torchref("worksheet", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert message in outcome.err
