"""Names: what a file in a submission is called: printable, in one Unicode form, and never outside the submission."""

import re
import unicodedata

from torchref.grade.submissions.refused import refused

LONGEST_PART, LONGEST = 255, 1000  # characters; file systems stop at 255 bytes a part
LEFT_OUT = frozenset({"__macosx", "__pycache__", "node_modules", "venv", "env", "site-packages", "thumbs.db"})
FORMATS = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
)  # control, bidi and joining, half characters, unassigned


def printable(text: str) -> str:
    """The text in NFC; what would steer a terminal or turn the line round is written out as <U+202E>."""
    return "".join(
        f"<U+{ord(character):04X}>" if unicodedata.category(character) in FORMATS else character
        for character in unicodedata.normalize("NFC", text)
    )


def shown(text: str, length: int = 80) -> str:
    """The text as it stands in a message: printable, and not longer than this."""
    text = printable(text[: length + 1])
    return text if len(text) <= length else f"{text[: length - 1]}…"


def clean(raw: str) -> str:
    """A path in a submission: relative, with /, printable.

    Raises    Refused if it leads out of the submission, or is too long, or has a NUL
    """
    path = raw.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in parts or "\0" in raw:
        raise refused(
            "a file's path",
            ("inside the submission", repr(shown(raw))),
            ("提交内容内部的路径", repr(shown(raw))),
        )
    if len(path) > LONGEST or any(len(part) > LONGEST_PART for part in parts):
        long, long_chinese = f"at most {LONGEST_PART} characters a name", f"每一级不超过 {LONGEST_PART} 个字符的路径"
        raise refused("a file's path", (long, shown(raw)), (long_chinese, shown(raw)))
    return "/".join(printable(part) for part in parts)


def is_left_out(path: str) -> bool:
    """Whether a file is none of the student's work: hidden, or made by a tool."""
    return any(part.startswith((".", "~$")) or part.casefold() in LEFT_OUT for part in path.split("/"))


def suffix(path: str) -> str:
    """What a name ends with, in lower case: .py"""
    base = path.rpartition("/")[2]
    return f".{base.rpartition('.')[2].lower()}" if "." in base[1:] else ""


def stem(path: str) -> str:
    """A file's name without folders and suffix."""
    base = path.rpartition("/")[2]
    return base[: len(base) - len(suffix(base))]
