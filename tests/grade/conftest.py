"""Folders and zips of submissions, and what `read` makes of them."""

import pytest

from tests.grade.handed_in import zipped
from torchref.grade.submissions import Found, Part, read


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
