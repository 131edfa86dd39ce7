"""manual stands on NumPy and the standard library alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import manual

ROOT = Path(manual.__file__).parent
ALLOWED = {"numpy", "manual"} | sys.stdlib_module_names


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_only_numpy_and_the_standard_library(path):
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= ALLOWED


def test_works_where_torch_cannot_be_imported():
    code = (
        "import sys; sys.modules['torch'] = None; import manual;"
        "print(float(manual.run(manual.document.example())['loss']), 'torchref' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0.09686726820253264", "False"]
