"""moodle: fills a worksheet of Moodle's offline grading; every other byte of the file stays as it was.

Source    Moodle's assign feedback "offline": it wants its own headers back, in its own language, so a worksheet is
          never invented. Columns are known by their English titles, else by their place and by what stands in them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from torchref.errors import must_be
from torchref.grade.exports.exporter import ClassContext, Exported, class_export
from torchref.grade.exports.feedback import moodle_comment
from torchref.grade.exports.fill import Rows, fill
from torchref.grade.exports.mark import number
from torchref.grade.exports.sheet import Sheet, position
from torchref.grade.record import Outline, Record

GRADE = ("Grade", "Bewertung", "Note", "Calificación", "成绩", "成績")
FEEDBACK = ("Feedback comments", "Feedback als Kommentar", "Feedback par commentaires", "反馈评语", "反馈评论")
GRADED, CAN_CHANGE = ("Last modified (grade)",), ("Grade can be changed",)
IDENTIFIER = re.compile(r"\D+(\d+)")  # "Participant 12345", its word in the site's language
NO = frozenset(("no", "nein", "non", "não", "nee", "否", "いいえ"))
STALE = (
    "Moodle silently skips a row if it has a grade more than a minute newer than the worksheet's Last modified "
    "(grade): download the worksheet just before, or tick 'Allow updating records that have been modified'"
)


@dataclass(frozen=True)
class Columns:
    """Where things stand in a worksheet; -1 where there is none."""

    identifier: int
    grade: int
    maximum: int
    feedback: int
    can_change: int


@class_export("moodle", "fills a worksheet of Moodle's offline grading", fills_sheet=True)
def write_moodle(outline: Outline, records: Iterable[Record], target: Path, context: ClassContext) -> Exported:
    """Fills Grade and the feedback comments of students who have a mark; an open mark leaves its row as it was.

    Raises    InputError if the file is no worksheet, or its columns cannot be told
    """
    assert context.sheet is not None
    sheet = Sheet.read(context.sheet, ",")
    columns = columns_of(sheet, context)
    rows = Rows([{}, {}])
    for place, row in enumerate(sheet.rows[1:], 1):
        identifier = IDENTIFIER.fullmatch(row[columns.identifier]) if len(row) > columns.grade else None
        if identifier:
            name = row[columns.identifier + 1 : columns.grade - 1]
            rows.add(place, " ".join([identifier[0], *name[:1]]), [[identifier[0], identifier[1]], name])

    def put(place: int, record: Record, mark: float) -> list[str]:
        skipped = _skipped(sheet.rows[place], columns, mark)
        sheet.fill(place, columns.grade, number(mark))
        if columns.feedback >= 0:
            sheet.fill(place, columns.feedback, moodle_comment(outline, record, context.language))
        return [f"{record.student}: Moodle will skip the row: {why}" for why in skipped]

    exported = fill(outline, records, rows, context, put)
    sheet.write(target)
    return replace(exported, warnings=(*_warnings(sheet, columns, outline), *exported.warnings))


def columns_of(sheet: Sheet, context: ClassContext) -> Columns:
    """Where the columns are.

    Raises    InputError if Identifier or Grade cannot be told, or a column that Moodle wants is missing
    """
    assert context.sheet is not None
    name, header = context.sheet.name, sheet.rows[0] if sheet.rows else []
    identifier = next((place for place in range(len(header)) if _identifies(sheet, place)), None)
    if identifier is None:
        raise must_be(f"{name}, one column", "identifiers such as 'Participant 12345'", ", ".join(header) or "nothing")
    if header[identifier] == "Identifier" and position(header, GRADED) is None:
        raise must_be(f"{name}, one column", repr(GRADED[0]), ", ".join(header), "Moodle refuses a worksheet without")
    # Moodle puts the maximum right behind the grade, whatever the language.
    places = range(identifier + 2, len(header))
    maximum = next((place for place in places if _is_constant(sheet, place) and _are_grades(sheet, place - 1)), -1)
    named = position(header, [context.column] if context.column else GRADE)
    grade = maximum - 1 if named is None and not context.column else named
    if grade is None or grade < 0:
        asked = repr(context.column) if context.column else "Grade, followed by the maximum"
        raise must_be(f"{name}, one column", asked, ", ".join(header), "name the column of grades")
    feedback = position(header, [context.feedback] if context.feedback else FEEDBACK)
    changeable = position(header, CAN_CHANGE)
    maximum = grade + 1 if _is_constant(sheet, grade + 1) else -1
    if changeable is None and maximum >= 0:
        changeable = maximum + 1
    return Columns(identifier, grade, maximum, *(-1 if place is None else place for place in (feedback, changeable)))


def _cells(sheet: Sheet, column: int) -> list[str]:
    return [row[column] for row in sheet.rows[1:] if column < len(row)]


def _identifies(sheet: Sheet, column: int) -> bool:
    cells = [cell for cell in _cells(sheet, column) if cell]
    return bool(cells) and all(IDENTIFIER.fullmatch(cell) for cell in cells)


def _is_constant(sheet: Sheet, column: int) -> bool:
    """Whether the column says one and the same number in each row."""
    cells = set(_cells(sheet, column))
    return len(cells) == 1 and _number(cells.pop()) is not None


def _are_grades(sheet: Sheet, column: int) -> bool:
    return all(not cell.strip() or _number(cell) is not None for cell in _cells(sheet, column))


def _number(text: str) -> float | None:
    """What a cell says, with a decimal comma or a decimal point."""
    found = re.fullmatch(r"-?\d+(\.\d+)?", "".join(text.split()).replace(",", "."))
    return float(found[0]) if found else None


def _skipped(row: list[str], columns: Columns, mark: float) -> list[str]:
    """Why Moodle would skip a row, as far as the worksheet tells."""
    why = []
    maximum = _number(row[columns.maximum]) if columns.maximum >= 0 else None
    before = _number(row[columns.grade])
    if before is not None and number(before) == number(mark):
        why.append("the grade is what it was")
    if mark < 0:
        why.append("the grade is negative")
    if maximum is not None and mark > maximum:
        why.append(f"the grade is above the maximum, {number(maximum)}")
    if 0 <= columns.can_change < len(row) and row[columns.can_change].strip().casefold() in NO:
        why.append("its grade cannot be changed")
    return why


def _warnings(sheet: Sheet, columns: Columns, outline: Outline) -> list[str]:
    said = [STALE]
    if columns.feedback < 0:
        said.append("the worksheet has no column of feedback comments that is known here: none were written")
    if columns.maximum < 0:
        said.append("the worksheet has no maximum grade: if the assignment uses a scale, Moodle skips every number")
    maxima = {_number(cell) for cell in _cells(sheet, columns.maximum)} if columns.maximum >= 0 else set()
    for maximum in maxima - {None}:
        if maximum is not None and number(maximum) != number(outline.points):
            said.append(f"Moodle's maximum is {number(maximum)}; marks are out of {number(outline.points)}, not scaled")
    return said
