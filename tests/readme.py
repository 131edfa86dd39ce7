"""README's tables, made from the code: python -m tests.readme writes them; a test keeps them fresh."""

import re
from pathlib import Path

from manual import document
from torchref.document_check import check_document
from torchref.explain.derive import explain
from torchref.explain.markdown import equations
from torchref.render.markdown import document_markdown

ROOT = Path(__file__).parent.parent
FILES = ("README.md", "README.zh-CN.md")
DERIVATION = re.compile(r"(<!-- derivation: python -m tests\.readme -->\n).*?(<!-- end -->)", re.DOTALL)
# What README shows of the document's example: how w1 learns, from the two errors that meet at h1.
SHOWN = ("∂E_total/∂out_h1", "∂out_h1/∂l_h1", "∂l_h1/∂w1", "∂E_total/∂w1", "w1+")
MARKS = re.compile(r"(<!-- document table: python -m tests\.readme -->\n).*?(<!-- end -->)", re.DOTALL)


def fresh(text: str) -> str:
    """The text with its table and its derivation made anew."""
    table = document_markdown(check_document())
    text = MARKS.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", text)
    derivation = explain(document.example())
    shown = equations([derivation.quantities[name] for name in SHOWN])
    return DERIVATION.sub(lambda found: f"{found[1]}\n{shown}\n{found[2]}", text)


if __name__ == "__main__":
    for name in FILES:
        path = ROOT / name
        path.write_text(fresh(path.read_text(encoding="utf-8")), encoding="utf-8")
