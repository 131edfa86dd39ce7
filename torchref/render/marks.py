"""Marks: the marks of a submission or a class, for the terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from torchref.grade.record import NOT_JUDGED, NOTHING, PARTLY_RIGHT, RIGHT, WRONG, Outline, TaskMark
from torchref.render.columns import new_table

STYLES = {RIGHT: ("✓", "green"), PARTLY_RIGHT: ("◐", "yellow"), WRONG: ("✗", "bold red"), NOT_JUDGED: ("?", "yellow")}
CHINESE = {RIGHT: "正确", PARTLY_RIGHT: "部分正确", WRONG: "错误", NOT_JUDGED: "无法判断"}


def marks_table(outline: Outline, marks: tuple[TaskMark, ...], language: str = "en") -> RenderableType:
    """Task by task: verdict, points, and below the table what is to be said of each."""
    zh = language == "zh"
    columns = ("任务", "结果", "得分", "满分") if zh else ("task", "verdict", "points", "of")
    table = new_table(*columns, title=outline.title.say(language), right=columns[2:])
    for mark in marks:
        sign, style = STYLES[mark.verdict]
        verdict = Text(f"{sign} {CHINESE[mark.verdict] if zh else mark.verdict}", style=style)
        points = "—" if mark.verdict == NOT_JUDGED else f"{mark.points:g}"
        table.add_row(mark.task, verdict, points, f"{mark.max_points:g}")
    table.add_section()
    table.add_row("合计" if zh else "total", "", f"{sum(m.points for m in marks):g}", f"{outline.points:g}")
    return Group(table, *(_below(mark, language) for mark in marks if mark.hints or mark.reason != NOTHING))


def _below(mark: TaskMark, language: str) -> Text:
    return Text("\n" + "\n".join(_lines(mark, language)))


def _lines(mark: TaskMark, language: str) -> Iterator[str]:
    reason = mark.reason.say(language)
    yield f"{mark.task}: {reason}" if reason else f"{mark.task}:"
    yield from (f"  → {hint.text.say(language)}" for hint in mark.hints)
    if mark.said and not mark.steps:
        yield from (f"  | {line}" for line in mark.said.strip().splitlines()[-6:])
