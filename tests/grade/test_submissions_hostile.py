"""Hostile submissions: zips, links, pipes and huge files are outcomes with reasons, in bounded memory."""

import io
import os
import stat
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grade.handed_in import CODE, reason, zipped
from torchref.grade.program import Program
from torchref.grade.submissions import Bounds, Found, Part, Unusable, find, read

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
