"""Gradescope: who is behind each submission of an export, from its submission_metadata.yml.

There is no YAML reader here, nor is one needed. Read are the keys of the outermost level, and below each the list
`:submitters:` with `:name:`, `:sid:` and `:email:` on lines of their own, plain or in quotes; all else is passed over.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FILE = "submission_metadata.yml"
LARGEST = 64 << 20  # bytes: results of all tests of a large class stand in it too
KEY = re.compile(r"([^\s:#][^:]*):\s*")
SUBMITTERS = re.compile(r"( +):submitters:\s*")
FIELD = re.compile(r"( +)(- +)?:(\w+):(?: (.*))?")
NOTHING = frozenset({"", "~", "null", "!!null", "''", '""'})


@dataclass(frozen=True)
class Submitter:
    """Someone who handed in, alone or in a group."""

    name: str = ""
    sid: str = ""
    email: str = ""


def submitters(text: str) -> Mapping[str, Sequence[Submitter]]:
    """The submitters of each submission, by its folder's name."""
    found: dict[str, list[dict[str, str]]] = {}
    people: list[dict[str, str]] = []
    level = -1  # of the list's key; -1 outside of one
    for line in text.splitlines():
        if key := KEY.fullmatch(line):
            people, level = found.setdefault(_value(key[1]), []), -1
        elif listed := SUBMITTERS.fullmatch(line):
            level = len(listed[1]) if level < 0 and not people else level
        elif field := FIELD.fullmatch(line):
            if level >= 0 and (field[2] or people) and len(field[1]) + bool(field[2]) > level:
                people += [{}] if field[2] else []
                people[-1][field[3]] = _value(field[4] or "")
            else:
                level = -1
    return {name: [_submitter(fields) for fields in listed] for name, listed in found.items()}


def _submitter(fields: Mapping[str, str]) -> Submitter:
    return Submitter(*(fields.get(key, "") for key in ("name", "sid", "email")))


def _value(text: str) -> str:
    """A scalar as YAML writes it on one line."""
    text = text.strip()
    if text in NOTHING:
        return ""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text[1:-1]
    return text
