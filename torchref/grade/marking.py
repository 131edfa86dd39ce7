"""Marking: a program in, a mark for each task out.

Two runs: one on the examples that everybody may see, whose errors and prints the student is shown; one on hidden
examples, of which only verdicts come out, and on the visible ones once more, so that an answer that varies is seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from torchref.grade import seeds
from torchref.grade.cost import forward_passes, is_no_backpropagation
from torchref.grade.credit import earned, earns, points_of, worst_verdict
from torchref.grade.hints import hints_of
from torchref.grade.program import Program, Runner
from torchref.grade.questions import NOT_WRITTEN, Question, Replies, Reply, ask, hidden, visible
from torchref.grade.record import NOT_JUDGED, NOTHING, PARTLY_RIGHT, RIGHT, WRONG, Hint, Marks, TaskMark, Text
from torchref.grade.tasks.task import Judged, Task

SAID = 4000


if TYPE_CHECKING:
    from torchref.grade.assignment import Assignment


@dataclass(frozen=True)
class Marker:
    """Who marks: an assignment, a runner, the teacher's secret; without one, the public examples are all there is."""

    assignment: "Assignment"
    runner: Runner
    secret: bytes | None = None

    def mark(self, program: Program, student: str = "") -> Marks:
        """Marks a program."""
        limits = self.assignment.limits
        tasks = list(self.assignment.tasks.values())
        shown = [visible(self.assignment, task.name) for task in tasks]
        seen = ask(self.runner, program, shown, limits, seed=1)
        answered = [q for q, reply in zip(shown, seen.replies, strict=True) if reply.answer]
        own = [] if self.secret is None else [hidden(self.assignment, q.task, self.secret, student) for q in answered]
        asked = [*chain.from_iterable(own), *reversed(answered)]
        unseen = ask(self.runner, program, asked, limits, seed=2) if asked else Replies((), 0.0)
        replies: dict[str, _Replies] = {}
        for question, reply in zip(shown, seen.replies, strict=True):
            replies[question.task.name] = _Replies(question, reply, [], None)
        for question, reply in zip(asked, unseen.replies, strict=True):
            there = replies[question.task.name]
            if question.number == 0:
                there.again = reply
            else:
                there.hidden.append((question, reply))
        marks: dict[str, TaskMark] = {}
        for task in tasks:
            marks[task.name] = self._checked(program, task, student, replies[task.name], unseen.cpu, marks)
        return Marks(tuple(marks.values()), seen.cpu + unseen.cpu)

    def _checked(
        self, program: Program, task: Task, student: str, there: "_Replies", cpu: float, earlier: Mapping[str, TaskMark]
    ) -> TaskMark:
        """The mark of a task; whatever goes wrong in judging is the grader's failure, and no mark."""
        try:
            mark = _mark(task, there, earlier)
            if task.forward and mark.points and not mark.reason.english:
                forward = self.assignment.tasks[task.forward]
                settings = (self.assignment.limits, self.secret or seeds.PUBLIC, student)
                passes = is_no_backpropagation(
                    lambda: forward_passes(self.runner, program, task, forward, *settings), cpu
                )
                if passes is not None:
                    return _too_costly(mark, passes, task.forward)
            return mark
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            reason = Text(f"the grader failed: {what}", f"评分程序出错：{what}")
            return TaskMark(task.name, 0.0, task.points, NOT_JUDGED, reason)


@dataclass
class _Replies:
    """The replies to one task's questions: on the visible example, on the hidden ones, on the visible one again."""

    visible: Question
    first: Reply
    hidden: list[tuple[Question, Reply]]
    again: Reply | None


