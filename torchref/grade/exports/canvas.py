"""canvas: fills an assignment's column in a gradebook that Canvas exported; all else in the file stays as it was.

Source    Canvas's own gradebook importer: which rows are students, by what it knows them, and what it ignores
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from torchref.errors import must_be
from torchref.grade.exports.exporter import ClassContext, Exported, class_export
from torchref.grade.exports.fill import Rows, fill
from torchref.grade.exports.mark import number
from torchref.grade.exports.sheet import Sheet
from torchref.grade.record import Outline, Record

# The columns that say who a student is, in Canvas's own order.
KEYS = ("ID", "SIS User ID", "SIS Login ID")
TOTALS = re.compile("(Current|Final|Override) (Score|Points|Grade|Status)")
POSTING = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
POINTS = "Points Possible"
READ_ONLY = re.compile(r"read\s+only")


@class_export("canvas", "fills an assignment's column in a gradebook exported from Canvas", fills_sheet=True)
def write_canvas(outline: Outline, records: Iterable[Record], target: Path, context: ClassContext) -> Exported:
    """Fills the cells of students who have a mark; an open mark leaves its cell as it was. No student is added.

    Raises    InputError if the file is no gradebook of Canvas, or has no such column
    """
    assert context.sheet is not None
    sheet = Sheet.read(context.sheet)
    name = context.sheet.name
    header = sheet.rows[0] if sheet.rows else []
    if not is_gradebook(header):
        raise must_be(f"{name}, row 1", "a Canvas gradebook's: Student, ID, …, Section, …", ", ".join(header[:4]) or "")
    column = column_of(header, outline, context.column, name)
    warnings = _of_points(sheet, column, outline, name)
    rows = Rows([{} for _ in (*KEYS, "name")])
    for place, row in enumerate(sheet.rows[1:], 1):
        if is_student(row):
            rows.add(place, _name(row, header), _keys(row, header))

    def put(place: int, record: Record, mark: float) -> list[str]:
        excused = len(sheet.rows[place]) > column and sheet.rows[place][column].strip().upper() == "EX"
        sheet.fill(place, column, number(mark))
        return [f"{record.student} was excused (EX), and has a mark now"] if excused else []

    exported = fill(outline, records, rows, context, put)
    sheet.write(target)
    return replace(exported, warnings=(*warnings, *exported.warnings))


def is_gradebook(header: Sequence[str]) -> bool:
    """Whether Canvas takes this row for a gradebook's header."""
    whole = len(header) > 3 and "Student" in header[0] and "ID" in header[1]
    split = len(header) > 4 and "LastName" in header[0] and "FirstName" in header[1] and "ID" in header[2]
    return (whole or split) and "Section" in header


def is_student(row: Sequence[str]) -> bool:
    """Whether Canvas takes this row for a student's: not for the points possible, nor for who may see what."""
    return POINTS not in row[0] and not all(POSTING.fullmatch(cell) for cell in row)


def column_of(header: Sequence[str], outline: Outline, wanted: str, name: str) -> int:
    """The place of the assignment's column: by the id in brackets at its end, else by its title.

    Raises    InputError if there is no such column, or more than one
    """
    start = list(header).index("Section") + 1
    titles = [wanted] if wanted else [outline.title.english, outline.title.chinese, outline.name]
    columns = [place for place in range(start, len(header)) if not TOTALS.search(header[place])]
    for title in titles:
        fits = [place for place in columns if title and title in _calls(header[place])]
        if len(fits) > 1:
            raise must_be(f"{name}'s column {title!r}", "one", len(fits), "name it by the id in brackets at its end")
        if fits:
            return fits[0]
    choices = ", ".join(header[place] for place in columns) or "none"
    advice = "name it by the title or by the id in brackets"
    raise must_be(f"{name}'s columns of assignments", f"one of them {titles[0]!r}", choices, advice)


def _calls(title: str) -> set[str]:
    """What a column goes by: its whole title, the title without the id, and the id."""
    found = re.fullmatch(r"(.*?)\s*\((\d+)\)\s*", title)
    return {title.strip()} | ({found[1].strip(), found[2]} if found else set())


def _of_points(sheet: Sheet, column: int, outline: Outline, name: str) -> list[str]:
    """What is to be said of the column's points possible.

    Raises    InputError if Canvas computes the column itself
    """
    for row in sheet.rows[1:4]:
        if POINTS not in row[0] or column >= len(row):
            continue
        possible = row[column].strip()
        if READ_ONLY.search(possible):
            raise must_be(f"{name}'s column {sheet.rows[0][column]!r}", "an assignment's", f"one that is {possible}")
        if possible and not _is(possible, outline.points):
            return [f"Canvas has {possible} points possible; marks are out of {number(outline.points)}, not scaled"]
    return []


def _is(text: str, points: float) -> bool:
    """Whether Canvas reads the text as these points: it takes the last comma or stop for the decimal one."""
    whole, _, decimals = text.replace(",", ".").rpartition(".")
    try:
        value = float(f"{whole.replace('.', '')}.{decimals}" if whole else decimals)
    except ValueError:
        return False
    return number(value) == number(points)


def _name(row: Sequence[str], header: Sequence[str]) -> str:
    return f"{row[0]}, {row[1]}" if "LastName" in header[0] else row[0]


def _keys(row: Sequence[str], header: Sequence[str]) -> list[list[str]]:
    """For each column that says who the student is, the texts that stand for the student."""
    keys = []
    for title in KEYS:
        place = header.index(title) if title in header else len(row)
        keys.append([row[place]] if place < len(row) else [])
    name = _name(row, header)
    last, comma, first = name.partition(",")
    return [*keys, [name, f"{first.strip()} {last.strip()}"] if comma else [name]]
