"""Student page: one submission's mark, task by task, as HTML that stands by itself."""

from torchref.grade.exports.mark import mark_of, task_of, task_points
from torchref.grade.exports.untrusted import one_line, plain
from torchref.grade.exports.words import JUDGING, OPEN, headline, hint_text
from torchref.grade.pages.template import template
from torchref.grade.record import Hint, Outline, Record


def student_html(
    outline: Outline, record: Record, language: str = "en", with_numbers: bool = False, name: str = ""
) -> str:
    """The page; `with_numbers` gives the expected numbers too, as a teacher may want them, and `name` the student's."""
    tasks = [
        {
            "item": item,
            "title": item.title.say(language),
            "mark": (mark := task_of(record, item.name)),
            "points": task_points(record, item.name),
            "headline": headline(mark, language) if mark else "",
            "hints": [hint_lines(hint, language, with_numbers) for hint in mark.hints] if mark else [],
        }
        for item in outline.items
    ]
    return template("student.html", language).render(
        title=outline.title.say(language),
        who=one_line(name) or one_line(record.student),
        student=one_line(record.student),
        record=record,
        reason=plain(record.reason.say(language)),
        mark=mark_of(outline, record),
        points=outline.points,
        tasks=tasks,
        judging=JUDGING.say(language),
        open_text=OPEN.say(language),
    )


def hint_lines(hint: Hint, language: str, with_numbers: bool) -> str:
    """A hint; with numbers, in the lines that its detail has."""
    detail = plain(hint.detail.say(language)).strip()
    return detail if with_numbers and detail else hint_text(hint, language)
