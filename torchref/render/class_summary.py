"""Class summary: what came of the marking of a class, for the terminal: marks, tasks, mistakes, what needs a look."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from torchref.grade.pages.summary import Summary, TaskSummary
from torchref.grade.record import NOT_JUDGED, Record
from torchref.render.columns import new_table

SHOWN = 8


def print_summary(console: Console, summary: Summary, language: str = "en") -> None:
    """The tasks, the most frequent mistakes, and how many submissions have which status."""
    tasks = new_table("task", "right", "partly", "wrong", "not judged", "mean", "of", title="Tasks", right=_NUMBERS)
    for task in summary.tasks.values():
        tasks.add_row(task.item.name, *_counts(task), f"{task.item.points:g}", style=_style(task))
    console.print(tasks)
    if summary.mistakes:
        mistakes = new_table("mistake", "students", "tasks", title="\nMistakes", right=("students",))
        for mistake in summary.mistakes[:SHOWN]:
            mistakes.add_row(mistake.name, str(mistake.students), ", ".join(mistake.tasks))
        console.print(mistakes)
    console.print("\n" + _sentence(summary))


_NUMBERS = ("right", "partly", "wrong", "not judged", "mean", "of")


def _counts(task: TaskSummary) -> Iterator[str]:
    yield from (str(task.verdicts[verdict]) for verdict in ("right", "partly right", "wrong", NOT_JUDGED))
    yield "—" if task.mean is None else f"{task.mean:.2f}"


def _style(task: TaskSummary) -> str:
    return "bold red" if task.flag == "nobody" else ""


def _sentence(summary: Summary) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in summary.statuses.most_common())
    if summary.mean is None or summary.median is None:
        return counts
    return f"{counts}; mean {summary.mean:.2f}, median {summary.median:.2f} of {summary.outline.points:g}"


def change_line(student: str, old: Record, new: Record) -> Text:
    """How a regrade changes a student's mark."""
    difference = new.points - old.points
    style = "green" if difference > 0 else "red" if difference < 0 else "yellow"
    line = f"{student}: {old.points:g} → {new.points:g} ({difference:+g})"
    return Text(line if difference else f"{line[: line.index(' (')]} (other verdicts)", style=style)