def _mark(task: Task, there: _Replies, earlier: Mapping[str, TaskMark]) -> TaskMark:
    every = [there.first, *(reply for _, reply in there.hidden), *([there.again] if there.again else [])]
    if unknown := next((reply for reply in every if reply.is_unknown), None):
        return TaskMark(task.name, 0.0, task.points, NOT_JUDGED, unknown.reason)
    said = there.first.printed[:SAID]
    if there.first.answer is None:
        return _wrong_or_open(task, _with_kind(there.first), said, {}, (), earlier)
    judged = there.visible.example.judge(there.first.answer.arrays)
    steps = {label: str(worst_verdict(judged, label)) for label in dict.fromkeys(judged.asked.values())}
    hints = tuple(hints_of(judged, bool(task.forward)))
    if there.again and (varies := _varies(there, judged)):
        return TaskMark(task.name, 0.0, task.points, WRONG, varies, steps, hints, said)
    lost = next((reply for _, reply in there.hidden if reply.answer is None), None)
    if lost is not None:
        reason = Text(f"on hidden numbers {lost.reason.english}", f"用隐藏数据时{lost.reason.chinese}")
        return _wrong_or_open(task, reason, said, steps, hints, earlier)
    unseen = [q.example.judge(reply.answer.arrays) for q, reply in there.hidden if reply.answer]
    rights = earned((judged, *unseen))
    if not any(hint.quantity for hint in hints):
        hints += _hidden_hints(unseen, bool(task.forward))
    if all(rights):
        return TaskMark(task.name, task.points, task.points, RIGHT, steps=steps, hints=hints, said=said)
    if not any(rights):
        return _wrong_or_open(task, NOTHING, said, steps, hints, earlier)
    points = points_of(task, rights)
    return TaskMark(task.name, points, task.points, PARTLY_RIGHT, steps=steps, hints=hints, said=said)


def _with_kind(reply: Reply) -> Text:
    """Why there is no answer, with the kind of error that the submission itself gives."""
    if not reply.error:
        return reply.reason
    return Text(f"{reply.reason.english}: {reply.error}", f"{reply.reason.chinese}：{reply.error}")


def _wrong_or_open(
    task: Task,
    reason: Text,
    said: str,
    steps: Mapping[str, str],
    hints: tuple[Hint, ...],
    earlier: Mapping[str, TaskMark],
) -> TaskMark:
    """Wrong; or not judged, where what the task builds on is wrong itself."""
    broken = [name for name in task.needs if earlier[name].verdict != RIGHT]
    if broken and reason != NOT_WRITTEN:
        names = ", ".join(broken)
        reason = Text(f"it builds on {names}, which must be right first", f"它依赖于 {names}，须先改正")
        return TaskMark(task.name, 0.0, task.points, NOT_JUDGED, reason, steps, (), said, waits=True)
    return TaskMark(task.name, 0.0, task.points, WRONG, reason, steps, hints, said)


def _varies(there: _Replies, judged: Judged) -> Text | None:
    """Why the answer to the same question, asked twice, is not to be trusted, if it is not."""
    assert there.first.answer is not None
    text = Text("it gives another answer when it is asked again", "再问一次，答案就不同了")
    if there.again is None or there.again.answer is None:
        return text
    first, again = there.first.answer.arrays, there.again.answer.arrays
    if first.keys() == again.keys() and all(_same(first[name], again[name]) for name in first):
        return None
    second = there.visible.example.judge(again)
    both_right = all(earns(j, quantity) for j in (judged, second) for quantity in judged.asked)
    return None if both_right else text


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")


def _hidden_hints(unseen: Sequence[Judged], is_derivative: bool) -> tuple[Hint, ...]:
    """Hints on hidden numbers, where the visible ones show nothing; without what the submission answered there."""
    for judged in unseen:
        found = [hint for hint in hints_of(judged, is_derivative) if hint.quantity]
        if found:
            return tuple(_without_numbers(hint) for hint in found)
    return ()


def _without_numbers(hint: Hint) -> Hint:
    known = hint.text if hint.mistake else Text(f"{hint.quantity} is wrong", f"{hint.quantity} 不对")
    text = Text(f"on hidden numbers: {known.english}", f"用隐藏数据时：{known.chinese}")
    return Hint(text, hint.mistake, hint.quantity, hint.detail)


def _too_costly(mark: TaskMark, passes: float, forward: str) -> TaskMark:
    """The mark of a derivative that is not derived."""
    reason = Text(
        f"it is no backpropagation: it costs as much as {passes:.0f} calls of {forward}",
        f"这不是反向传播：它的开销相当于调用 {passes:.0f} 次 {forward}",
    )
    hint = Hint(reason, "numerical-derivative", mark.task, reason)
    return TaskMark(mark.task, 0.0, mark.max_points, WRONG, reason, mark.steps, (*mark.hints, hint), mark.said)
