"""Worksheets: what was found in a worksheet or document, for the terminal and as Markdown; in English or Chinese."""

import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.text import Text

from torchref.grade.record import NOTHING
from torchref.grade.sandbox.visible import visible
from torchref.render.columns import new_table
from torchref.worksheets.judgement import Judgement, Sign, WorksheetReport

STYLES = {
    Judgement.RIGHT: ("✓", "green"),
    Judgement.TRUNCATED: ("✓", "green"),
    Judgement.CARRIED: ("✓", "green"),
    Judgement.CONSISTENT: ("≈", "yellow"),
    Judgement.WRONG: ("✗", "bold red"),
    Judgement.NOT_UNDERSTOOD: ("?", "yellow"),
    Judgement.BLANK: ("·", "dim"),
    Judgement.FORMULA: ("·", "dim"),
}

WORDS = {
    "en": {
        "columns": ("line", "quantity", "verdict", "written"),
        "line": "line {line}",
        "must": "{name} must be {expected} (got {printed})",
        "ties": "each of these gives it:",
        "at": "at {at}: ",
        "look": "look at: {look}",
        "signs": "{equations} equations with numbers, {signs} equals signs checked: {counts}",
        "results": "{count} printed results: {counts}",
        "formulas": "{formulas} formulas without numbers; {checked} equals signs in them were checked with the case's",
        "text": "{count} lines of text passed over",
        "none": "nothing to check was found",
    },
    "zh": {
        "columns": ("行", "量", "结论", "写法"),
        "line": "第 {line} 行",
        "must": "{name} 应为 {expected}（得到 {printed}）",
        "ties": "以下任一种都会得到它：",
        "at": "在 {at} 处：",
        "look": "请检查：{look}",
        "signs": "含数字的等式 {equations} 个，检查等号 {signs} 个：{counts}",
        "results": "印出的结果 {count} 个：{counts}",
        "formulas": "不含数字的公式 {formulas} 个；其中 {checked} 个等号已用本例的数值检查",
        "text": "略过文字 {count} 行",
        "none": "没有找到可检查的内容",
    },
}


# What is said within a formula, as in \\text{hidden layer: }.
_LABEL = re.compile(r"\\text\{[^{}]*[^{}\w][^{}]*\}")


def worksheet_table(report: WorksheetReport, language: str = "en", width: int = 100) -> RenderableType:
    """Sign by sign, and below what is to be said of those that are not simply right; then the counts."""
    columns = WORDS[language]["columns"]
    table = new_table(*columns, title=visible(report.source), right=columns[:1])
    shown = [sign for sign in report.signs if sign.has_numbers or sign.judgement in _TOLD]
    verdicts = [f"{STYLES[sign.judgement][0]} {sign.judgement.say(language)}" for sign in shown]
    names = [_short(sign.written, 30) for sign in shown]
    taken = 12 + max((cell_len(text) for text in names), default=0) + max((cell_len(v) for v in verdicts), default=0)
    for sign, name, verdict in zip(shown, names, verdicts, strict=True):
        cells = (
            Text(name),
            Text(verdict, style=STYLES[sign.judgement][1]),
            Text(written(sign, max(24, width - taken))),
        )
        table.add_row(str(sign.line), *cells)
    said = [Text("\n" + "\n".join(lines)) for sign in report.signs if (lines := sign_lines(sign, language))]
    return Group(table, *said, Text("\n" + "\n".join(summary(report, language))))


def written(sign: Sign, width: int = 60) -> str:
    """What stands on both sides, cut where it is long."""
    return f"{_short(sign.left, width // 2 - 2)} = {_short(sign.right, width // 2 - 2)}"


def _short(text: str, width: int) -> str:
    text = " ".join(visible(_LABEL.sub("", text)).split())
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def sign_lines(sign: Sign, language: str = "en") -> list[str]:
    """What is to be said of an equals sign: nothing where it is simply right."""
    is_told = sign.judgement in _TOLD or (sign.reason != NOTHING and sign.has_numbers)
    return list(_lines(sign, language)) if is_told else []


_TOLD = (Judgement.WRONG, Judgement.NOT_UNDERSTOOD)


def _lines(sign: Sign, language: str) -> Iterator[str]:
    words, reason = WORDS[language], sign.reason.say(language)
    head = str(words["line"]).format(line=sign.line)
    colon, semicolon = ("：", "；") if language == "zh" else (": ", "; ")
    said = [reason] if reason else []
    if sign.judgement is Judgement.WRONG and sign.expected and sign.expected != sign.printed:
        name = visible(sign.written or sign.name)
        said.insert(0, str(words["must"]).format(name=name, expected=sign.expected, printed=visible(sign.printed)))
    elif not said:
        said = [written(sign)]
    what = f"{sign.judgement.say(language)}{colon}{visible(semicolon.join(said))}"
    yield f"{STYLES[sign.judgement][0]} {head}{colon}{what}"
    if len(sign.readings) > 1:
        yield f"  {words['ties']}"
    for reading in sign.readings:
        at = str(words["at"]).format(at=reading.at) if reading.at else ""
        yield f"  → {at}{reading.sentence.say(language)}  [{reading.name}]"
    for look in dict.fromkeys(reading.look.say(language) for reading in sign.readings[:1] if reading.look != NOTHING):
        yield "  " + str(words["look"]).format(look=look)


def summary(report: WorksheetReport, language: str = "en") -> list[str]:
    """How much was found, and what became of it."""
    words = WORDS[language]
    if not report.signs:
        return [str(words["none"])]
    signs = sum(sign.has_numbers for sign in report.signs)
    lines = [
        str(words["signs"]).format(equations=report.equations, signs=signs, counts=_counted(report.counts, language))
    ]
    if report.results:
        count, counts = sum(report.results.values()), _counted(report.results, language)
        lines.append(str(words["results"]).format(count=count, counts=counts))
    if report.formulas:
        lines.append(str(words["formulas"]).format(formulas=report.formulas, checked=report.formulas_checked))
    if report.text_lines:
        lines.append(str(words["text"]).format(count=report.text_lines))
    return lines


def _counted(counts: dict[Judgement, int], language: str) -> str:
    comma = "，" if language == "zh" else ", "
    always = (Judgement.RIGHT, Judgement.WRONG)
    return comma.join(
        f"{count} {judgement.say(language)}" for judgement, count in counts.items() if count or judgement in always
    )


def worksheet_markdown(report: WorksheetReport, language: str = "en") -> str:
    """The same as Markdown: a table, the sentences as a list, the counts."""
    columns = WORDS[language]["columns"]
    rows = [f"| {' | '.join(columns)} |", "|---:|---|---|---|"]
    for sign in report.signs:
        if sign.has_numbers:
            verdict = f"{STYLES[sign.judgement][0]} {sign.judgement.say(language)}"
            cells = (str(sign.line), sign.written, verdict, written(sign))
            rows.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    said = ["- " + "\n  ".join(lines) for sign in report.signs if (lines := sign_lines(sign, language))]
    return "\n".join([*rows, "", *said, *([""] if said else []), *summary(report, language)]) + "\n"


def _cell(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
