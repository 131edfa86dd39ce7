"""Source: a file's bytes as text, within bounds; one clear line for what is none."""

import codecs
from pathlib import Path

from torchref.errors import InputError, must_be
from torchref.worksheets import bounds

SUFFIXES = (".md", ".txt", ".csv", ".tex")


def read(path: Path) -> str:
    """The text of a worksheet or document; raises InputError if there is none to read."""
    try:
        with path.open("rb") as file:
            raw = file.read(bounds.MOST_BYTES + 1)
    except OSError as error:
        raise must_be(str(path), "a file that can be read", error.strerror or str(error)) from error
    return decode(raw, str(path))


def decode(raw: bytes, name: str) -> str:
    """Bytes as text, in UTF-8 with or without a byte order mark; raises InputError if they are none."""
    if len(raw) > bounds.MOST_BYTES:
        raise must_be(name, f"at most {bounds.MOST_BYTES >> 20} MiB of text", "more", "hand in the equations alone")
    if b"\0" in raw:
        raise must_be(name, "text", "a binary file: it holds a NUL byte")
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode()  # utf-8-sig is a file, and the sandbox opens none
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name} must be text in UTF-8 (got byte 0x{raw[error.start]:02x} in line {line})") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > bounds.MOST_LINES:
        raise must_be(name, f"at most {bounds.MOST_LINES} lines", text.count("\n"))
    return text
