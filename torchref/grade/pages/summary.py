"""Summary: what the records of a class add up to. Records are added one by one, and none of them is kept."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import mean, median
from typing import NamedTuple

from torchref.grade.exports.mark import mark_of, number, task_of, task_points
from torchref.grade.pages.readings import grouped, look, sentence
from torchref.grade.pages.template import CLASSES
from torchref.grade.record import NOT_JUDGED, PARTLY_RIGHT, RIGHT, WRONG, Item, Outline, Record, TaskMark, Text

VERDICTS = (RIGHT, PARTLY_RIGHT, WRONG, NOT_JUDGED)
FEW = 0.1


class Row(NamedTuple):
    """A student's row: the mark and each task's points as text, with a CSS class; "" where they are open."""

    student: str
    mark: float | None
    status: str
    seconds: float
    cells: tuple[tuple[str, str], ...]


@dataclass
class TaskSummary:
    """What became of a task: how often each verdict was given, and how many points for how many."""

    item: Item
    verdicts: Counter[str] = field(default_factory=Counter)
    points: float = 0.0
    graded: int = 0

    @property
    def judged(self) -> int:
        """How many have a verdict."""
        return self.verdicts.total() - self.verdicts[NOT_JUDGED]

    @property
    def mean(self) -> float | None:
        """The mean points of those that have any, be they 0; where the grader failed, there are none."""
        return self.points / self.graded if self.graded else None

    def add(self, task: TaskMark) -> None:
        """Adds a mark of the task."""
        self.verdicts[task.verdict] += 1
        if not task.is_open:
            self.points += task.points
            self.graded += 1

    @property
    def flag(self) -> str:
        """What an instructor should see: nobody, or few, have it right."""
        if not self.judged or self.verdicts[RIGHT] >= FEW * self.judged:
            return ""
        return "few" if self.verdicts[RIGHT] else "nobody"

    def shares(self) -> Iterator[tuple[str, int]]:
        """Each verdict that was given, and how often."""
        return ((verdict, self.verdicts[verdict]) for verdict in VERDICTS if self.verdicts[verdict])


@dataclass
class MistakeSummary:
    """A mistake, or mistakes that give the same number: its sentence, what to look at, and who made it where."""

    name: str
    sentence: Text
    look: Text
    students: int = 0
    tasks: Counter[str] = field(default_factory=Counter)


class Summary:
    """Everything that the class page shows."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.rows: list[Row] = []
        self.tasks = {item.name: TaskSummary(item) for item in outline.items}
        self.statuses: Counter[str] = Counter()
        self.unexplained = 0
        self._mistakes: dict[str, MistakeSummary] = {}

    def add(self, record: Record) -> None:
        """Adds a record."""
        mark = mark_of(self.outline, record)
        status = NOT_JUDGED if mark is None else record.status
        self.statuses[status] += 1
        cells = tuple(_cell(record, item) for item in self.outline.items)
        self.rows.append(Row(record.student, mark, status, record.seconds, cells))
        for task in record.tasks:
            if task.task in self.tasks:
                self.tasks[task.task].add(task)
        self._add_mistakes(record.tasks)

    def _add_mistakes(self, tasks: tuple[TaskMark, ...]) -> None:
        made: dict[str, set[str]] = {}
        for task in tasks:
            for hint in task.hints:
                if not hint.quantity:  # a remark, not a mistake
                    continue
                name = grouped(hint.mistake)
                made.setdefault(name, set()).add(task.task)
                if name and name not in self._mistakes:
                    self._mistakes[name] = MistakeSummary(name, sentence(name, hint.text), look(name))
        self.unexplained += made.pop("", None) is not None
        for name, places in made.items():
            self._mistakes[name].students += 1
            self._mistakes[name].tasks.update(places)

    @property
    def marks(self) -> list[float]:
        """All marks that there are."""
        return [row.mark for row in self.rows if row.mark is not None]

    @property
    def mean(self) -> float | None:
        """The mean of the marks."""
        return mean(self.marks) if self.marks else None

    @property
    def median(self) -> float | None:
        """The median of the marks."""
        return median(self.marks) if self.marks else None

    @property
    def mistakes(self) -> list[MistakeSummary]:
        """The mistakes, the most frequent first."""
        return sorted(self._mistakes.values(), key=lambda mistake: (-mistake.students, mistake.name))

    def slowest(self, count: int = 10) -> list[Row]:
        """Those that took the most CPU seconds."""
        return sorted(self.rows, key=lambda row: -row.seconds)[:count]

    def absent(self, roster: Mapping[str, object]) -> list[str]:
        """Who is on the roster and has no record."""
        there = {row.student for row in self.rows}
        return [student for student in roster if student not in there]


def _cell(record: Record, item: Item) -> tuple[str, str]:
    task, points = task_of(record, item.name), task_points(record, item.name)
    return (CLASSES.get(task.verdict, "") if task else "", "" if points is None else number(points))
