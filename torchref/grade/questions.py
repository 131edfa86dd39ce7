"""Questions: what a submission is asked, and its replies: calls of its functions, run together, told apart after.

All calls of one kind go to one process, for a start costs more than most calls. Where one of them does not come to an
end, the next ones are asked again in another process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from torchref.grade import seeds
from torchref.grade.program import Answer, Call, Limits, Program, Runner, Status
from torchref.grade.record import NOTHING, Text
from torchref.grade.tasks.task import Example, Task

if TYPE_CHECKING:
    from torchref.grade.assignment import Assignment

# After so many calls that did not come to an end, the others of that run are not asked any more.
PATIENCE = 3


@dataclass(frozen=True)
class Question:
    """One call of a task's function: the example with this number."""

    task: Task
    number: int
    example: Example

    @property
    def call(self) -> Call:
        """The call."""
        return Call(self.task.name, self.example.arguments)


@lru_cache(maxsize=256)
def visible(assignment: "Assignment", task: str) -> Question:
    """The example that everybody may see, drawn once a process, for it is the same for all."""
    known = assignment.tasks[task]
    return Question(known, 0, known.draw(seeds.generator(seeds.PUBLIC, assignment.name, task), 0))


def hidden(assignment: "Assignment", task: Task, secret: bytes, student: str) -> list[Question]:
    """A student's hidden examples, the same at every regrade."""
    names = (assignment.name, student, task.name)
    numbers = range(1, task.hidden + 1)
    return [Question(task, n, task.draw(seeds.generator(secret, *names, str(n)), n)) for n in numbers]


@dataclass(frozen=True)
class Reply:
    """What came of one question: an answer, or the reason why there is none.

    error        the kind of error that it raised, which is its own word
    is_unknown   whether the reason is the grader's and not the submission's
    printed      what the whole run printed
    """

    answer: Answer | None
    reason: Text = NOTHING
    error: str = ""
    is_unknown: bool = False
    printed: str = ""


@dataclass(frozen=True)
class Replies:
    """The replies to a list of questions, in order, and the CPU seconds that they took."""

    replies: tuple[Reply, ...]
    cpu: float


def ask(runner: Runner, program: Program, questions: Sequence[Question], limits: Limits, seed: int) -> Replies:
    """Asks all of the questions."""
    replies: list[Reply] = []
    cpu, stops, failures = 0.0, 0, 0
    while len(replies) < len(questions):
        pending = questions[len(replies) :]
        outcome = runner.run(program, [question.call for question in pending], limits, seed)
        cpu += outcome.cpu
        replies += [_reply(answer, outcome.printed) for answer in outcome.answers]
        if len(replies) >= len(questions):
            break
        if outcome.status in (Status.BROKEN, Status.DONE):
            failures += 1
            if failures < 2:
                continue
            reason = Text(f"the sandbox failed: {outcome.reason}", f"沙箱出错：{outcome.reason}")
            replies += [Reply(None, reason, is_unknown=True)] * (len(questions) - len(replies))
            break
        stops += 1
        stopped = _stopped(outcome.status, outcome.reason, outcome.printed)
        replies.append(stopped)
        if stops == PATIENCE:
            replies += [stopped] * (len(questions) - len(replies))
    return Replies(tuple(replies), cpu)


NOT_WRITTEN = Text("it is not written yet", "尚未完成")


def _reply(answer: Answer, printed: str) -> Reply:
    if not answer.error:
        return Reply(answer, printed=printed)
    said = f"{answer.error} ({answer.place})" if answer.place else answer.error
    printed = f"{printed}\n{said}" if printed else said
    if answer.error.startswith("NotImplementedError"):
        return Reply(None, NOT_WRITTEN)
    kind = answer.error.partition(":")[0][:60]
    return Reply(None, Text("it raised an error", "运行出错"), kind, printed=printed)


WORDS = {
    Status.TIMED_OUT: ("it took too long", "运行超时"),
    Status.OUT_OF_MEMORY: ("it ran out of memory", "内存不足"),
    Status.KILLED: ("it was killed", "进程被终止"),
    Status.ENDED: ("it ended its process", "它结束了自己的进程"),
    Status.UNREADABLE: ("it left a result that cannot be read", "它留下的结果无法读取"),
}


def _stopped(status: Status, reason: str, printed: str) -> Reply:
    english, chinese = WORDS[status]
    text = Text(f"{english}: {reason}", f"{chinese}：{reason}") if reason else Text(english, chinese)
    return Reply(None, text, printed=printed)
