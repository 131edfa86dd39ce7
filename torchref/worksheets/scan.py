r"""Scan: the equations of a text, each with its line, wherever they stand.

In TeX between $, $$, \[, \( and in equation environments; in lines of plain text; in tables and CSV (tables.py). What
holds no equals sign is text, and passed over. Every search goes forward only, so the time is that of reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from torchref.worksheets import bounds

RELATION = re.compile(r":=|==|=|≈|≐|≃|＝|\\approx(?![A-Za-z])|\\doteq(?![A-Za-z])|\\simeq(?![A-Za-z])")
_OPENING = re.compile(r"\$\$|\$|\\\[|\\\(|\\begin\{(?:equation|align|gather|multline|eqnarray)\*?\}|\n[ \t]*\n")
_CLOSING = {"$$": "$$", "$": "$", "\\[": "\\]", "\\(": "\\)"}
_TAG = re.compile(r"\\(?:begin|end)\{(?:aligned|split|gathered|alignedat|cases)\}(?:\{\d*\})?")
_ROW = re.compile(r"\\\\(?:\[[^\]\n]{0,20}\])?")
_LIST = re.compile(r"\s*(?:[-*+•·>]\s+|\(?\d{1,3}[.)、]\s+|#+\s+)*")
_BOLD = re.compile(r"(?<!\S)\*\*([^\s*][^*\n]{0,200})\*\*(?=[\s=:：,]|\Z)|`([^`\n]{1,500})`")
_PROSE = "\u3007\u4e00-\u9fff，。；、：？！"
_LABEL = re.compile(rf"[:：{_PROSE}](?!=)")
_LAST_WORD = re.compile(r"(?:[A-Za-z]{2,}[ ,]+)+(\S+)\Z")
_REMARK = re.compile(r"(?:\s+[(（][^()（）=\d*/^]*[)）]|\s+#.*|\s+//.*)\s*\Z")
_NUMBER_THEN_WORDS = re.compile(r"([-+−]?[\d.]+(?:[eE][-+]?\d+)?)[,;]?(?:\s+[A-Za-z]{2,}[,.;]?)+\Z")
_LINE_OF_TEX = re.compile(r"\s*(?:\\[A-Za-z]|%)")


@dataclass(frozen=True)
class Equation:
    """What stands on either side of the equals signs of a chain, and the line of each.

    is_tex    whether it stands in a formula of a text, where not every formula is about the case
    """

    parts: tuple[str, ...]
    lines: tuple[int, ...]
    is_tex: bool = False

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.lines[0]


@dataclass(frozen=True)
class Scanned:
    """The equations of a text, and how many of its lines hold none."""

    equations: tuple[Equation, ...]
    lines: int
    text_lines: int


def scan(text: str, is_tex_file: bool = False) -> Scanned:
    """The equations of a text in plain words, Markdown or TeX."""
    from torchref.worksheets.tables import rows_of_markdown

    pieces = list(_pieces(text))
    has_formulas = any(is_math for _, is_math, _ in pieces)
    found: list[Equation] = []
    for start, is_math, piece in pieces:
        if is_math:
            found += _formula(piece, start)
        elif not (is_tex_file and has_formulas):
            found += rows_of_markdown(piece, start)
            found += (e for n, line in enumerate(piece.split("\n")) for e in plain_line(line, start + n))
    found.sort(key=lambda equation: equation.line)
    lines = text.count("\n") + (not text.endswith("\n"))
    taken = {line for equation in found for line in equation.lines}
    with_words = sum(bool(line.strip()) for line in text.split("\n"))
    return Scanned(tuple(found), lines, max(0, with_words - len(taken)))


def _pieces(text: str) -> Iterator[tuple[int, bool, str]]:
    """The text in pieces: the line on which each begins, whether it is a formula, and what it says."""
    place, line, missing = 0, 1, set[str]()
    begin = 0
    while (found := _OPENING.search(text, place)) is not None:
        opening = found[0]
        place = found.end()
        closing = _CLOSING.get(opening) or opening.replace("\\begin", "\\end")
        if (
            opening[0] == "\n"
            or closing in missing
            or (opening == "$" and text[found.start() - 1 : found.start()] == "\\")
        ):
            continue
        end = text.find(closing, place)
        if end < 0:
            missing.add(closing)
            continue
        if opening == "$" and "\n\n" in text[place:end]:
            continue
        before, inside = text[begin : found.start()], text[place:end]
        yield line, False, before
        line += text.count("\n", begin, place)
        yield line, True, inside
        line += inside.count("\n")
        place = begin = end + len(closing)
    yield line, False, text[begin:]


def _formula(text: str, line: int) -> Iterator[Equation]:
    """The equations of a formula; a row that begins with an equals sign goes on with the one before."""
    rows: list[tuple[list[str], list[int]]] = []
    for row in _ROW.split(_TAG.sub("", text)):
        pieces = split(row)
        lines = [line + row.count("\n", 0, place) for place, _ in pieces]
        parts = [part.replace("&", " ").strip() for _, part in pieces]
        if rows and len(parts) > 1 and not parts[0]:
            rows[-1][0].extend(parts[1:])
            rows[-1][1].extend(lines[1:])
        else:
            rows.append((parts, lines))
        line += row.count("\n")
    for parts, lines in rows:
        if len(parts) > 1:
            yield Equation(tuple(parts), tuple(lines), is_tex=True)


def split(text: str) -> list[tuple[int, str]]:
    """The parts between equals signs outside of braces, each with the place of its first character that is no space."""
    parts, depth, start, checked = [], 0, 0, 0
    for found in RELATION.finditer(text):
        depth += text.count("{", checked, found.start()) - text.count("}", checked, found.start())
        checked = found.start()
        if depth <= 0:
            parts.append((start, text[start : found.start()]))
            start = found.end()
    parts.append((start, text[start:]))
    return [(place + len(part) - len(part.lstrip()), part) for place, part in parts]


def plain_line(line: str, number: int) -> Iterator[Equation]:
    """The equations of a line of plain text."""
    if RELATION.search(line) is None or line.lstrip().startswith("|") or _LINE_OF_TEX.match(line):
        return
    if len(line) > bounds.MOST_CHARACTERS:
        left, _, right = (part[: bounds.MOST_CHARACTERS + 1] for part in line.partition("="))
        yield Equation((left, right), (number, number))
        return
    line = _BOLD.sub(lambda found: found[1] or found[2], line[len(_LIST.match(line)[0]) :])  # type: ignore[index]
    for piece in _at_commas(line):
        parts = [part for _, part in split(piece)]
        parts[0] = _LABEL.split(parts[0])[-1].strip()
        parts[-1] = re.split(f"[{_PROSE}]", _REMARK.sub("", parts[-1]))[0].strip()
        if found := _LAST_WORD.match(parts[0]):
            parts[0] = found[1]
        if found := _NUMBER_THEN_WORDS.match(parts[-1]):
            parts[-1] = found[1]
        if len(parts) > 1 and any(part.strip() for part in parts):
            yield Equation(tuple(part.strip() for part in parts), (number,) * len(parts))


def _at_commas(line: str) -> list[str]:
    """Equations that stand in one line, one after the other; a comma between digits is none that parts them."""
    pieces = re.split(r"(?<!\d)[,;，；]|[,;，；](?!\d)", line)
    if len(pieces) > 1 and all(RELATION.search(piece) for piece in pieces if piece.strip()):
        return [piece for piece in pieces if piece.strip()]
    return [line]
