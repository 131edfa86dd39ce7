"""Fill: which row of a sheet belongs to which student, and what is told of those that find none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from torchref.grade.exports.exporter import ClassContext, Exported
from torchref.grade.exports.mark import mark_of
from torchref.grade.record import Outline, Record

AMBIGUOUS = -1
Put = Callable[[int, Record, float], list[str]]


@dataclass
class Rows:
    """Rows by what they say of a student; a column that comes first decides first.

    columns    for each of those columns, what it says -> the row, or AMBIGUOUS where several rows say the same
    names      row -> what to call it
    """

    columns: list[dict[str, int]]
    names: dict[int, str] = field(default_factory=dict)

    def add(self, row: int, name: str, keys: Sequence[Sequence[str]]) -> None:
        """Enters a row under its keys: for each column, the texts that stand for the student there."""
        self.names[row] = name
        for column, texts in zip(self.columns, keys, strict=True):
            for text in {_folded(text) for text in texts} - {""}:
                column[text] = AMBIGUOUS if column.get(text, row) != row else row

    def find(self, texts: Sequence[str]) -> int | None:
        """The row of whoever goes by these texts, or None if there is none or more than one."""
        keys = [_folded(text) for text in texts if text.strip()]
        found = (column[key] for column in self.columns for key in keys if key in column)
        row = next(found, AMBIGUOUS)
        return None if row == AMBIGUOUS else row


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def fill(outline: Outline, records: Iterable[Record], rows: Rows, context: ClassContext, put: Put) -> Exported:
    """Gives each record with a mark to `put(row, record, mark)`, which returns warnings; tells what became of all."""
    marks = 0
    left_open: list[str] = []
    without_row: list[str] = []
    warnings: list[str] = []
    met: dict[int, str] = {}
    for record in records:
        known = context.roster.get(record.student)
        row = rows.find([record.student, *([known.email, known.name] if known else [])])
        if row is None:
            without_row.append(record.student)
            continue
        if row in met:
            warnings.append(f"{record.student}: {rows.names[row]} has the mark of {met[row]} already; it was left so")
            continue
        met[row] = record.student
        mark = mark_of(outline, record)
        if mark is None:
            left_open.append(record.student)
            continue
        warnings += put(row, record, mark)
        marks += 1
    without_record = tuple(name for row, name in rows.names.items() if row not in met)
    return Exported(marks, tuple(left_open), tuple(without_row), without_record, tuple(warnings))
