"""Worksheet: a sheet of paper as a submission: its blanks are the tasks, each worth its points.

The text is parsed where students' code runs, in a locked child of the sandbox, by a parser that knows numbers, names
and arithmetic and can run nothing. What comes back is a tree of these, checked before it is believed to be one; the
answers, and the judging, stay here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from manual.case import Case
from torchref.errors import InputError
from torchref.grade.program import Call, Limits, Program, Runner, Status
from torchref.grade.record import NOT_JUDGED, NOTHING, RIGHT, WRONG, Hint, Item, Marks, Outline, TaskMark, Text
from torchref.grade.submissions import Found, Unusable, read_sheet
from torchref.worksheets.check import check_reading
from torchref.worksheets.judgement import Judgement, Reading, Sign
from torchref.worksheets.operands import decimals_of
from torchref.worksheets.sheet import Line, canonical_names, make_sheet
from torchref.worksheets.solution import Solution
from torchref.worksheets.source import SUFFIXES
from torchref.worksheets.transfer import Reading as SheetReading
from torchref.worksheets.transfer import read_text, unpack

BLANK = Text("it was left blank", "未填写")
ZERO = Text("0 would follow whatever was wrong before", "无论先前错在哪里都会得到 0")


@dataclass(frozen=True)
class WorksheetAssignment:
    """A worksheet to hand out and to mark.

    name       as in results and gradebooks; title as people read it
    case       what it is about, case_name as torchref check --case knows it, aliases further names
    blanks     what is to be filled in: "all", a count, or names with commas between
    points     what each blank is worth
    """

    name: str
    title: Text
    case: Case
    case_name: str
    blanks: str = ""
    points: float = 1.0
    aliases: Mapping[str, str] | None = None

    file = "answers.md"
    suffixes = SUFFIXES
    modules = ("torchref.worksheets.transfer",)
    limits = Limits()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The blanks, with their values and points."""
        return make_sheet(self.case, self.case_name, self.title, self.blanks, self.points).blanks

    @property
    def outline(self) -> Outline:
        """The assignment as gradebooks know it."""
        items = tuple(Item(line.name, Text(line.name, line.name), line.points) for line in self.lines)
        return Outline(self.name, self.title, items)

    def read(self, found: Found) -> Program | Unusable:
        """The one text of a submission, as a program's only file."""
        return read_sheet(found, self.suffixes)

    def marker(self, runner: Runner, secret: bytes | None = None) -> "SheetMarker":
        """Who marks it; a worksheet has the same numbers for all, and no secret."""
        return SheetMarker(self, runner)

    def handout(self, source: str) -> dict[str, str]:
        """The files to hand out: the worksheet, in both languages."""
        from torchref.render.sheets import sheet_text

        sheet = make_sheet(self.case, self.case_name, self.title, self.blanks, self.points)
        return {"answers.md": sheet_text(sheet, "md", "en"), "answers.zh-CN.md": sheet_text(sheet, "md", "zh")}


# What runs in the sandbox: our own parser on the bytes that were handed in.
READER = """
import numpy as np
from torchref.worksheets.transfer import read_and_pack


def read(text, name):
    packed = read_and_pack(text.tobytes(), name.tobytes().decode())
    return np.frombuffer(packed.encode(), np.uint8)
"""


@dataclass(frozen=True)
class SheetMarker:
    """Who marks a worksheet: reads it in the sandbox, judges it here."""

    assignment: WorksheetAssignment
    runner: Runner

    def mark(self, program: Program, student: str = "") -> Marks:
        """The marks of all blanks; a text that cannot be read has none of them."""
        raw = np.frombuffer(program.files[program.entry].encode("utf-8", "surrogateescape"), np.uint8)
        call = Call("read", {"text": raw, "name": np.frombuffer(program.entry.encode(), np.uint8)})
        outcome = self.runner.run(Program({"solution.py": READER}), [call], self.assignment.limits)
        lines = self.assignment.lines
        if outcome.status is not Status.DONE or outcome.answers[0].error:
            why = outcome.reason or outcome.answers[0].error if outcome.answers else outcome.reason
            return Marks(_all(lines, NOT_JUDGED, Text(f"it could not be read: {why}", f"无法读取：{why}")), outcome.cpu)
        try:
            reading = unpack(outcome.answers[0].arrays["0"].tobytes().decode())
            marks = mark_reading(reading, self.assignment.case, lines, self.assignment.aliases)
        except InputError as error:
            return Marks(_all(lines, WRONG, Text(str(error), f"无法使用：{error}")), outcome.cpu)
        return Marks(marks, outcome.cpu)


