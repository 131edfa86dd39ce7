"""Sheet: a CSV file of somebody else's, in which some cells are filled and every other byte stays what it was."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from torchref.errors import InputError, must_be

BOM = "\ufeff"


class Sheet:
    """The cells of a CSV file, in the very text that they have there.

    Raises    InputError if it is not UTF-8, or its quotes do not pair
    """

    def __init__(self, data: bytes, name: str, delimiter: str = "") -> None:
        text = _decoded(data, name)
        self._bom, text = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
        self.delimiter = delimiter or _delimiter(text)
        self._raw, self._ends = _split(text, self.delimiter, name)
        self.rows = [[_value(raw) for raw in row] for row in self._raw]

    @classmethod
    def read(cls, path: Path, delimiter: str = "") -> "Sheet":
        """The sheet in a file; without a delimiter, comma or semicolon, as Canvas tells them apart."""
        try:
            return cls(path.read_bytes(), path.name, delimiter)
        except OSError as error:
            raise must_be(str(path), "a file that can be read", error.strerror or error) from error

    def fill(self, row: int, column: int, value: str) -> None:
        """Gives a cell a value, in quotes where it needs them or had them; a row that is too short grows."""
        raw = self._raw[row]
        missing = column + 1 - len(raw)
        raw += [""] * missing
        self.rows[row] += [""] * missing
        special = any(character in value for character in (self.delimiter, '"', "\n", "\r"))
        quoted = special or raw[column].startswith('"') or value != value.strip()
        raw[column] = '"' + value.replace('"', '""') + '"' if quoted else value
        self.rows[row][column] = value

    def text(self) -> str:
        """The whole file as it is now."""
        lines = (self.delimiter.join(raw) + end for raw, end in zip(self._raw, self._ends, strict=True))
        return self._bom + "".join(lines)

    def write(self, path: Path) -> None:
        """Writes the sheet to a file."""
        path.write_bytes(self.text().encode())


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise must_be(name, "UTF-8", f"byte {error.start} is none", "export it again as UTF-8") from error


def _delimiter(text: str) -> str:
    """The semicolon if the first three lines all have the same number of fields with it, and more than with a comma."""
    lines = text.splitlines()[:3]
    fields = {}
    for delimiter in ",;":
        counts = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
        fields[delimiter] = counts.pop() if len(counts) == 1 else 0
    return ";" if fields[";"] > fields[","] else ","


def _split(text: str, delimiter: str, name: str) -> tuple[list[list[str]], list[str]]:
    """The raw fields of each row, and how each row ends."""
    field = re.compile(rf'("(?:[^"]|"")*+"[^{delimiter}\r\n]*|[^{delimiter}\r\n]*)({delimiter}|\r\n|\n|\r|\Z)')
    rows: list[list[str]] = []
    ends: list[str] = []
    row: list[str] = []
    place = 0
    while place < len(text) or row:
        found = field.match(text, place)
        if not found or (found[1].count('"') % 2 and found[1].startswith('"')):
            raise _unpaired(name, len(rows) + 1)
        row.append(found[1])
        place = found.end()
        if found[2] != delimiter:
            rows.append(row)
            ends.append(found[2])
            row = []
    return rows, ends


def _unpaired(name: str, row: int) -> InputError:
    return must_be(f"{name}, row {row}", "CSV with its quotes in pairs", "a quote that is not closed")


def _value(raw: str) -> str:
    """What a field says; after the closing quote, the csv module takes anything as it stands, and so do we."""
    if not raw.startswith('"'):
        return raw
    close = re.match(r'"((?:[^"]|"")*)"', raw)
    return close[1].replace('""', '"') + raw[close.end() :] if close else raw


def position(header: Sequence[str], titles: Sequence[str]) -> int | None:
    """The place of the first column with one of the titles, whatever their case and the space around them."""
    wanted = {title.strip().casefold() for title in titles}
    return next((place for place, title in enumerate(header) if title.strip().casefold() in wanted), None)
