"""Reading: what was handed in becomes a program or a reason: its entry, its encoding, its cells, its names."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grade.handed_in import CODE, notebook, reason, zipped
from torchref.grade.program import Program
from torchref.grade.submissions import digest
from torchref.grade.submissions.names import clean, is_left_out, printable
from torchref.grade.submissions.refused import Refused
from torchref.grade.submissions.sources import cells

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
