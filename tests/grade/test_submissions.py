"""Submissions: whoever handed in is found, and whatever was handed in is a program or a reason, in bounded memory."""

import io
import json
import os
import stat
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchref.errors import InputError
from torchref.grade.program import Program
from torchref.grade.roster import Roster, Student
from torchref.grade.submissions import Bounds, Found, Part, Unusable, digest, find, read
from torchref.grade.submissions.gradescope import Submitter, submitters
from torchref.grade.submissions.names import clean, is_left_out, printable
from torchref.grade.submissions.refused import Refused
from torchref.grade.submissions.sources import cells

CODE = "def linear(x):\n    return x\n"
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


def zipped(files, **info):
    """A zip in memory; `info` is set on its entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files if isinstance(files, list) else files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for key, value in info.items():
                setattr(entry, key, value)
            archive.writestr(entry, content)
    return stream.getvalue()


def notebook(*sources, **other):
    made = [{"cell_type": "code", "source": source, "outputs": []} for source in sources]
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "# 1"}, *made], **other})


@pytest.fixture
def folder(tmp_path):
    """Makes a folder, or a zip beside it, of files by name."""

    def folder(files, as_zip=False):
        if as_zip:
            (tmp_path / "download.zip").write_bytes(zipped(files))
            return tmp_path / "download.zip"
        root = tmp_path / "class"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return folder


@pytest.fixture
def handed_in(tmp_path):
    """What read makes of one file, or of a folder of files."""

    def handed_in(content, name="ann.py", bounds=None, **wanted):
        path = tmp_path / name
        if isinstance(content, dict):
            for inner, text in content.items():
                (path / inner).parent.mkdir(parents=True, exist_ok=True)
                (path / inner).write_bytes(text if isinstance(text, bytes) else text.encode())
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(Found("ann", path, (Part(path),)), bounds=bounds, **wanted)

    return handed_in


def reason(outcome):
    assert isinstance(outcome, Unusable), outcome
    for text in (outcome.reason.english, outcome.reason.chinese):
        assert text
        assert text.isprintable()
    assert outcome.reason.english != outcome.reason.chinese
    assert len(outcome.reason.english) < 400
    return outcome.reason.english


# Finding.


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


# Which file is the entry.


@pytest.mark.parametrize(
    ("files", "entry", "names"),
    [
        ({"Solution.PY": CODE, "b.py": "x = 1"}, "Solution.py", {"Solution.py", "b.py"}),
        ({"hw/solution.py": CODE, "hw/b.py": "x = 1"}, "solution.py", {"solution.py", "b.py"}),
        ({"hw/solution.py": CODE, "hw/nn/b.py": "x = 1", "c.py": "x = 1"}, "solution.py", {"solution.py", "nn/b.py"}),
        ({"pkg/__init__.py": "#", "pkg/solution.py": CODE}, "pkg/solution.py", {"pkg/__init__.py", "pkg/solution.py"}),
        ({"solution.py": CODE, "old/solution.py": "x = 1"}, "solution.py", {"solution.py", "old/solution.py"}),
        ({"solution.py": CODE, "solution.ipynb": notebook("x = 1")}, "solution.py", {"solution.py"}),
        ({"solution.ipynb": notebook(CODE), "b.py": "x = 1"}, "solution.py", {"solution.py", "b.py"}),
        ({"a.py": "x = 1", "b.py": CODE}, "b.py", {"a.py", "b.py"}),
        ({"a.py": "# def linear(", "b.py": "linear = max"}, "b.py", {"a.py", "b.py"}),
        ({"my work.py": CODE, "data.csv": "1"}, "my work.py", {"my work.py"}),
        ({"solution.py": CODE, "bad.py": b"\xff\xfe\x00", "node_modules/x.py": CODE}, "solution.py", {"solution.py"}),
    ],
)
@pytest.mark.parametrize("as_zip", [False, True])
def test_the_entry_is_found_the_same_way_for_everybody(handed_in, files, entry, names, as_zip):
    made = (
        handed_in(zipped(files), "ann.zip", functions=["linear"])
        if as_zip
        else handed_in(files, "ann", functions=["linear"])
    )
    assert isinstance(made, Program), made
    assert made.entry == entry
    assert set(made.files) == names


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": CODE, "b.py": CODE},
        {"a.py": "x = 1", "b.py": "x = 1"},
        {"readme.md": "hi"},
        {"solution.py.txt": CODE},
        {"a/solution.py": CODE, "b/solution.py": CODE.replace("linear", "other")},
    ],
)
def test_nobody_guesses_which_file_it_is(handed_in, files):
    outcome = handed_in(files, "ann")
    assert "must be a file named solution.py (got " in reason(outcome)
    assert all(name in reason(outcome) for name in files)
    assert not outcome.is_open


# Text.


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (CODE.encode("utf-8-sig"), CODE),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "# -*- was in  latin-1 -*-\nx = 'é'\n"),
        ("#!/usr/bin/python\n# coding=gbk\nx = '中'\n".encode("gbk"), "#!/usr/bin/python\n# was in gbk\nx = '中'\n"),
        (b"def broken(:\n", "def broken(:\n"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_declares(handed_in, data, text):
    assert handed_in(data).files == {"ann.py": text}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "an empty file"),
        (b" \n\t\n", "an empty file"),
        (CODE.encode("utf-16"), "UTF-16"),
        ("x = 'é'\n".encode("latin-1"), "UTF-8"),
        (b"# coding: no-such\nx = 1\n", "save it as UTF-8"),
        (b"# coding: punycode\nx = 1\n", "punycode"),
        (b"# coding: zlib\nx = 1\n", "save it as UTF-8"),
        (b"x = 1\0\n", "binary bytes"),
        (b"\x89PNG\r\n\x1a\n\xff", "save it as UTF-8"),
    ],
)
def test_what_is_no_text_is_an_outcome(handed_in, data, says):
    assert says in reason(handed_in(data))


def test_code_that_would_overflow_a_parser_is_left_to_the_sandbox(handed_in):
    for text in ("(" * 100_000, "x" + ".a" * 100_000, "-" * 100_000 + "1"):
        assert isinstance(handed_in(text, functions=["linear"]), Program)


# Notebooks.


def test_a_notebooks_cells_become_one_program_without_its_magics():
    first = ["%matplotlib inline\n", "!pip install \\\n", "  numpy\n", "import numpy as np\n", "np.sum?\n", "?np\n"]
    second = "if True:\n    %time f()\nfiles = !ls\ny = (7\n     % 4)\nz = (1\n     != 2)"
    made = cells(notebook(first, second, "%%bash\nrm -rf x", "%%time\nz = 3").encode(), "a.ipynb")
    space = {}
    exec(compile(made, "a", "exec"), {"f": None}, space)
    assert (space["files"], space["y"], space["z"]) == (None, 3, 3)
    assert "rm" not in made


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "an empty file"),
        ("{", "a Jupyter notebook"),
        ("[1]", "format 4"),
        (json.dumps({"nbformat": 3, "worksheets": []}), "format 3"),
        (notebook(), "no code cell"),
        (notebook([1]), "a cell without text"),
        (notebook("x = '\ud800'"), "half characters"),
        ("[" * 100_000, "a Jupyter notebook"),
        ("[" + "1" * 10_000 + "]", "a Jupyter notebook"),
        ("[" * 3_000_000, "clear its outputs"),
        (b"\xff\xff", "a Jupyter notebook"),
    ],
)
def test_what_is_no_notebook_is_an_outcome(handed_in, data, says):
    assert says in reason(handed_in(data, "ann.ipynb"))


@given(st.binary() | st.text().map(lambda text: notebook(text).encode()))
def test_whatever_bytes_a_notebook_holds_there_is_a_text_or_a_reason(data):
    try:
        said = cells(data, "a.ipynb")
    except Refused as error:
        said = error.text.english + error.text.chinese
    assert said.encode()


# Hostile zips.


@pytest.mark.parametrize(
    "name",
    [
        "../solution.py",
        "a/../../solution.py",
        "/etc/solution.py",
        "C:\\solution.py",
        "..\\solution.py",
        "\\\\host\\x.py",
        "x" * 300 + ".py",
        "/".join("x" * 600) + ".py",
    ],
)
def test_no_path_leads_out_of_a_submission(handed_in, name):
    assert "a file's path must be" in reason(handed_in(zipped({"solution.py": CODE, name: CODE}), "ann.zip"))


def test_a_nul_in_a_name_is_refused(handed_in):
    data = zipped({"solution.pyQ.txt": CODE}).replace(b"solution.pyQ.txt", b"solution.py\0.txt")
    assert "a file's path" in reason(handed_in(data, "ann.zip"))


def test_backslashes_between_folders_are_what_some_windows_zips_have(handed_in):
    data = zipped({"hw/solution.py": CODE}).replace(b"hw/solution", b"hw\\solution")
    assert handed_in(data, "ann.zip") == Program({"solution.py": CODE})


def test_chinese_names_of_windows_and_macos_are_read(handed_in):
    for encoding in ("gbk", "utf-8"):
        raw = "作业.py".encode(encoding)
        data = zipped({"Q" * len(raw): CODE}).replace(b"Q" * len(raw), raw)
        assert handed_in(data, "ann.zip") == Program({"作业.py": CODE}, "作业.py")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zipped({"solution.py": CODE}, external_attr=(stat.S_IFLNK | 0o777) << 16), "a link"),
        (zipped({"solution.py": CODE}, external_attr=(stat.S_IFIFO | 0o666) << 16), "a pipe"),
        (zipped([("solution.py", CODE), ("hw/../x.py", CODE)]), "inside the submission"),
        (zipped({"solution.py": CODE})[:-30], "a zip that can be unpacked"),
        (zipped({"solution.py": CODE}).replace(b"solution.pyK", b"solution.py\xff", 1), "a zip that can be unpacked"),
        (b"", "a zip that can be unpacked"),
        (b"PK\x05\x06" + b"\xff" * 18, "a zip that can be unpacked"),
        (zipped({"inner.zip": zipped({"solution.py": CODE})}), "a file named solution.py (got inner.zip)"),
        (zipped({}), "got no file"),
        (zipped({"solution.py": b" " * (20 << 20)}), "at most 2 MiB"),
        (
            zipped({f"{n}.py": b"#" * 2_000_000 for n in range(20)} | {"solution.py": CODE}),
            "submission must be at most 32",
        ),
        (zipped({f"{number}.py": CODE for number in range(501)}), "at most 500 files"),
        (b"PK\x01\x02" * 60_000, "at most 50000 files"),
    ],
)
def test_a_hostile_zip_is_an_outcome_with_its_reason(handed_in, data, says):
    assert says in reason(handed_in(data, "ann.zip"))


def test_a_ratio_is_refused_whatever_the_header_claims(handed_in):
    data = bytearray(zipped({"solution.py": b"#" * 2_000_000}))
    for place in (data.find(b"PK\x03\x04") + 22, data.find(b"PK\x01\x02") + 24):
        data[place : place + 4] = (100).to_bytes(4, "little")  # the claimed size
    outcome = handed_in(bytes(data), "ann.zip")
    assert isinstance(outcome, Unusable)
    assert "zip bomb" in reason(handed_in(zipped({"solution.py": b"#" * 2_000_000}), "ann.zip"))


def test_twice_the_same_name_is_refused(handed_in):
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped([("solution.py", CODE), ("solution.py", "x = 1")])
    assert "twice" in reason(handed_in(data, "ann.zip"))
    data = zipped({"é.py": CODE, "e\u0301.py": CODE})
    assert "twice" in reason(handed_in(data, "ann.zip"))


def test_an_encrypted_or_oddly_compressed_file_is_refused(handed_in):
    data = bytearray(zipped({"solution.py": CODE}))
    for place in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[place] |= 1
    assert "encrypted" in reason(handed_in(bytes(data), "ann.zip"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("solution.py", CODE)
    assert "DEFLATE" in reason(handed_in(stream.getvalue(), "ann.zip"))


def test_all_files_together_are_bounded(handed_in):
    data = {"solution.py": CODE, "a.py": os.urandom(600).hex(), "b.py": os.urandom(600).hex()}
    outcome = handed_in(data, "ann", Bounds(total=1500))
    assert "the submission must be at most 1500 bytes" in reason(outcome)


def test_memory_stays_bounded_by_what_is_kept(handed_in):
    bomb = zipped({"solution.py": b"#" * (200 << 20)})
    tracemalloc.start()
    handed_in(bomb, "ann.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 << 20


@given(st.data())
def test_a_damaged_zip_is_a_program_or_a_reason(tmp_path_factory, data):
    original = bytearray(zipped({"hw/solution.py": CODE, "hw/layers.py": "x = 1\n"}))
    for _ in range(data.draw(st.integers(1, 4))):
        original[data.draw(st.integers(0, len(original) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("zip") / "ann.zip"
    path.write_bytes(bytes(original))
    assert isinstance(read(Found("ann", path, (Part(path),))), Program | Unusable)


# Hostile files and folders.


def test_links_are_not_followed(tmp_path):
    (tmp_path / "secret.py").write_text(CODE)
    root = tmp_path / "class"
    (root / "bob").mkdir(parents=True)
    (root / "ann.py").symlink_to(tmp_path / "secret.py")
    (root / "eve").symlink_to(tmp_path)
    (root / "bob" / "solution.py").symlink_to(tmp_path / "secret.py")
    (root / "bob" / "more").symlink_to(tmp_path)
    found = find(root)
    assert [one.student for one in found] == ["ann", "bob", "eve"]
    for one in found:
        assert "a link, which is not followed" in reason(read(one))


def test_a_pipe_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "ann.py")
    [found] = find(tmp_path)
    assert "a device or a pipe" in reason(read(found))


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "ann.py"
    path.touch()
    os.truncate(path, 100 << 20)
    monkeypatch.setattr(os, "open", lambda *a: pytest.fail("it was opened"))
    assert "at most 64 MiB" in reason(read(Found("ann", path, (Part(path),))))


def test_what_the_grader_cannot_read_stays_open(tmp_path, monkeypatch):
    path = tmp_path / "ann.py"
    path.write_text(CODE)

    def denied(*arguments):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", denied)
        outcome = read(Found("ann", path, (Part(path),)))
    assert outcome.is_open
    assert "Permission denied" in reason(outcome)
    [found] = find(tmp_path)
    path.unlink()  # between finding and reading
    assert read(found).is_open
    assert "No such file" in reason(read(found))


def test_a_download_that_vanishes_leaves_all_open(folder):
    root = folder({"ann.py": CODE, "bob/solution.py": CODE}, as_zip=True)
    found = find(root)
    root.unlink()
    for one in found:
        assert read(one).is_open
        assert "No such file" in reason(read(one))


def test_a_folder_of_too_many_files_is_refused(handed_in):
    files = {f"{number}.txt": "" for number in range(30)} | {"solution.py": CODE}
    assert "at most 20 files" in reason(handed_in(files, "ann", Bounds(entries=20)))


def test_names_that_would_steer_a_terminal_are_written_out(tmp_path):
    (tmp_path / "a\u202enn\x1b[31m.py").write_text(CODE)
    (tmp_path / os.fsdecode(b"\xff.py")).write_text(CODE)
    found = find(tmp_path)
    assert [one.student for one in found] == ["<U+DCFF>", "a<U+202E>nn<U+001B>[31m"]
    assert all(isinstance(read(one), Program) for one in found)


# Names and digests.


@given(st.text())
def test_every_name_is_made_printable_once_and_for_all(text):
    made = printable(text)
    assert printable(made) == made
    made.encode()


@given(st.text(alphabet=st.sampled_from("ab./\\:~C\0")))
def test_a_clean_name_stays_inside(raw):
    try:
        path = clean(raw)
    except Refused:
        return
    assert clean(path) == path
    assert ".." not in path.split("/")
    assert not Path(path).is_absolute()


def test_what_tools_made_is_left_out_and_work_is_not():
    left_out = [".git/config", "a/.venv/x.py", "__MACOSX/a.py", "a/__pycache__/b.pyc", "node_modules/x.py", "._a.py"]
    assert all(map(is_left_out, left_out))
    assert not any(map(is_left_out, ["a.py", "hw/solution.py", "environment.py", "git/a.py"]))


FILES = st.dictionaries(st.text(max_size=4), st.text(max_size=4) | st.binary(max_size=4), max_size=3)


@given(FILES, FILES)
def test_a_digest_is_the_contents_address(one, other):
    def as_bytes(files):
        return {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}

    assert (digest(one) == digest(other)) == (as_bytes(one) == as_bytes(other))
    assert digest(one) == digest(dict(reversed(one.items())))


def test_an_unusable_submission_has_a_digest_that_changes_with_it(handed_in):
    digests = [handed_in(data, "ann.zip").digest for data in (b"broken", b"broken", b"other", zipped({"a.txt": "x"}))]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    assert all(len(one) == 64 for one in digests)
