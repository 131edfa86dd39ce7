"""Audit: what an assignment would let pass: every known mistake is made in every task, and marked as a student's.

A mistake that is not noticed is one that a student may make and have full marks: where there is one example only,
nobody can see that a sum should have been a mean. So are answers that show nothing of the derivation: zeros, ones, an
argument handed back. And what is the same for every student can be copied.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from torchref.errors import InputError, must_be
from torchref.grade.assignment import Assignment
from torchref.grade.credit import earned, points_of
from torchref.grade.hints import named_in
from torchref.grade.questions import hidden, visible
from torchref.grade.record import Text
from torchref.grade.tasks.task import Example, Task, WrongAnswer

# What share of its points an answer that shows nothing may earn by what follows from it.
FREE = 0.25
# The examples of an audit are drawn under this secret: they are as good as any other's.
SECRET = b"audit"


@dataclass(frozen=True)
class MistakeAudit:
    """What becomes of one mistake at one quantity.

    caught     for how many of the students it loses marks
    at_once    whether the example that everybody may see shows it
    is_named   whether the hint has its name, wherever it was caught
    """

    mistake: str
    text: Text
    quantity: str
    caught: int
    at_once: bool
    is_named: bool


@dataclass(frozen=True)
class TaskAudit:
    """What was found about one task.

    mistakes     what became of each mistake that can be made in it
    students     for how many students it was tried
    weaknesses   what is wrong with the task whatever the mistake
    """

    task: str
    points: float
    students: int
    mistakes: tuple[MistakeAudit, ...]
    weaknesses: tuple[Text, ...]

    @property
    def unnoticed(self) -> list[MistakeAudit]:
        """The mistakes that have full marks, for some student at least."""
        return [mistake for mistake in self.mistakes if mistake.caught < self.students]

    @property
    def is_sound(self) -> bool:
        """Whether it notices every mistake, and gives nothing away."""
        return not self.unnoticed and not self.weaknesses


def audit(assignment: object, students: int) -> Iterator[TaskAudit]:
    """Audits one task after the other, with the numbers of so many students.

    Raises    InputError if the assignment is a worksheet, whose blanks are no functions
    """
    if not isinstance(assignment, Assignment):
        raise must_be("an assignment to audit", "one of code", "a worksheet")
    for task in assignment.tasks.values():
        yield _audited(assignment, task, [f"student {k + 1}" for k in range(students)])


def _audited(assignment: Assignment, task: Task, students: Sequence[str]) -> TaskAudit:
    shown = visible(assignment, task.name).example
    own = [[question.example for question in hidden(assignment, task, SECRET, student)] for student in students]
    try:
        at_once = {_key(wrong): _Tried(task, shown, wrong) for wrong in shown.mistaken()}
        late = [key for key, tried in at_once.items() if not tried.is_caught]
        by_student = [_tried_on(task, examples, late) for examples in own]
    except InputError:
        raise
    except Exception as error:  # a teacher's function
        raise InputError(f"{task.name}: a mistake could not be made: {type(error).__name__}: {error}") from error
    mistakes = []
    for key, first in at_once.items():
        seen = [first] * len(students) if first.is_caught else [tried[key] for tried in by_student if key in tried]
        caught = [tried for tried in seen if tried.is_caught]
        is_named = bool(caught) and all(tried.is_named for tried in caught)
        wrong = first.wrong
        mistakes.append(MistakeAudit(wrong.mistake, wrong.text, wrong.quantity, len(caught), first.is_caught, is_named))
    weaknesses = (*_given_away(task, [shown, *own[0]]), *_the_same_for_all(own))
    return TaskAudit(task.name, task.points, len(students), tuple(mistakes), weaknesses)


def _key(wrong: WrongAnswer) -> tuple[str, str]:
    return wrong.mistake, wrong.quantity


class _Tried:
    """A wrong answer, as it was judged."""

    def __init__(self, task: Task, example: Example, wrong: WrongAnswer) -> None:
        self.wrong = wrong
        judged = example.judge(wrong.answer)
        self.is_caught = not all(earned([judged]))
        self.is_named = self.is_caught and wrong.mistake in named_in(judged, bool(task.forward))


def _tried_on(
    task: Task, examples: Sequence[Example], late: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], _Tried]:
    """The mistakes that the visible example does not show, on a student's hidden ones: the first that catches each."""
    found: dict[tuple[str, str], _Tried] = {}
    for example in examples if late else ():
        for wrong in example.mistaken():
            key = _key(wrong)
            if key in late and (key not in found or not found[key].is_caught):
                found[key] = _Tried(task, example, wrong)
    return found


def _given_away(task: Task, examples: Sequence[Example]) -> Iterator[Text]:
    """What earns points though it shows nothing of a derivation."""
    names = [name for name, array in examples[0].arguments.items() if np.ndim(array)]
    answers = [
        ("zeros", "全 0", [_filled(example.right, 0.0) for example in examples]),
        ("ones", "全 1", [_filled(example.right, 1.0) for example in examples]),
    ]
    for name in names:
        handed_back = [_handed_back(example, name) for example in examples]
        answers.append((f"{name} handed back", f"原样返回 {name}", handed_back))
    for english, chinese, given in answers:
        points = points_of(task, earned([e.judge(a) for e, a in zip(examples, given, strict=True)]))
        if points > FREE * task.points:
            yield Text(
                f"{english} earns {points:g} of {task.points:g} points",
                f"{chinese} 可得 {points:g} 分（满分 {task.points:g}）",
            )


def _filled(right: Mapping[str, Array], value: float) -> dict[str, Array]:
    return {name: np.full(array.shape, value, array.dtype) for name, array in right.items()}


def _handed_back(example: Example, argument: str) -> dict[str, Array]:
    """The argument wherever its shape is asked, and zeros elsewhere."""
    array = np.asarray(example.arguments[argument])
    fits = {name: array.shape == right.shape for name, right in example.right.items()}
    return {name: array if fits[name] else np.zeros_like(right) for name, right in example.right.items()}


def _the_same_for_all(own: Sequence[Sequence[Example]]) -> Iterator[Text]:
    """Whether answers can be copied or written down."""
    if not own[0]:
        yield Text("there are no hidden numbers: the answer can be written down", "没有隐藏数据：答案可以直接写死")
    elif len(own) > 1 and all(_same(a.right, b.right) for a, b in zip(own[0], own[1], strict=True)):
        yield Text("the answer is the same for every student: it can be copied", "每个学生的答案都相同：可以互相抄")


def _same(a: Mapping[str, Array], b: Mapping[str, Array]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
