"""Markdown: one submission's mark, as Markdown for comments and README files. What a student wrote stays text there."""

import re

from torchref.grade.exports.mark import mark_of, number, task_of, task_points
from torchref.grade.exports.untrusted import one_line, plain
from torchref.grade.exports.words import JUDGING, OPEN, STEPS, headline, hint_text, reason_of, step_mark, word
from torchref.grade.pages.phrases import PHRASES
from torchref.grade.record import Item, Outline, Record, TaskMark

SIGNS = {"right": "✅", "partly right": "🟡", "wrong": "❌", "not judged": "❔"}
WORD_JOINER = "\N{WORD JOINER}"


def student_markdown(
    outline: Outline, record: Record, language: str = "en", with_numbers: bool = False, name: str = ""
) -> str:
    """The page; the arguments are those of student_html."""
    mark = mark_of(outline, record)
    total = "–" if mark is None else number(mark)
    who = literal(name or record.student)
    lines = [f"# {literal(outline.title.say(language))}", "", f"**{who}** · **{total} / {number(outline.points)}**", ""]
    if mark is None:
        lines += [f"> {OPEN.say(language)}", ""]
    if reason := reason_of(record, language):
        lines += [f"> {literal(reason)}", ""]
    lines += [JUDGING.say(language), ""]
    for item in outline.items:
        task = task_of(record, item.name)
        lines += [_heading(item, record, language), ""]
        if task:
            lines += _task(task, language, with_numbers)
    return "\n".join(lines).rstrip() + "\n"


def literal(text: str) -> str:
    """One line of text that Markdown shows as it is: no HTML, link, image, emphasis, list, table, mention, formula."""
    line = re.sub(r"([\\`*_{}\[\]#|<>~&!$^])", r"\\\1", one_line(text))
    line = line.replace("://", "\\://").replace("www.", "www\\.").replace("@", "@" + WORD_JOINER)
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", line)


def fenced(text: str) -> str:
    """Text as a block of code, whose fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{plain(text).rstrip()}\n{fence}"


def _heading(item: Item, record: Record, language: str) -> str:
    task, points = task_of(record, item.name), task_points(record, item.name)
    most = number(task.max_points if task else item.points)
    sign = SIGNS.get(task.verdict, "") if task else SIGNS["not judged"] if points is None else SIGNS["wrong"]
    earned = "–" if points is None else number(points)
    return f"## {sign} {literal(item.title.say(language))} · {earned} / {most}"


def _task(task: TaskMark, language: str, with_numbers: bool) -> list[str]:
    lines = [literal(headline(task, language)), ""]
    hints = [f"- {literal(hint_text(hint, language, with_numbers))}" for hint in task.hints]
    lines += [*hints, ""] if hints else []
    if task.steps:
        quantity, verdict = PHRASES["quantity"].say(language), PHRASES["verdict"].say(language)
        lines += [f"| {quantity} | | {verdict} |", "|---|---|---|"]
        for name, step in task.steps.items():
            lines.append(f"| {literal(name)} | {step_mark(step)} | {word(STEPS, step, language)} |")
        lines.append("")
    if task.said.strip():
        lines += [f"{PHRASES['said'].say(language)}:", "", fenced(task.said), ""]
    return lines
