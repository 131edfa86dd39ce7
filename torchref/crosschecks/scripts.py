"""Scripts: code that is neither function nor class: a script's statements or a notebook's cells, run in a namespace."""

import ast
import json
from pathlib import Path
from typing import Any

from torchref.errors import InputError, must_be


def run_script(path: str | Path, **values: Any) -> dict[str, Any]:
    """Runs a script or a notebook with some of its variables given, and returns its variables.

    The first statement at the top level that assigns one of these names is left out, for it would overwrite what is
    given: `W1 = np.random.randn(3, 5)` is left out where W1 is given, `W1 = W1 - lr * dW1` further on is not.

    Raises    InputError if the file cannot be read or is no Python
    """
    path = Path(path)
    tree = _parse(source_of(path), path)
    left_out: set[str] = set()
    body = []
    for statement in tree.body:
        names = _assigned(statement)
        if names and names <= values.keys() and not names & left_out:
            left_out |= names
        else:
            body.append(statement)
    tree.body = body
    namespace: dict[str, Any] = {"__name__": "__main__", "__file__": str(path), **values}
    exec(compile(tree, str(path), "exec"), namespace)  # noqa: S102  the caller's own code, at the caller's wish
    return namespace


def source_of(path: Path) -> str:
    """The Python in a file: a script's text, or a notebook's code cells without their magics."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise must_be(str(path), "a file of Python that can be read", reason) from error
    return text if path.suffix != ".ipynb" else _cells(text, path)


def _cells(text: str, path: Path) -> str:
    """The code cells of a notebook, one after the other; lines of magics (% and !) become empty lines."""
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise must_be(str(path), "a Jupyter notebook", f"no notebook: {error}") from error
    kept = [source for source in sources if not source.lstrip().startswith("%%")]
    lines = "\n\n".join(kept).splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines) + "\n"


def _parse(source: str, path: Path) -> ast.Module:
    try:
        return ast.parse(source, filename=str(path))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        raise InputError(f"{path}{where}: it must be Python ({getattr(error, 'msg', error)})") from error


def _assigned(statement: ast.stmt) -> set[str]:
    """The names that a plain assignment of names gives values to; none for any other statement."""
    if not isinstance(statement, ast.Assign):
        return set()
    names: set[str] = set()
    for target in statement.targets:
        elements = target.elts if isinstance(target, ast.Tuple) else [target]
        if not all(isinstance(element, ast.Name) for element in elements):
            return set()
        names |= {element.id for element in elements if isinstance(element, ast.Name)}
    return names
