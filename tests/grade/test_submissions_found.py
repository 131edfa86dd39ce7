"""Finding: whoever handed in is found, in a folder, a zip, or what a platform gave for download."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grade.handed_in import CODE, notebook, reason, zipped
from torchref.errors import InputError
from torchref.grade.program import Program
from torchref.grade.roster import Roster, Student
from torchref.grade.submissions import find, read
from torchref.grade.submissions.gradescope import Submitter, submitters

ROSTER = Roster(
    [Student("jdoe", "Jane Doe", "jane@x.edu"), Student("jm", "Jörg Müller"), Student("li1", "Li Wei")],
    {"jdoe": ["1001"], "jm": ["1002"]},
)
METADATA = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '77'
    :email: jane@x.edu
  :created_at: 2026-01-01 10:00:00.000000000 Z
  :results:
    tests:
    - :name: not a student
submission_12:
  :submitters:
  - :name: "J\\u00f6rg M\\u00fcller"
    :sid:
    :email: jm@x.edu
  - :name: 'Li ''Wei'''
    :sid: li1
"""


@pytest.mark.parametrize("as_zip", [False, True])
def test_files_notebooks_folders_and_zips_are_found_by_their_names(folder, as_zip):
    files = {"zoe.py": CODE, "ann.ipynb": notebook(CODE), "bob/solution.py": CODE, "eve.zip": zipped({"a.py": CODE})}
    found = find(folder({**files, "notes.txt": "", ".git/x.py": "", "__MACOSX/bob/._solution.py": ""}, as_zip))
    assert [one.student for one in found] == ["ann", "bob", "eve", "zoe"]
    programs = [read(one) for one in found]
    assert [program.entry for program in programs] == ["ann.py", "solution.py", "a.py", "zoe.py"]
    assert all(program.files[program.entry].strip() == CODE.strip() for program in programs)


@pytest.mark.parametrize("as_zip", [False, True])
def test_canvas_names_lead_to_students_and_the_newest_upload_counts(folder, as_zip):
    files = {
        "doejane_1001_500_solution.py": "old = 1\n",
        "doejane_LATE_1001_600_solution-1.py": CODE,
        "doejane_1001_601_layers.py": "",
        "mullerjorg_1002_502_hw.zip": zipped({"hw/solution.py": CODE}),
        "unknown_9_503_solution.py": CODE,
    }
    root = folder({**files, "doejane_1001_601_layers.py": "y = 1\n"}, as_zip)
    found = find(root, ROSTER)
    assert [(one.student, one.is_known) for one in found] == [("9", False), ("jdoe", True), ("jm", True)]
    assert read(found[1]) == Program({"solution.py": CODE, "layers.py": "y = 1\n"}, "solution.py")
    assert read(found[2]) == Program({"solution.py": CODE}, "solution.py")
    assert [one.student for one in find(root)] == ["1001", "1002", "9"]


@pytest.mark.parametrize("as_zip", [False, True])
def test_moodle_folders_lead_to_students(folder, as_zip):
    files = {
        "Jane Doe_31_assignsubmission_file_/solution.py": CODE,
        "Jane Doe_31_assignsubmission_onlinetext_/onlinetext.html": "<p>",
        "Wei Li_32_assignsubmission_file_solution.py": CODE,
    }
    root = folder(files, as_zip)
    assert [one.student for one in find(root, ROSTER)] == ["jdoe", "li1"]
    assert [one.student for one in find(root)] == ["31", "32"]
    assert all(read(one) == Program({"solution.py": CODE}) for one in find(root))


@pytest.mark.parametrize("as_zip", [False, True])
def test_gradescope_folders_lead_to_their_submitters_each_of_a_group(folder, as_zip):
    files = {
        "assignment_1_export/submission_metadata.yml": METADATA,
        "assignment_1_export/submission_11/solution.py": CODE,
        "assignment_1_export/submission_12/solution.py": CODE,
    }
    root = folder(files, as_zip)
    root = root if as_zip else root / "assignment_1_export"
    assert [one.student for one in find(root, ROSTER)] == ["jdoe", "jm", "li1"]
    assert [one.student for one in find(root)] == ["77", "jm@x.edu", "li1"]
    assert all(read(one) == Program({"solution.py": CODE}) for one in find(root))


