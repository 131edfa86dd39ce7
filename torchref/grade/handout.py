"""Handout: what a student starts from: a skeleton of the functions, the text, and how to check oneself."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from torchref.errors import must_be
from torchref.grade.tasks.task import Task

if TYPE_CHECKING:
    from torchref.grade.assignment import Assignment
    from torchref.grade.worksheet import WorksheetAssignment


def handout(assignment: "Assignment", source: str) -> dict[str, str]:
    """The skeleton, and the text in both languages."""
    command = f"torchref check {assignment.file} --assignment {source}"
    return {
        assignment.file: skeleton(assignment, command),
        "README.md": text(assignment, command, "en"),
        "README.zh-CN.md": text(assignment, command, "zh"),
    }


def write_handout(assignment: "Assignment | WorksheetAssignment", source: str, folder: Path) -> list[Path]:
    """Writes the files to hand out; raises InputError rather than overwrite anything."""
    files = assignment.handout(source)
    for name in files:
        if (folder / name).exists():
            raise must_be(str(folder / name), "free for the handout", "a file", "choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise must_be(str(folder), "a folder that can be written to", error.strerror or str(error)) from error
    return [folder / name for name in files]


def skeleton(assignment: "Assignment", command: str) -> str:
    """The functions with their texts, and nothing in them."""
    functions = "\n\n\n".join(_function(task) for task in assignment.tasks.values())
    return f'"""{assignment.title.english}.\n\nCheck yourself: {command}\n"""\n\nimport numpy as np\n\n\n{functions}\n'


def _function(task: Task) -> str:
    lines = textwrap.wrap(f"{task.title.english}. {task.text.english}", 96)
    body = "\n    ".join(lines)
    end = "\n    " if len(lines) > 1 else ""
    return f'def {task.name}({", ".join(task.parameters)}):\n    """{body}{end}"""\n    raise NotImplementedError'


def text(assignment: "Assignment", command: str, language: str) -> str:
    """The text of the assignment: what it is about, the functions, how it is judged, how to check oneself."""
    zh = language == "zh"
    lines = [f"# {assignment.title.say(language)}", "", assignment.text.say(language), ""]
    lines += ["| 函数 | 分值 | 内容 |" if zh else "| function | points | what it does |", "|---|---:|---|"]
    for task in assignment.tasks.values():
        colon = "：" if zh else ": "
        what = f"**{task.title.say(language)}**{colon}{task.text.say(language)}".replace("|", "\\|").replace("\n", " ")
        lines.append(f"| `{task.name}({', '.join(task.parameters)})` | {task.points:g} | {what} |")
    return "\n".join([*lines, "", *(CHINESE if zh else ENGLISH), "", "```sh", command, "```", ""])


ENGLISH = (
    (
        "Arrays are NumPy arrays of float64. Use NumPy and the standard library only. Every function is judged alone, "
        "on numbers of your own, and each thing that it returns is judged given what it returned before: a first "
        "mistake costs its own step and not those that follow from it rightly."
    ),
    "",
    "Check yourself as often as you like:",
)
CHINESE = (
    (
        "数组均为 float64 的 NumPy 数组。只能使用 NumPy 和标准库。每个函数单独评判，所用数据因人而异；返回的每个量都"
        "依据之前返回的量来评判：第一个错误只扣它自己那一步的分，由它正确推出的后续结果不再扣分。"
    ),
    "",
    "可以随时自查：",
)