def _all(lines: Sequence[Line], verdict: str, reason: Text) -> tuple[TaskMark, ...]:
    return tuple(TaskMark(line.name, 0.0, line.points, verdict, reason) for line in lines)


def mark_worksheet(
    text: str,
    case: Case,
    blanks: Sequence[str] | Sequence[Line],
    aliases: Mapping[str, str] | None = None,
    *,
    points: float = 1.0,
    suffix: str = ".md",
) -> tuple[TaskMark, ...]:
    """The marks of a filled-in worksheet of our own, read in this process; see mark_reading."""
    return mark_reading(read_text(text, suffix), case, blanks, aliases, points=points)


def mark_reading(
    reading: SheetReading,
    case: Case,
    blanks: Sequence[str] | Sequence[Line],
    aliases: Mapping[str, str] | None = None,
    *,
    points: float = 1.0,
) -> tuple[TaskMark, ...]:
    """The marks of a filled-in worksheet, a task for each blank; what follows from an earlier mistake earns its points.

    blanks    their names, each worth `points`, or lines of a sheet with points of their own
    """
    report = check_reading(reading, case, aliases)
    solution = Solution(case)
    marks = []
    for blank in blanks:
        name = blank.name if isinstance(blank, Line) else canonical_names(solution, [blank])[0]
        worth = blank.points if isinstance(blank, Line) else points
        of, _, by = name[1:].partition("/∂")
        known = solution.canonical(of, by) if name.startswith("∂") else name
        answers = [sign for sign in report.signs if sign.name == known and sign.judgement is not Judgement.BLANK]
        marks.append(_mark(name, worth, answers, blank.decimals if isinstance(blank, Line) else 0))
    return tuple(marks)


def _mark(name: str, worth: float, answers: Sequence[Sign], decimals: int) -> TaskMark:
    """The mark of one blank: the last number that is given for it counts, and so do the lines that lead to it."""
    printed = [sign for sign in answers if sign.printed]
    if not printed:
        unread = [sign for sign in answers if sign.judgement is Judgement.NOT_UNDERSTOOD]
        if unread:
            return TaskMark(name, 0.0, worth, NOT_JUDGED, _unread(unread[-1]))
        return TaskMark(name, 0.0, worth, WRONG, BLANK)
    last = printed[-1]
    own = [sign for sign in answers if sign.line == last.line]
    wrong = next((sign for sign in own if sign.judgement is Judgement.WRONG), None)
    steps = {name: _verdict(wrong or last)}
    if wrong is not None:
        return TaskMark(name, 0.0, worth, WRONG, wrong.reason, steps, _hints(name, wrong, last))
    if last.judgement is Judgement.NOT_UNDERSTOOD:
        return TaskMark(name, 0.0, worth, NOT_JUDGED, _unread(last))
    if (shown := decimals_of(last.printed)) < decimals:
        short = Text(
            f"it needs at least {decimals} decimals (got {shown})", f"至少需要 {decimals} 位小数（只有 {shown} 位）"
        )
        return TaskMark(name, 0.0, worth, WRONG, short, steps)
    if last.judgement is Judgement.CONSISTENT and float(last.printed) == 0.0:
        return TaskMark(name, 0.0, worth, WRONG, ZERO, steps)
    return TaskMark(name, worth, worth, RIGHT, last.reason, steps)


def _unread(sign: Sign) -> Text:
    english, chinese = sign.reason.english, sign.reason.chinese
    return Text(f"line {sign.line} was not understood: {english}", f"第 {sign.line} 行未读懂：{chinese}")


def _verdict(sign: Sign) -> str:
    """The judgement in the vocabulary of torchref.verdict."""
    words = {Judgement.WRONG: "differs", Judgement.CONSISTENT: "consistent", Judgement.NOT_UNDERSTOOD: "not judged"}
    return words.get(sign.judgement, "agrees")


def _hints(name: str, wrong: Sign, last: Sign) -> tuple[Hint, ...]:
    """What is wrong, without the expected number; that is in the detail, for the teacher."""
    expected = wrong.expected or last.expected
    detail = Text(f"{name} must be {expected} (got {last.printed})", f"{name} 应为 {expected}（得到 {last.printed}）")
    if not wrong.readings:
        return (Hint(Text(f"{name} is wrong", f"{name} 不对"), "", name, detail),)
    return tuple(_hint(name, reading, detail) for reading in wrong.readings)


def _hint(name: str, reading: Reading, detail: Text) -> Hint:
    look = reading.look
    english = f"{reading.sentence.english}; look at: {look.english}" if look != NOTHING else reading.sentence.english
    chinese = f"{reading.sentence.chinese}；请检查：{look.chinese}" if look != NOTHING else reading.sentence.chinese
    return Hint(Text(english, chinese), reading.name, name, detail)
