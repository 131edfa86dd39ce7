"""Assignment: tasks, what they are worth, and what the student is told. A teacher's is one Python file.

import torch
from torchref.grade import Assignment

assignment = Assignment("softplus", "Softplus by hand")

@assignment.inputs
def inputs(rng):
    return {"x": rng.standard_normal((4, 3)), "grad_output": rng.standard_normal((4, 3))}

@assignment.task(points=2)
def softplus(x):
    \"\"\"log(1 + exp(x)), element by element.\"\"\"
    return torch.nn.functional.softplus(x)

@assignment.task(points=3, forward="softplus")
def softplus_backward(grad_output, x):
    \"\"\"The gradient of E by x, where grad_output is that by softplus(x).\"\"\"
    x.requires_grad_()
    return torch.autograd.grad(softplus(x), x, grad_output)[0]
"""

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from torchref.case_file import parse_case_file
from torchref.errors import InputError, must_be, unknown
from torchref.grade import assignments
from torchref.grade.marking import Marker
from torchref.grade.program import Limits, Program, Runner
from torchref.grade.record import Item, Outline, Text
from torchref.grade.submissions import Found, Unusable, read
from torchref.grade.tasks.function_task import FunctionTask
from torchref.grade.tasks.task import Task
from torchref.grade.worksheet import WorksheetAssignment
from torchref.mistakes import Mistake

KINDS = (".py", ".toml", ".json")


class Assignment:
    """A list of tasks with a name; see above for how a teacher writes one.

    name      as in results and gradebooks: letters, digits, - and _
    title     what people read, title_chinese the same
    text      an introduction for the handout, text_chinese the same
    modules   what students may import besides NumPy and the standard library
    limits    what one run of a submission may use
    """

    file = "solution.py"

    def __init__(
        self,
        name: str,
        title: str,
        title_chinese: str = "",
        *,
        text: str = "",
        text_chinese: str = "",
        modules: Sequence[str] = (),
        limits: Limits | None = None,
    ) -> None:
        if not name.replace("-", "").replace("_", "").isalnum():
            raise must_be("an assignment's name", "letters, digits, - and _", repr(name))
        self.name = name
        self.title = Text(title, title_chinese or title)
        self.text = Text(text, text_chinese or text)
        self.modules = tuple(modules)
        self.limits = limits or Limits()
        self.tasks: dict[str, Task] = {}
        self._inputs: Callable[[np.random.Generator], Mapping[str, Any]] | None = None

    @property
    def outline(self) -> Outline:
        """The assignment as gradebooks know it."""
        items = tuple(Item(task.name, task.title, task.points) for task in self.tasks.values())
        return Outline(self.name, self.title, items)

    suffixes = (".py", ".ipynb", ".zip")

    def read(self, found: Found) -> Program | Unusable:
        """The program of a submission."""
        return read(found, self.file, tuple(self.tasks))

    def marker(self, runner: Runner, secret: bytes | None = None) -> Marker:
        """Who marks it."""
        return Marker(self, runner, secret)

    def handout(self, source: str) -> dict[str, str]:
        """The files to hand out."""
        from torchref.grade.handout import handout

        return handout(self, source)

    def add(self, task: Task) -> None:
        """Adds a task; what it needs must be there already."""
        for name in (*task.needs, *([task.forward] if task.forward else [])):
            if name not in self.tasks:
                raise unknown(f"what {task.name} needs", name, self.tasks)
        if task.name in self.tasks or not task.points > 0:
            raise must_be(f"the task {task.name}", "one of its name, worth more than 0 points", f"{task.points} points")
        self.tasks[task.name] = task

    def inputs(self, generator: Callable[[np.random.Generator], Mapping[str, Any]]) -> Callable[..., Any]:
        """Decorates the function that draws inputs by name; each task gets those that are among its arguments."""
        self._inputs = generator
        return generator

    def task(
        self,
        points: float,
        *,
        title: str = "",
        title_chinese: str = "",
        text_chinese: str = "",
        needs: Sequence[str] = (),
        forward: str = "",
        hidden: int = 2,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorates a torch reference; its name is the function's that students write, its docstring their text."""

        def add(reference: Callable[..., Any]) -> Callable[..., Any]:
            if self._inputs is None:
                raise must_be("inputs", "declared before the first task", "nothing", "decorate a generator of inputs")
            name, text = reference.__name__, inspect.getdoc(reference) or ""
            titles, texts = Text(title or name, title_chinese or title or name), Text(text, text_chinese or text)
            task = FunctionTask(name, points, reference, self._inputs, titles, texts, tuple(needs), forward, hidden)
            self.add(task)
            return reference

        return add

    def mistake(
        self, task: str, name: str, english: str, chinese: str = "", look: str = "", look_chinese: str = ""
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorates a wrong version of a task's reference: who gets its numbers is told its sentence."""

        def add(wrong: Callable[..., Any]) -> Callable[..., Any]:
            known = self.tasks.get(task)
            if not isinstance(known, FunctionTask):
                raise unknown("the task of a mistake", task, self.tasks)
            sentences = (english, chinese or english, look or english, look_chinese or chinese or look or english)
            known.mistakes[name] = (Mistake(name, (), (), lambda site: None, *sentences), wrong)
            return wrong

        return add


@dataclass(frozen=True)
class Source:
    """Where an assignment comes from, in a form that another process can load: a built-in's name, or Python text."""

    name: str
    text: str = ""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the assignment does."""
        return sha256(f"{self.name}\0{self.text}".encode()).hexdigest()[:16]

    def load(self) -> "Assignment | WorksheetAssignment":
        """The assignment; raises InputError if the text does not make one."""
        if not self.text:
            return assignments.load(self.name)
        if not self.name.endswith(".py"):
            known = parse_case_file(self.text, self.name)
            title = Text(known.title, known.title_zh)
            return WorksheetAssignment(Path(self.name).stem, title, known.case, self.name, "all", aliases=known.aliases)
        module = types.ModuleType("assignment")
        module.__file__ = self.name
        try:
            exec(compile(self.text, self.name, "exec"), module.__dict__)  # noqa: S102  the teacher's own file
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                f"{self.name}: the assignment could not be loaded: {type(error).__name__}: {error}"
            ) from error
        found = [value for value in vars(module).values() if isinstance(value, Assignment | WorksheetAssignment)]
        if len(found) != 1 or not found[0].outline.items:
            raise must_be(self.name, "a file that makes one Assignment with tasks", f"{len(found)} of them")
        return found[0]


def source_of(name_or_file: str) -> Source:
    """The source of a built-in assignment, of the one in a teacher's file, or of a worksheet for a case file."""
    path = Path(name_or_file)
    if path.suffix not in KINDS:
        if name_or_file not in assignments.names():
            raise unknown("assignment", name_or_file, assignments.names())
        return Source(name_or_file)
    try:
        return Source(path.name, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise must_be(name_or_file, "a file that can be read", str(error)) from error
