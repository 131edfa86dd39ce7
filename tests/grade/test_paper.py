"""Worksheets as submissions: read in the sandbox, judged outside, marked blank by blank."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual import document
from torchref.errors import InputError
from torchref.grade import assignments
from torchref.grade.assignment import source_of
from torchref.grade.program import Outcome, Program, Status
from torchref.grade.sandbox.layers import is_supported
from torchref.grade.submissions import find
from torchref.grade.work import open_sandbox
from torchref.worksheets.check import check_reading, check_text
from torchref.worksheets.transfer import read_and_pack, read_text, unpack

needs_sandbox = pytest.mark.skipif(not is_supported(), reason="the sandbox needs Linux on x86_64 or aarch64")
SHEET = assignments.load("document_worksheet")
ANSWERS = "".join(f"{line.name} = {line.value}\n" for line in SHEET.lines)
HARD = r"""
l_h1 = 0.05*0.10 + 0.15*0.20 + 0.35 = 0.385
$$\frac{1}{1 + e^{-0.385}} = 0.595078474$$ and $E_{o1} = \frac{1}{2}(0.85 - 0.702307507)^2 = 0.010906536$
w6+ = ((((1)))) = ?
w9 = what (1 = )
"""


@pytest.mark.parametrize("suffix", [".md", ".txt", ".tex"])
def test_a_sheet_that_was_packed_is_judged_as_one_that_was_not(suffix):
    case = document.example()
    for text in (ANSWERS, HARD):
        reading = unpack(read_and_pack(text.encode(), f"answers{suffix}"))
        assert reading == read_text(text, suffix)
        assert check_reading(reading, case) == check_text(text, case, suffix=suffix)


@given(st.text(max_size=200))
def test_any_text_survives_packing(text):
    packed = read_and_pack(text.encode("utf-8", "surrogatepass"), "answers.md")
    if "error" not in json.loads(packed):
        assert len(unpack(packed).sides) == len(unpack(packed).scanned.equations)


def packed(expression):
    """A reading of one side with this expression."""
    return json.dumps({"equations": [[["a"], [1], False]], "sides": [[["a", expression, None]]], "counts": [1, 0]})


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "[]",
        "{}",
        '{"equations": [[["a", "b"], [1], false]], "sides": [[]], "counts": [1, 0]}',
        '{"equations": [[["a"], [], false]], "sides": [[["a", null, null]]], "counts": [1, 0]}',
        packed(["call", "system", ["name", "x"]]),
        packed(["number", "NaN", "1", ""]),
        packed(["number", "1e99999", "1", ""]),
        "[" * 100_000,
    ],
)
def test_what_is_no_reading_is_refused(forged):
    with pytest.raises(InputError, match="what was read must be equations"):
        unpack(forged)


@needs_sandbox
@pytest.mark.parametrize(
    ("raw", "points", "word"),
    [
        (ANSWERS.encode(), 8, ""),
        (b"\xef\xbb\xbf" + ANSWERS.encode(), 8, ""),
        (ANSWERS.replace("w6+ = 0.368486467", "w6+ = 0.331513533").encode(), 7, "uphill"),
        (b"", 0, "left blank"),
        (b"\xff\xfe\x00", 0, "NUL byte"),
        (b"w2+ = " + b"(" * 900 + b"1" + b")" * 900 + b" = 0.1", 0, "w2+"),
        (b"w2+ = __import__('os').system('true') = 0.1", 0, "left blank"),
        (b"a = b\n" * 30_000, 0, "lines"),
    ],
)
def test_a_sheet_is_marked_in_the_sandbox(raw, points, word):
    program = Program({"ann.md": raw.decode("utf-8", "surrogateescape")}, "ann.md")
    with open_sandbox(SHEET, ()) as sandbox:
        marks = SHEET.marker(sandbox).mark(program)
    assert sum(task.points for task in marks.tasks) == points
    said = " ".join(f"{t.task} {t.reason.english} {[h.mistake for h in t.hints]}" for t in marks.tasks)
    assert word in said


class Failing:
    """A runner that cannot run anything."""

    def run(self, program, calls, limits, seed=0):
        return Outcome(Status.BROKEN, reason="no process could be started")


def test_the_sandbox_s_failure_is_no_zero():
    marks = SHEET.marker(Failing()).mark(Program({"ann.md": ANSWERS}, "ann.md"))
    assert {task.verdict for task in marks.tasks} == {"not judged"}
    assert all(task.is_open for task in marks.tasks)


def test_a_case_file_is_an_assignment_of_all_its_numbers(tmp_path):
    from torchref.case_file import write_case

    file = tmp_path / "mine.toml"
    file.write_text(write_case(document.example(), "My case"), encoding="utf-8")
    sheet = source_of(str(file)).load()
    assert sheet.name == "mine"
    assert {"l_h1", "w1+", "E_total"} <= {item.name for item in sheet.outline.items}


def test_sheets_are_found_and_read_as_they_are(tmp_path):
    (tmp_path / "ann.md").write_bytes(b"w2+ = 1\xff")
    (tmp_path / "bob.py").write_text("x = 1", encoding="utf-8")
    (tmp_path / "cid").mkdir()
    found = {f.student: SHEET.read(f) for f in find(tmp_path, None, SHEET.file, SHEET.suffixes)}
    assert found.keys() == {"ann", "cid"}
    assert found["ann"].files["ann.md"].encode("utf-8", "surrogateescape") == b"w2+ = 1\xff"
    assert "one file that ends in .md" in found["cid"].reason.english
