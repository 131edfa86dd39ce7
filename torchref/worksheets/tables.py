"""Tables: a name and a value a row, in CSV or in a Markdown table; with a header, any columns around them."""

import csv
import io
import re
from collections.abc import Iterator

from torchref.worksheets.scan import Equation, split

_NAMES = ("name", "quantity", "symbol", "量", "名称", "符号")
_VALUES = ("value", "result", "answer", "值", "结果", "数值")
_WORKINGS = ("expression", "working", "formula", "算式", "过程")
_RULE = re.compile(r"[\s|:-]+\Z")


def rows_of_csv(text: str) -> Iterator[Equation]:
    """The equations of a CSV file, its columns parted by commas, semicolons or tabs."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        pass  # a quote that does not end: what comes before it is read
    yield from _equations(rows)


def rows_of_markdown(text: str, start: int) -> Iterator[Equation]:
    """The equations of the Markdown tables in a text that begins on a line."""
    table: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.split("\n"), start=start):
        if line.lstrip().startswith("|"):
            if not _RULE.match(line):
                table.append((number, [cell.replace("`", "").strip() for cell in line.strip().strip("|").split("|")]))
        elif table:
            yield from _equations(table)
            table = []
    yield from _equations(table)


def _equations(rows: list[tuple[int, list[str]]]) -> Iterator[Equation]:
    if not rows:
        return
    heads = [cell.strip().lower() for cell in rows[0][1]]
    name, value = _column(heads, _NAMES), _column(heads, _VALUES)
    working = _column(heads, _WORKINGS)
    has_header = name is not None and value is not None
    for line, cells in rows[1:] if has_header else rows:
        columns = [name, working, value] if has_header else [0, 1]
        found = [cells[c].strip() if c < len(cells) else "" for c in columns if c is not None]
        if not found or not found[0] or (not has_header and len(cells) < 2):
            continue
        parts = [found[0], *(part for cell in found[1:-1] if cell for _, part in split(cell)), found[-1]]
        yield Equation(tuple(part.strip() for part in parts), (line,) * len(parts))


def _column(heads: list[str], words: tuple[str, ...]) -> int | None:
    return next((place for place, head in enumerate(heads) if head in words), None)
