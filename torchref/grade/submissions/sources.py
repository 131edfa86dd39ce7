"""Sources: the text of a Python file, and that of a notebook's code cells.

Whether it is Python is not asked here. CPython's parser and compiler can be made to overflow the stack or to take
exponential time by a text of a few kilobytes; only the sandbox, where that ends one run, lets them see a student's
text, and it names the line all the same.
"""

import codecs
import io
import json
import re
import tokenize
from typing import Any

from torchref.grade.submissions.names import shown
from torchref.grade.submissions.refused import refused

# Text encodings that somebody uses; a codec such as punycode takes quadratic time.
ENCODINGS = frozenset(
    {
        "utf-8",
        "utf-8-sig",
        "ascii",
        "gbk",
        "gb2312",
        "gb18030",
        "big5",
        "shift_jis",
        "cp932",
        "euc_jp",
        "euc_kr",
        "cp949",
    }
    | {"iso8859-1", "iso8859-2", "iso8859-9", "iso8859-15", "koi8-r", "koi8-u", "mac-roman"}
    | {f"cp{page}" for page in range(1250, 1259)}
)
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
COOKIE = re.compile(r"^([ \t\f]*#.*?)coding[:=]", re.MULTILINE)
# A line of a cell that is no Python: %magic, !command, ?help, help?, name = !command, name = %magic.
MAGIC = re.compile(r"(\s*)(\w[\w, ]*=\s*)?(?:%{1,2}[A-Za-z]|!(?!=)|\?)|(\s*)[\w.]+\?{1,2}\s*$")
PYTHON_CELLS = frozenset({"%%time", "%%timeit", "%%capture", "%%prun"})  # what follows these is Python
MOST_VALUES = 2_000_000  # in a notebook's JSON; each takes up to some 60 bytes of memory once it is read


def source(data: bytes, name: str) -> str:
    """The text of a Python file, in the encoding that it declares.

    Raises    Refused if it is empty or no text, or declares what it is not
    """
    if not data.strip():
        raise refused(shown(name), ("a Python file", "an empty file"), ("Python 文件", "空文件"))
    if data.startswith(MARKS):
        raise refused(
            shown(name), ("text in UTF-8", "UTF-16: save it as UTF-8"), ("UTF-8 文本", "UTF-16,请另存为 UTF-8")
        )
    if b"\0" in data:
        raise refused(shown(name), ("a Python file", "binary bytes"), ("Python 文件", "二进制内容"))
    try:
        encoding = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
        if encoding not in ENCODINGS:
            raise LookupError(f"the encoding {encoding}")
        text = data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeError) as error:
        why = shown(str(error))
        raise refused(shown(name), ("text in UTF-8", f"{why}: save it as UTF-8"), ("UTF-8 文本", why)) from error
    head, tail = _head(text)
    return COOKIE.sub(r"\1was in ", head) + tail  # it is Unicode now, and whoever encodes it again will say UTF-8


def _head(text: str) -> tuple[str, str]:
    """The first two lines, where an encoding may be declared, and the rest."""
    lines = text.split("\n", 2)
    return ("\n".join(lines[:2]) + "\n", lines[2]) if len(lines) > 2 else (text, "")


def cells(data: bytes, name: str) -> str:
    """The code cells of a notebook one after the other, all of them: the sandbox bounds what they do.

    Magics and shell commands become `pass`, or None where they are assigned; cells in other languages are left out.

    Raises    Refused if it is no notebook of format 4, or has no code
    """
    notebook = _json(data, name)
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        version = shown(str(notebook.get("nbformat", "none"))) if isinstance(notebook, dict) else "none"
        english, chinese = "a notebook of format 4 (save it in Jupyter)", "格式 4 的笔记本(请用 Jupyter 另存)"
        raise refused(shown(name), (english, f"format {version}"), (chinese, f"格式 {version}"))
    code = [
        _code(cell, name) for cell in notebook["cells"] if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    text = "\n\n".join(filter(None, map(_without_magics, code))) + "\n"
    if not text.strip():
        raise refused(shown(name), ("a notebook with code", "no code cell"), ("含代码的笔记本", "没有代码单元"))
    if "\0" in text or not _is_text(text):
        raise refused(shown(name), ("a notebook of text", "half characters or NUL"), ("文本笔记本", "残缺字符或 NUL"))
    return text


def _json(data: bytes, name: str) -> Any:
    if sum(map(data.count, (b"[", b"{", b","))) > MOST_VALUES:
        raise refused(shown(name), ("a notebook", "one too large: clear its outputs"), ("笔记本", "过大:请清除输出"))
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        why = "an empty file" if not data.strip() else shown(str(error))
        raise refused(shown(name), ("a Jupyter notebook", why), ("Jupyter 笔记本", why)) from error


def _code(cell: dict[str, Any], name: str) -> str:
    code = cell.get("source", "")
    lines = code if isinstance(code, list) else [code]
    if not all(isinstance(line, str) for line in lines):
        raise refused(shown(name), ("a Jupyter notebook", "a cell without text"), ("Jupyter 笔记本", "单元没有文本"))
    return "".join(lines)


def _without_magics(code: str) -> str:
    lines = code.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in PYTHON_CELLS:
        return ""
    kept, goes_on = [], False
    for line in lines:
        magic = MAGIC.match(line)
        if magic or goes_on:
            goes_on = line.rstrip().endswith("\\")
            kept.append(_instead(magic))
        else:
            kept.append(line)
    return "\n".join(kept)


def _instead(magic: re.Match[str] | None) -> str:
    """What stands in a magic's place, so that a block that holds nothing else is still one."""
    if magic is None:
        return ""
    return (magic[1] or magic[3] or "") + (f"{magic[2]}None" if magic[2] else "pass")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
