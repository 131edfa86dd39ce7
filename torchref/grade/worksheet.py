"""Worksheet: a sheet of paper as a submission: its blanks are the tasks, each worth its points.

The text is read in the grader's own process, within the bounds of torchref.worksheets.bounds (a mebibyte, forty
brackets deep, exponents to 400), by a parser that knows numbers, names and arithmetic and can run nothing. A sandbox
keeps code from doing harm; here there is no code, and its child could hand back nothing but verdicts, which a grader
must not believe. Whoever wants the same fence around it all the same can call mark_worksheet in a child: this module
and all it imports need the standard library and NumPy alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from manual.case import Case
from torchref.grade.record import NOT_JUDGED, NOTHING, RIGHT, WRONG, Hint, Item, Outline, TaskMark, Text
from torchref.worksheets.check import check_text
from torchref.worksheets.judgement import Judgement, Reading, Sign
from torchref.worksheets.operands import decimals_of
from torchref.worksheets.sheet import Line, canonical_names, make_sheet
from torchref.worksheets.solution import Solution
from torchref.worksheets.source import SUFFIXES, decode

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

    @property
    def lines(self) -> tuple[Line, ...]:
        """The blanks, with their values and points."""
        return make_sheet(self.case, self.case_name, self.title, self.blanks, self.points).blanks

    @property
    def outline(self) -> Outline:
        """The assignment as gradebooks know it."""
        items = tuple(Item(line.name, Text(line.name, line.name), line.points) for line in self.lines)
        return Outline(self.name, self.title, items)

    def mark(self, raw: bytes, file: str = "answers.md") -> tuple[TaskMark, ...]:
        """The marks of a submission; raises InputError if it is no text that can be read."""
        suffix = file[file.rfind(".") :].lower()
        return mark_worksheet(decode(raw, file), self.case, self.lines, self.aliases, suffix=suffix)


def document_worksheet() -> WorksheetAssignment:
    """What the document leaves to its reader: six updated weights and the derivatives by both biases."""
    from manual import document

    title = Text("The document's example: what it leaves to the reader", "文档中的例子：留给读者的部分")
    return WorksheetAssignment("document_worksheet", title, document.example(), "document")


def mark_worksheet(
    text: str,
    case: Case,
    blanks: Sequence[str] | Sequence[Line],
    aliases: Mapping[str, str] | None = None,
    *,
    points: float = 1.0,
    suffix: str = ".md",
) -> tuple[TaskMark, ...]:
    """The marks of a filled-in worksheet, a task for each blank; what follows from an earlier mistake earns its points.

    blanks    their names, each worth `points`, or lines of a sheet with points of their own
    """
    report = check_text(text, case, aliases, suffix=suffix)
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
