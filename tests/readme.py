"""README's tables, made from the code: python -m tests.readme writes them; a test keeps them fresh."""

import re
from pathlib import Path

from torchref.document_check import check_document
from torchref.render.markdown import document_markdown

ROOT = Path(__file__).parent.parent
FILES = ("README.md", "README.zh-CN.md")
MARKS = re.compile(r"(<!-- document table: python -m tests\.readme -->\n).*?(<!-- end -->)", re.DOTALL)


def fresh(text: str) -> str:
    """The text with its table made anew."""
    table = document_markdown(check_document())
    return MARKS.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", text)


if __name__ == "__main__":
    for name in FILES:
        path = ROOT / name
        path.write_text(fresh(path.read_text(encoding="utf-8")), encoding="utf-8")
