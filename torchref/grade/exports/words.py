"""Words: what exports and pages say in English and Chinese, and how a task's feedback is put into plain text."""

from torchref.grade.exports.untrusted import one_line, plain
from torchref.grade.record import Hint, Record, TaskMark, Text

VERDICTS = {
    "right": Text("right", "正确"),
    "partly right": Text("partly right", "部分正确"),
    "wrong": Text("wrong", "错误"),
    "not judged": Text("not judged", "未评判"),
}
STATUSES = {
    "marked": Text("marked", "已评分"),
    "unusable": Text("unusable", "无法运行"),
    "not judged": Text("not judged", "未评判"),
}
STEPS = {
    "agrees": Text("right", "正确"),
    "consistent": Text("right, given what it received", "就其收到的值而言正确"),
    "differs": Text("wrong", "错误"),
    "missing": Text("not handed over", "没有给出"),
    "wrong shape": Text("wrong shape", "形状错误"),
    "wrong dtype": Text("wrong dtype", "数据类型错误"),
    "not finite": Text("not finite", "不是有限数"),
    "not judged": Text("not judged", "未评判"),
}
STEP_MARKS = {"agrees": "✓", "consistent": "≈", "missing": "·", "not judged": "?"}
OPEN = Text(
    "The autograder itself failed on this submission. This is no fault of yours and no mark was given; it will be "
    "marked again, or by hand.",
    "评分程序自身在处理这份提交时出错。这不是你的问题，也没有给出分数；将会重新评分或人工评分。",
)
NOT_IN_RECORD = Text("this task has not been marked", "此题尚未评分")
SAID = Text("what your code printed or raised:", "你的代码打印或抛出的内容：")
JUDGING = Text(
    "Each step of your calculation is judged by itself, from the values that your own code gave it. A step that is "
    "right given wrong values is marked ≈ and gets its credit: a mistake costs only the step where it is made.",
    "你的计算逐步评判：每一步都以你自己的代码给它的值为输入。就收到的错误值而言正确的步骤标为 ≈，照常得分："
    "错误只在出错的那一步扣分。",
)


def word(words: dict[str, Text], key: str, language: str) -> str:
    """A word of a vocabulary in a language; a word that it lacks stands for itself."""
    return words[key].say(language) if key in words else key


def step_mark(verdict: str) -> str:
    """The sign of a step's verdict: ✓ ≈ · ? or ✗."""
    return STEP_MARKS.get(verdict, "✗")


def hint_text(hint: Hint, language: str, with_numbers: bool = False) -> str:
    """A hint as one line: the quantity, unless the sentence names it, and the sentence."""
    chosen = hint.detail if with_numbers and hint.detail.say(language) else hint.text
    sentence, quantity = one_line(chosen.say(language)), one_line(hint.quantity)
    return f"{quantity}: {sentence}" if quantity and quantity not in sentence else sentence


def headline(mark: TaskMark | None, language: str) -> str:
    """A task's verdict in a word, or why there is none."""
    if mark is None:
        return NOT_IN_RECORD.say(language)
    verdict = word(VERDICTS, mark.verdict, language)
    reason = one_line(mark.reason.say(language))
    return f"{verdict}: {reason}" if reason else verdict


def task_feedback(mark: TaskMark | None, language: str, with_numbers: bool = False) -> str:
    """What a student reads about a task, in plain text: verdict, hints, steps, and what the code said."""
    lines = [headline(mark, language)]
    if mark is None:
        return lines[0]
    lines += [f"- {hint_text(hint, language, with_numbers)}" for hint in mark.hints]
    if mark.steps:
        width = max(len(one_line(quantity)) for quantity in mark.steps)
        lines.append("")
        for quantity, verdict in mark.steps.items():
            said = word(STEPS, verdict, language)
            lines.append(f"{step_mark(verdict)} {one_line(quantity):<{width}}  {said}")
    if mark.said.strip():
        lines += ["", SAID.say(language), plain(mark.said).rstrip()]
    return "\n".join(lines)


def reason_of(record: Record, language: str) -> str:
    """Why a submission is unusable or was not judged, be it in one of its tasks, in one line; "" if nothing is said."""
    said = [record.reason, *(task.reason for task in record.tasks if task.is_open)]
    return "; ".join(dict.fromkeys(one_line(reason.say(language)) for reason in said if reason.say(language)))
