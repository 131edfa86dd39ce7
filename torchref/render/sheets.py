"""Sheets: a worksheet to hand out, and its marking scheme, as Markdown, CSV or TeX; each reads back as a worksheet."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import groupby

from torchref.worksheets.sheet import Line, Sheet

WORDS = {
    "en": {
        "worksheet": "Worksheet",
        "scheme": "Marking scheme",
        "do": "Put a value, or a calculation and its value, in the place of each blank.",
        "check": "Check it: `torchref check FILE --case {case}`",
        "accept": "Right: rounded or cut off, with the least decimals or more; or following from an earlier mistake.",
        "columns": ("quantity", "value", "points", "least decimals"),
        "point": "{points:g} of {total:g} points; at least {decimals} decimals",
    },
    "zh": {
        "worksheet": "练习",
        "scheme": "评分标准",
        "do": "请在每个空白处填上数值，或算式及其结果。",
        "check": "检查：`torchref check FILE --case {case}`",
        "accept": "四舍五入或截断均可，至少写出所给的小数位数；由先前的错误正确推出的结果同样得分。",
        "columns": ("量", "值", "分值", "最少小数位"),
        "point": "{points:g} 分（共 {total:g} 分）；至少 {decimals} 位小数",
    },
}


def sheet_text(sheet: Sheet, form: str = "md", language: str = "en", *, scheme: bool = False) -> str:
    """The sheet, or its marking scheme, in a form: md, csv or tex."""
    return {"md": _markdown, "csv": _csv, "tex": _tex}[form](sheet, language, scheme)


def _sections(sheet: Sheet, language: str) -> Iterator[tuple[str, list[Line]]]:
    for section, lines in groupby(sheet.lines, lambda line: line.section):
        yield section.say(language), list(lines)


def _head(sheet: Sheet, language: str, scheme: bool) -> str:
    words = WORDS[language]
    return f"{words['scheme' if scheme else 'worksheet']}: {sheet.title.say(language)}"


def _markdown(sheet: Sheet, language: str, scheme: bool) -> str:
    words = WORDS[language]
    command = str(words["check"]).format(case=sheet.case)
    if scheme:
        columns = words["columns"]
        rows = [f"| {line.name} | {line.value} | {line.points:g} | {line.decimals} |" for line in sheet.blanks]
        table = [f"| {' | '.join(columns)} |", "|---|---:|---:|---:|", *rows]
        return "\n".join([f"# {_head(sheet, language, scheme)}", "", str(words["accept"]), "", *table, ""])
    lines = [f"# {_head(sheet, language, scheme)}", "", f"{words['do']} {command}"]
    for section, numbers in _sections(sheet, language):
        lines += ["", f"## {section}", ""]
        lines += [f"- {line.name} = {'____' if line.is_blank else line.value}" for line in numbers]
    return "\n".join(lines) + "\n"


def _csv(sheet: Sheet, language: str, scheme: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if scheme:
        writer.writerow(("name", "value", "points", "decimals"))
        writer.writerows((line.name, line.value, f"{line.points:g}", line.decimals) for line in sheet.blanks)
    else:
        writer.writerow(("name", "value"))
        writer.writerows((line.name, "" if line.is_blank else line.value) for line in sheet.lines)
    return text.getvalue()


def _tex(sheet: Sheet, language: str, scheme: bool) -> str:
    words = WORDS[language]
    package = "\\usepackage[UTF8]{ctex}\n" if language == "zh" else ""
    head = f"\\documentclass{{article}}\n{package}\\begin{{document}}\n\\section*{{{_head(sheet, language, scheme)}}}\n"
    if scheme:
        total = sum(line.points for line in sheet.blanks)
        items = [
            f"\\item ${tex_name(line.name)} = {line.value}$ ({_points(line, total, language)})" for line in sheet.blanks
        ]
        return f"{head}{words['accept']}\n{_itemize(items)}\\end{{document}}\n"
    blank = "\\underline{\\hspace{8em}}"
    body = f"{words['do']}\n"
    for section, lines in _sections(sheet, language):
        items = [f"\\item ${tex_name(line.name)} = {blank if line.is_blank else line.value}$" for line in lines]
        body += f"\\subsection*{{{section}}}\n{_itemize(items)}"
    return f"{head}{body}\\end{{document}}\n"


def _points(line: Line, total: float, language: str) -> str:
    return str(WORDS[language]["point"]).format(points=line.points, total=total, decimals=line.decimals)


def _itemize(items: list[str]) -> str:
    return "\\begin{itemize}\n" + "\n".join(items) + "\n\\end{itemize}\n"


def tex_name(name: str) -> str:
    r"""A name as the document writes it in TeX: out_{h1}, w_{5}^{+}, \frac{\partial E_{total}}{\partial w_{5}}."""
    if name.startswith("∂"):
        of, _, by = name[1:].partition("/∂")
        return f"\\frac{{\\partial {tex_name(of)}}}{{\\partial {tex_name(by)}}}"
    if name == "η":
        return "\\eta"
    base, new = name.removesuffix("+"), "^{+}" if name.endswith("+") else ""
    word, underscore, index = base.partition("_")
    if not underscore and (found := re.fullmatch(r"([A-Za-z]+)(\d+)", base)):
        word, index = found[1], found[2]
    return f"{word}_{{{index}}}{new}" if index else f"{word}{new}"