def test_gradescope_metadata_is_read_in_the_form_that_it_has():
    assert submitters(METADATA) == {
        "submission_11": [Submitter("Jane Doe", "77", "jane@x.edu")],
        "submission_12": [Submitter("Jörg Müller", "", "jm@x.edu"), Submitter("Li 'Wei'", "li1")],
    }
    assert submitters("no: yaml\n- at all") == {}


@given(st.text())
def test_no_metadata_breaks_the_reader(text):
    submitters(text)
    submitters(METADATA + text)


def test_repositories_lead_to_students_by_how_their_names_end(folder):
    root = folder({"hw1-jdoe/solution.py": CODE, "hw1-li1/solution.py": CODE, "hw1-stranger/solution.py": CODE})
    assert [(one.student, one.is_known) for one in find(root, ROSTER)] == [
        ("hw1-stranger", False),
        ("jdoe", True),
        ("li1", True),
    ]


def test_the_rosters_own_column_decides_whose_file_it_is(folder):
    roster = Roster([Student("ann")], files={"group7.py": "ann"})
    assert [one.student for one in find(folder({"group7.py": CODE}), roster)] == ["ann"]


def test_two_submissions_of_a_student_are_an_outcome_that_names_both(folder):
    [found] = find(folder({"jdoe.py": CODE, "Jane Doe/solution.py": CODE}), ROSTER)
    outcome = read(found)
    assert outcome.is_open
    assert "jdoe.py" in reason(outcome)
    assert "Jane Doe" in reason(outcome)


def test_of_two_gradescope_submissions_the_newer_counts(folder):
    metadata = METADATA.replace("submission_12", "submission_9").replace(
        "- :name: 'Li", "- :name: 'Jane Doe'\n  - :name: 'Li"
    )
    root = folder({"submission_metadata.yml": metadata, "submission_9/a.py": "old = 1\n", "submission_11/a.py": CODE})
    jane = next(one for one in find(root, ROSTER) if one.student == "jdoe")
    assert read(jane).files == {"a.py": CODE}


def test_a_students_file_that_is_no_python_is_an_outcome_and_a_strangers_is_nothing(folder):
    [found] = find(folder({"jdoe.pdf": b"%PDF", "grades.csv": "a,b"}), ROSTER)
    assert "a file named solution.py (got jdoe.pdf)" in reason(read(found))


def test_a_folder_or_zip_that_has_the_entry_is_one_submission(folder):
    assert [one.student for one in find(folder({"solution.py": CODE, "layers.py": CODE}))] == ["class"]
    root = folder({"solution.py": CODE}, as_zip=True)
    assert [(one.student, read(one).entry) for one in find(root)] == [("download", "solution.py")]
    root = folder({"ann/solution.py": CODE, "ann/layers.py": CODE}, as_zip=True)
    assert [(one.student, sorted(read(one).files)) for one in find(root)] == [("ann", ["layers.py", "solution.py"])]


def test_the_folder_around_a_download_is_nobodys(folder):
    root = folder({"hw1/ann.py": CODE, "hw1/bob.py": CODE}, as_zip=True)
    assert [one.student for one in find(root)] == ["ann", "bob"]


@pytest.mark.parametrize(("name", "content"), [("a.zip", b"PK not really"), ("a.zip", b""), ("notes.txt", b"hello")])
def test_a_root_in_which_nothing_can_be_found_is_said_in_one_line(tmp_path, name, content):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "notes.txt").write_bytes(content)
    (tmp_path / name).write_bytes(content)
    for root in (tmp_path / "class", tmp_path / "none"):
        with pytest.raises(InputError, match="must be"):
            find(root)
    if name == "a.zip":
        with pytest.raises(InputError, match="a zip that can be unpacked"):
            find(tmp_path / name)


def test_one_students_bad_names_in_a_download_are_that_students_outcome(folder):
    root = folder({"ann/solution.py": CODE, "bob/../solution.py": CODE, "bob/solution.py": CODE}, as_zip=True)
    ann, bob = find(root)
    assert isinstance(read(ann), Program)
    assert "inside the submission" in reason(read(bob))
