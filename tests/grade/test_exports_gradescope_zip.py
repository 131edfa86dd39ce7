"""Gradescope's zip: what it holds, and that its script works wherever Gradescope unpacks it."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest

from manual.errors import InputError
from tests.grade import validators
from torchref.grade.exports.gradescope_zip import requirements, write_zip

SECRET = b"\x00secret\xff"

# Stands for the real Python: notes how torchref is called and leaves results, or none.
SHIM = """#!/bin/sh
if [ "$1" = -m ]; then
    for argument; do printf '%s\\n' "$argument"; done > "{noted}"
    {then}
    exit {code}
fi
exec "{python}" "$@"
"""
WRITE = """for argument; do last=$argument; done; printf '{"score": 1}' > "$last" """


@pytest.fixture
def archive(tmp_path):
    assignment = tmp_path / "mine.py"
    assignment.write_bytes(b"# an assignment\r\n")
    write_zip(assignment, SECRET, tmp_path / "autograder.zip")
    return ZipFile(tmp_path / "autograder.zip")


def unpacked(archive, base):
    """What Gradescope makes of a zip: source/ with all in it, run_autograder beside it, and the submission."""
    for info in archive.infolist():
        archive.extract(info, base / "source")
        (base / "source" / info.filename).chmod(info.external_attr >> 16 & 0o777)
    shutil.copy(base / "source" / "run_autograder", base / "run_autograder")
    (base / "submission").mkdir()
    users = [{"email": "b o'b@x", "id": 2}, {"email": "$(a)@x", "id": 1}]
    (base / "submission_metadata.json").write_text(json.dumps({"users": users}))
    return base


def run(base, then="", code=0):
    shims = base / "shims"
    shims.mkdir()
    noted = base / "noted"
    (shims / "python3").write_text(SHIM.format(noted=noted, then=then, code=code, python=sys.executable))
    (shims / "python3").chmod(0o755)
    environment = {"PATH": f"{shims}:{os.environ['PATH']}"}
    done = subprocess.run(["./run_autograder"], cwd=base, env=environment, capture_output=True, text=True, check=False)
    called = noted.read_text().splitlines() if noted.exists() else []
    return done, called, (base / "results" / "results.json").read_text()


def test_the_root_holds_the_two_scripts_and_what_they_need(archive):
    names = archive.namelist()
    assert len(set(names)) == len(names)
    assert {"setup.sh", "run_autograder", "requirements.txt", "secret", "assignment.py", "pyproject.toml"} <= set(names)
    assert {"manual/errors.py", "torchref/__main__.py", "torchref/grade/pages/templates/class.html"} <= set(names)
    assert not [name for name in names if "__pycache__" in name]
    assert archive.read("secret") == SECRET
    assert archive.read("assignment.py") == b"# an assignment\n"


def test_scripts_are_executable_and_have_the_line_ends_of_unix(archive):
    for name in ("setup.sh", "run_autograder"):
        mode = archive.getinfo(name).external_attr >> 16
        assert stat.S_ISREG(mode)
        assert mode & 0o777 == 0o755
        assert archive.getinfo(name).create_system == 3
        assert archive.read(name).startswith(b"#!/usr/bin/env bash\n")
        assert b"\r" not in archive.read(name)
        subprocess.run(["bash", "-n"], input=archive.read(name), check=True)
        assert not re.search(rb"https?:|/autograder", archive.read(name))  # no registry, and any base folder
    assert archive.getinfo("secret").external_attr >> 16 & 0o777 == 0o600


def test_every_requirement_is_pinned_to_the_tested_version(archive):
    pins = archive.read("requirements.txt").decode().splitlines()
    assert pins == requirements()
    assert all(re.fullmatch(r"[a-z0-9-]+==[\d.]+", pin) for pin in pins)
    assert {"numpy", "torch", "jinja2", "click"} <= {pin.split("==")[0] for pin in pins}
    tested = (Path(__file__).parents[2] / "constraints.txt").read_text()
    assert all(f"\n{pin}\n" in tested for pin in pins)


def test_without_a_checkout_the_installed_versions_are_pinned(monkeypatch, tmp_path):
    monkeypatch.setattr("torchref.grade.exports.gradescope_zip._checkout", lambda: tmp_path)
    assert f"numpy=={metadata.version('numpy')}" in requirements()
    assert not [pin for pin in requirements() if "+" in pin]


def test_the_same_things_give_the_same_zip(tmp_path):
    for name in ("a", "b"):
        write_zip("hw1", SECRET, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("folder", ["autograder", "some folder/with 'spaces'"])
def test_mark_is_called_with_the_submission_wherever_that_is(archive, tmp_path, folder):
    base = unpacked(archive, tmp_path / folder)
    _, called, results = run(base, WRITE)
    assert called == [
        *("-m", "torchref", "mark", f"{base}/submission"),
        *("--assignment", f"{base}/source/assignment.py", "--student=$(a)@x,b o'b@x"),
        *("--secret-file", f"{base}/source/secret"),
        *("--as", "gradescope", "--output", f"{base}/results/results.json"),
    ]
    assert validators.gradescope(results)["score"] == 1


def test_a_built_in_assignment_goes_by_its_name(tmp_path):
    write_zip("it's one", SECRET, tmp_path / "zip")
    base = unpacked(ZipFile(tmp_path / "zip"), tmp_path / "base")
    _, called, _ = run(base, WRITE)
    assert called[5] == "it's one"


@pytest.mark.parametrize("code", [0, 3])
def test_without_results_the_script_says_that_the_autograder_failed(archive, tmp_path, code):
    base = unpacked(archive, tmp_path / "base")
    (base / "results").mkdir()
    (base / "results" / "results.json").write_text('{"score": 10}')  # of an earlier run
    done, called, results = run(base, code=code)
    assert called
    assert "no mark was given" in validators.gradescope_error(results)["output"]
    assert "the autograder failed" in done.stdout


def test_a_submission_of_nobody_is_a_failure_of_the_autograder(archive, tmp_path):
    base = unpacked(archive, tmp_path / "base")
    (base / "submission_metadata.json").write_text("{}")
    _, called, results = run(base, WRITE)
    assert not called
    validators.gradescope_error(results)


def test_what_is_no_assignment_or_no_secret_is_refused(tmp_path):
    for source, secret in ((tmp_path / "none.py", SECRET), (tmp_path, SECRET), ("hw1", b"")):
        with pytest.raises(InputError):
            write_zip(source, secret, tmp_path / "zip")
