"""A plausible class that nobody is in: an outline and records, varied, the same at every run."""

import random

from torchref.grade.record import (
    MARKED,
    NOT_JUDGED,
    PARTLY_RIGHT,
    RIGHT,
    UNUSABLE,
    WRONG,
    Hint,
    Item,
    Outline,
    Record,
    TaskMark,
    Text,
)
from torchref.grade.roster import Student
from torchref.mistakes import MISTAKES

TITLES = {
    "forward": ("The forward pass of a linear layer", "线性层的前向传播", 2.0),
    "sigmoid": ("Sigmoid and its slope", "Sigmoid 及其导数", 1.5),
    "loss": ("Half the squared error", "平方误差的一半", 1.0),
    "weights": ("The gradients of the weights", "权重的梯度", 2.5),
    "hidden": ("The gradient that the hidden layer receives", "隐藏层收到的梯度", 2.0),
    "momentum": ("One step of SGD with momentum", "带动量的一步 SGD", 1.0),
}
OUTLINE = Outline(
    "hw1",
    Text("Homework 1: backpropagation by hand", "作业一：手写反向传播"),
    tuple(Item(name, Text(english, chinese), points) for name, (english, chinese, points) in TITLES.items()),
)
SKILL = {"forward": 0.9, "sigmoid": 0.8, "loss": 0.85, "weights": 0.55, "hidden": 0.4, "momentum": 0.0}
QUANTITIES = ("l_h1", "out_h1", "E_total", "∂E/∂w5", "∂E/∂w1", "dW1", "grad_b", "w5+")
GIVEN = ("Ada", "Bo", "Chen", "Dana", "Emil", "Fatima", "Goran", "Hana", "Jun", "Kofi", "Lena", "Mei", "Priya", "Rosa")
FAMILY = ("Abe", "Costa", "Diaz", "Eriksen", "Gupta", "Huang", "Ito", "Kim", "Moreau", "Novak", "Okafor", "Rossi")
KNOWN = random.Random(3).sample(sorted(MISTAKES), 28)

# What a student may write to break what shows it.
EVIL = (
    "<script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    '"><svg onload="window.owned = 1">',
    "'><a href='javascript:window.owned=1'>x</a>",
    "{{ 7 * 7 }}{% raw %}",
    "]]></system-out><!--",
    "![x](https://example.org/x.png) [y](javascript:alert(1)) <https://example.org> https://a.example www.example.org",
    "```\n<script>window.owned = 1</script>\n```",
    '=HYPERLINK("https://example.org")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "-2+3",
    "\x00\x07\x1b[31mred\x1b[0m\ud800\u202e\ufffe",
    "a,b;c\"d'e\r\nf\tg",
    "| a | b |",
    "&amp; &lt;",
)


def hint(rng, quantity):
    name = rng.choices(KNOWN, [1 / (place + 1) for place in range(len(KNOWN))])[0]
    mistake = MISTAKES[name]
    english, chinese = mistake.english.format(kind="sigmoid"), mistake.chinese.format(kind="sigmoid")
    if rng.random() < 0.2:
        text = Text(f"{quantity}: 2 of 4 elements are wrong", f"{quantity}：4 个元素中有 2 个错误")
        return Hint(text, "", quantity, Text(f"{quantity} must be 0.0821670406", f"{quantity} 应为 0.0821670406"))
    text = Text(f"{quantity}: {english}. Look at: {mistake.look}", f"{quantity}：{chinese}")
    return Hint(text, name, quantity, Text(f"{quantity} must be 0.0821670406 (got 0.1643)", "应为 0.0821670406"))


