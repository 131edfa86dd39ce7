"""Audit: what an assignment would let pass, for the terminal: a line for each task, then what is to be mended."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from torchref.grade.audit import MistakeAudit, TaskAudit
from torchref.grade.record import Outline
from torchref.render.columns import new_table


def audit_table(outline: Outline, tasks: Sequence[TaskAudit], language: str = "en") -> RenderableType:
    """Task by task how many mistakes were made, caught and named; below, what passes."""
    zh = language == "zh"
    columns = (
        ("任务", "分值", "错误", "可见数据上发现", "隐藏数据上发现", "说出名称", "未发现")
        if zh
        else ("task", "points", "mistakes", "caught", "when hidden", "named", "unnoticed")
    )
    table = new_table(*columns, title=outline.title.say(language), right=columns[1:])
    for task in tasks:
        caught = [mistake for mistake in task.mistakes if mistake.caught == task.students]
        at_once = sum(mistake.at_once for mistake in caught)
        named = sum(mistake.is_named for mistake in caught)
        counts = (len(task.mistakes), at_once, len(caught) - at_once, named, len(task.unnoticed))
        style = "" if task.is_sound else "bold red"
        table.add_row(task.task, f"{task.points:g}", *map(str, counts), style=style)
    below = [Text("\n" + "\n".join(_lines(task, language))) for task in tasks if not task.is_sound]
    return Group(table, *below, Text("\n" + _verdict(tasks, zh)))


def _lines(task: TaskAudit, language: str) -> Iterator[str]:
    zh = language == "zh"
    yield f"{task.task}:"
    for weakness in task.weaknesses:
        yield f"  ✗ {weakness.say(language)}"
    by_mistake: dict[str, list[MistakeAudit]] = {}
    for mistake in task.unnoticed:
        by_mistake.setdefault(mistake.mistake, []).append(mistake)
    for name, where in by_mistake.items():
        quantities = ", ".join(mistake.quantity for mistake in where)
        missed = task.students - min(mistake.caught for mistake in where)
        times = f"{missed}/{task.students} 名学生不会失分" if zh else f"passes for {missed} of {task.students} students"
        yield f"  ✗ {name} [{quantities}] {times}{'：' if zh else ': '}{where[0].text.say(language)}"


def _verdict(tasks: Sequence[TaskAudit], zh: bool) -> str:
    total = sum(len(task.mistakes) for task in tasks)
    missed = sum(len(task.unnoticed) for task in tasks)
    weak = sum(bool(task.weaknesses) for task in tasks)
    if zh:
        return f"共尝试 {total} 个错误，{missed} 个可能不被发现；{weak} 个任务另有弱点"
    others = "task has" if weak == 1 else "tasks have"
    return f"{total} mistakes made, {missed} may pass unnoticed; {weak} {others} other weaknesses"
