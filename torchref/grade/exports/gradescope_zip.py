"""Gradescope's zip: setup.sh and run_autograder in the root, and all that they need beside them.

Gradescope unpacks it as source/ in a base folder, copies run_autograder into the base folder itself, and puts
submission/, results/ and submission_metadata.json there. Nothing here depends on where the base folder is.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from shlex import quote
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import manual
import torchref
from torchref.errors import must_be

SETUP = """\
#!/usr/bin/env bash
# Installs what the autograder needs, in the versions that it was made with, into a virtual environment beside it.
# pip asks the package index that it is configured for. Where that has builds of torch for the CPU alone, those do, and
# are a tenth of the size: set PIP_INDEX_URL, or add --index-url below.
set -euo pipefail
SOURCE="$(cd "$(dirname "$0")" && pwd)"

find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! PYTHON="$(find_python)"; then
    apt-get update
    apt-get install -y python3.11 python3.11-venv
    PYTHON=python3.11
fi
"$PYTHON" -m venv "$SOURCE/.venv"
"$SOURCE/.venv/bin/python" -m pip install --no-cache-dir --requirement "$SOURCE/requirements.txt"
chmod 600 "$SOURCE/secret"
"""

RUN = """\
#!/usr/bin/env bash
# Marks the submission. Whatever happens, results.json is there at the end; without a mark, it has no score.
set -uo pipefail
BASE="$(cd "$(dirname "$0")" && pwd)"
SOURCE="$BASE/source"
RESULTS="$BASE/results/results.json"
PYTHON="$SOURCE/.venv/bin/python"
[ -x "$PYTHON" ] || PYTHON=python3
export PYTHONPATH="$SOURCE" PYTHONDONTWRITEBYTECODE=1
ASSIGNMENT=@ASSIGNMENT@

who='import sys, pathlib; from torchref.grade.exports.gradescope import student_of
print(student_of(pathlib.Path(sys.argv[1])))'
mkdir -p "$BASE/results"
rm -f "$RESULTS"
cd "$SOURCE"
if STUDENT="$("$PYTHON" -c "$who" "$BASE/submission_metadata.json")"; then
    "$PYTHON" -m torchref mark "$BASE/submission" --assignment "$ASSIGNMENT" --student="$STUDENT" \\
        --secret-file "$SOURCE/secret" --as gradescope --output "$RESULTS" || echo "mark ended with code $?"
fi
if [ ! -s "$RESULTS" ]; then
    echo "the autograder failed: mark left no results"
    cat > "$RESULTS" <<'END'
{"output": "The autograder failed on this submission. This is no fault of yours, and no mark was given: tell your course staff.", "output_format": "text"}
END
fi
"""  # noqa: E501 (JSON has no way to break a line)

EXECUTABLE, PLAIN, SECRET = 0o755, 0o644, 0o600
MOMENT = (2020, 1, 1, 0, 0, 0)  # of every file, so that the same things give the same zip


def write_zip(assignment_source: Path | str, secret: bytes, target: Path) -> None:
    """Writes the zip for an assignment: the name of a built-in one, or an instructor's .py file.

    Raises    InputError if the file is not there or is no .py file, or the secret is empty
    """
    if not secret:
        raise must_be("the secret", "some random bytes", "none")
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        assignment = quote(str(assignment_source))
        if Path(assignment_source).suffix == ".py":
            _add(archive, "assignment.py", _source(Path(assignment_source)), PLAIN)
            assignment = '"$SOURCE/assignment.py"'
        elif isinstance(assignment_source, Path):
            raise must_be("the assignment", "a .py file or the name of a built-in one", assignment_source)
        _add(archive, "setup.sh", SETUP.encode(), EXECUTABLE)
        _add(archive, "run_autograder", RUN.replace("@ASSIGNMENT@", assignment).encode(), EXECUTABLE)
        _add(archive, "requirements.txt", "".join(f"{pin}\n" for pin in requirements()).encode(), PLAIN)
        _add(archive, "secret", secret, SECRET)
        for name, path in package_files():
            _add(archive, name, path.read_bytes(), PLAIN)


def package_files() -> Iterator[tuple[str, Path]]:
    """The files of manual and torchref, and pyproject.toml where this is a checkout, by their names in the zip."""
    for package in (manual, torchref):
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root.parent).as_posix(), path
    project = _checkout() / "pyproject.toml"
    if project.is_file():
        yield project.name, project


def requirements() -> list[str]:
    """What torchref needs, as name==version: the versions of constraints.txt, else those that are installed here."""
    root = _checkout()
    if (root / "pyproject.toml").is_file():
        wanted = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        wanted = [text for text in metadata.requires("torchref") or [] if "extra ==" not in text]
    pins = _pins(root / "constraints.txt")
    names = sorted(re.split(r"[^\w.-]", text, maxsplit=1)[0].lower() for text in wanted)
    # A version's local part, such as +cpu, names a build that not every index has.
    return [f"{name}=={pins.get(name) or metadata.version(name).partition('+')[0]}" for name in names]


def _checkout() -> Path:
    return Path(str(torchref.__file__)).parent.parent


def _pins(constraints: Path) -> dict[str, str]:
    text = constraints.read_text(encoding="utf-8") if constraints.is_file() else ""
    return dict(re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE))


def _source(path: Path) -> bytes:
    try:
        return path.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise must_be("the assignment", "a file that can be read", path, error.strerror or "") from error


def _add(archive: ZipFile, name: str, content: bytes, mode: int) -> None:
    """Adds a regular file of Unix, with these permissions."""
    info = ZipInfo(name, MOMENT)
    info.create_system = 3
    info.compress_type = ZIP_DEFLATED
    info.external_attr = (0o100000 | mode) << 16
    archive.writestr(info, content)