def task(rng, item, able, said=""):
    verdicts = (RIGHT, PARTLY_RIGHT, WRONG)
    skill = SKILL[item.name] * able
    verdict = rng.choices(verdicts, (skill, (1 - skill) * 0.6, (1 - skill) * 0.4))[0]
    share = {RIGHT: 1.0, PARTLY_RIGHT: rng.choice((0.25, 0.5, 0.75)), WRONG: 0.0}[verdict]
    quantities = rng.sample(QUANTITIES, 4)
    wrong = {RIGHT: 0, PARTLY_RIGHT: 1, WRONG: 3}[verdict]
    steps = dict.fromkeys(quantities, "agrees")
    hints = []
    for quantity in quantities[:wrong]:
        steps[quantity] = rng.choice(("differs", "differs", "differs", "missing", "wrong shape", "not finite"))
        hints.append(hint(rng, quantity))
    if wrong:
        steps[quantities[3]] = "consistent"
    return TaskMark(item.name, item.points * share, item.points, verdict, steps=steps, hints=tuple(hints), said=said)


def not_judged(item):
    reason = Text("the grader's machine ran out of memory", "评分机器内存不足")
    return TaskMark(item.name, 0.0, item.points, NOT_JUDGED, reason)


def record(number, rng):
    student, digest = f"s{number:05d}", f"{rng.getrandbits(256):064x}"
    kind = rng.random()
    if kind < 0.03:
        reason = Text("solution.py cannot be read: invalid syntax (line 7)", "solution.py 无法读取：第 7 行语法错误")
        return Record(student, UNUSABLE, (), reason, digest)
    if kind < 0.045:
        return Record(student, NOT_JUDGED, (), Text("no space left on the grader's disk", "评分机磁盘已满"), digest)
    able = min(1.1, max(0.3, rng.gauss(0.9, 0.2)))
    said = rng.choice(("", "", "", "loss 0.298371109\nloss 0.29102\n", "ValueError: shapes (2,) and (3,) not aligned"))
    tasks = [task(rng, item, able, said if item.name == "weights" else "") for item in OUTLINE.items]
    if kind < 0.055:
        tasks[4] = not_judged(OUTLINE.items[4])
    return Record(student, MARKED, tuple(tasks), digest=digest, seconds=round(rng.lognormvariate(-1.2, 0.8), 3))


def records(count, seed=0):
    rng = random.Random(seed)
    for number in range(count):
        yield record(number, rng)


def roster(count, seed=1):
    rng = random.Random(seed)
    students = (
        Student(f"s{n:05d}", f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}", f"s{n:05d}@uni.example") for n in range(count)
    )
    return {student.id: student for student in students}


def evil_records():
    """One record for each evil text, which is the student's id, and everywhere else where a student's words may be."""
    for text in EVIL:
        hints = (Hint(Text(f"{text} is wrong", f"{text} 错误"), "slope-omitted", text, Text(f"{text} must be 1", "")),)
        first = TaskMark("forward", 0.5, 2.0, PARTLY_RIGHT, steps={text: "differs"}, hints=hints, said=text)
        rest = (TaskMark(item.name, item.points, item.points, RIGHT) for item in OUTLINE.items[1:])
        yield Record(text, MARKED, (first, *rest), digest="0" * 64, seconds=0.5)


def evil_roster():
    return {text: Student(text, text, text) for text in EVIL}


def record_of(student, *points, status=MARKED, reason=None):
    """A record with these points; None is a task that was not judged."""
    made = []
    for item, one in zip(OUTLINE.items, points, strict=True):
        if one is None:
            made.append(not_judged(item))
        else:
            verdict = RIGHT if one == item.points else PARTLY_RIGHT if one else WRONG
            made.append(TaskMark(item.name, one, item.points, verdict))
    return Record(student, status, tuple(made), reason or Text("", ""))


def waiting_record():
    """A record whose second task waits for the first, which is wrong: it has no points, and that is final."""
    first, second, *rest = record_of("waits", 0.0, 0.0, *FULL[2:]).tasks
    reason = Text("it builds on forward, which is wrong", "它基于错误的 forward")
    waits = TaskMark(second.task, 0.0, second.max_points, NOT_JUDGED, reason, waits=True)
    return Record("waits", MARKED, (first, waits, *rest))


FULL = tuple(item.points for item in OUTLINE.items)
OPEN_RECORD = record_of("open", *FULL[:-1], None)
UNUSABLE_RECORD = Record("unusable", UNUSABLE, (), Text("solution.py cannot be read", "solution.py 无法读取"))
