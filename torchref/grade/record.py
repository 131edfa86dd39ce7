"""Record: the marks of one submission, as a plain record that the store keeps and exporters and pages read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Text:
    """A sentence in both languages."""

    english: str
    chinese: str

    def say(self, language: str = "en") -> str:
        """The sentence, in a language: en or zh."""
        return self.chinese if language == "zh" else self.english


NOTHING = Text("", "")


@dataclass(frozen=True)
class Item:
    """A task as gradebooks know it: its name, its title, and what it is worth."""

    name: str
    title: Text
    points: float


@dataclass(frozen=True)
class Outline:
    """An assignment as gradebooks know it."""

    name: str
    title: Text
    items: tuple[Item, ...]

    @property
    def points(self) -> float:
        """What all tasks together are worth."""
        return sum(item.points for item in self.items)


@dataclass(frozen=True)
class Hint:
    """What is wrong with one quantity.

    text        what to say without giving the expected number away
    mistake     the catalogue's name of the mistake, such as slope-omitted, or ""
    quantity    the quantity's name, in the student's own words where it has one
    detail      the same with the expected number, for the teacher
    """

    text: Text
    mistake: str = ""
    quantity: str = ""
    detail: Text = NOTHING


@dataclass(frozen=True)
class TaskMark:
    """The mark of one task.

    verdict     right, partly right, wrong, or not judged
    reason      why there is nothing to judge, or why it was not judged
    steps       quantity -> verdict on the example that everybody may see, in the vocabulary of torchref.verdict
    hints       what is wrong, on that example and on hidden ones
    said        what the student's code printed or raised on the visible example: untrusted text
    waits       whether it was not judged because what it builds on is wrong: then it has no points, and that is final
    """

    task: str
    points: float
    max_points: float
    verdict: str
    reason: Text = NOTHING
    steps: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[Hint, ...] = ()
    said: str = ""
    waits: bool = False

    @property
    def is_judged(self) -> bool:
        """Whether there is a verdict."""
        return self.verdict != NOT_JUDGED

    @property
    def is_open(self) -> bool:
        """Whether the grader failed, so that there are no points, not even 0."""
        return not self.is_judged and not self.waits


@dataclass(frozen=True)
class Marks:
    """The marks of all tasks of a submission, and the CPU seconds that it used."""

    tasks: tuple[TaskMark, ...]
    seconds: float


RIGHT, PARTLY_RIGHT, WRONG, NOT_JUDGED = "right", "partly right", "wrong", "not judged"


@dataclass(frozen=True)
class Record:
    """What became of one submission.

    student    its student's id
    status     marked · unusable (nothing in it can be run: the reason says why; it has no points) · not judged (the
               grader failed; the mark is open)
    digest     SHA-256 of what was handed in
    seconds    CPU seconds that its code used
    """

    student: str
    status: str
    tasks: tuple[TaskMark, ...] = ()
    reason: Text = NOTHING
    digest: str = ""
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """The sum of the points of its tasks."""
        return sum(task.points for task in self.tasks)

    @property
    def is_complete(self) -> bool:
        """Whether no task is open, so that the mark is one."""
        return self.status != NOT_JUDGED and not any(task.is_open for task in self.tasks)

    def as_json(self) -> dict[str, Any]:
        """The record as JSON knows it."""
        return asdict(self)

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> "Record":
        """The record that as_json wrote."""
        tasks = tuple(_task(task) for task in known["tasks"])
        return cls(**{**known, "tasks": tasks, "reason": Text(**known["reason"])})


MARKED, UNUSABLE = "marked", "unusable"


def _task(known: Mapping[str, Any]) -> TaskMark:
    hints: Sequence[Mapping[str, Any]] = known["hints"]
    made = tuple(Hint(**{**hint, "text": Text(**hint["text"]), "detail": Text(**hint["detail"])}) for hint in hints)
    return TaskMark(**{**known, "reason": Text(**known["reason"]), "hints": made})
