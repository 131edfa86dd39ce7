"""Report: a report as text, for terminals and test failures, and as HTML, for notebooks; in English or Chinese."""

from html import escape

from torchref.compare import Comparison
from torchref.diagnosis import Finding
from torchref.end_to_end import worst
from torchref.report import Report
from torchref.steps import StepVerdict
from torchref.verdict import Verdict

MARKS = {Verdict.AGREES: "✓", Verdict.CONSISTENT: "≈", Verdict.MISSING: "·", Verdict.NOT_JUDGED: "?"}

WORDS = {
    "en": {
        "agrees": "agrees",
        "differs": "differs",
        "not judged": "not judged",
        "given": "{text}, given what went into it",
        "must": "{place} must be {expected:.9g} (got {got:.9g}): off by {off:.2g}, allowed {allowed:.2g}",
        "why": " (rounding of {n} operations on numbers of size {size:.2g})",
        "many": "; {wrong} of {size} elements differ",
        "pass": "; it agrees to {digits:.1f} digits, and would pass a relative tolerance of {rtol:.1g}",
        "finite": "{place} must be finite (got {got})",
        "plain": "{name}: {verdict}, {reason}",
        "unexplained": "no known mistake explains it",
        "ties": "either of these gives it:",
        "digits": " (to {digits:.0f} digits)",
        "look": "look at: {look}",
        "shows": "it shows in {names}",
        "behind": "right given the wrong values that they received: {names}",
        "summary": "{right} of {judged} quantities agree",
        "missing": "{count} were not handed over",
        "end": "end to end, digits right (the worst of each kind): {worst}",
    },
    "zh": {
        "agrees": "一致",
        "differs": "有差异",
        "not judged": "无法判断",
        "given": "就其输入而言，{text}",
        "must": "{place} 应为 {expected:.9g}（得到 {got:.9g}）：差 {off:.2g}，允许 {allowed:.2g}",
        "why": "（{n} 次舍入，数值大小 {size:.2g}）",
        "many": "；{size} 个元素中有 {wrong} 个不同",
        "pass": "；一致到 {digits:.1f} 位，相对误差放宽到 {rtol:.1g} 才会通过",
        "finite": "{place} 应为有限数（得到 {got}）",
        "plain": "{name}：{verdict}，{reason}",
        "unexplained": "没有已知的错误能解释它",
        "ties": "以下任一种都会得到它：",
        "digits": "（吻合 {digits:.0f} 位）",
        "look": "请检查：{look}",
        "shows": "体现在 {names}",
        "behind": "就收到的错误值而言是对的：{names}",
        "summary": "{judged} 个量中有 {right} 个一致",
        "missing": "{count} 个没有给出",
        "end": "从头到尾正确的位数（各类中最差的）：{worst}",
    },
}


def sentence(comparison: Comparison, language: str = "en") -> str:
    """What a quantity must be and what it is, how far off, how far is allowed and why, and what would let it pass."""
    c, words = comparison, WORDS[language]
    if c.verdict is Verdict.DIFFERS:
        off = abs(c.got - c.expected)
        text = words["must"].format(place=c.place, expected=c.expected, got=c.got, off=off, allowed=c.allowed)
        text += words["why"].format(n=c.operations, size=c.magnitude) if c.operations else ""
        text += words["many"].format(wrong=c.wrong, size=c.size) if c.size > 1 else ""
        return text + words["pass"].format(digits=c.digits, rtol=10**-c.digits)
    if c.verdict is Verdict.NOT_FINITE:
        return words["finite"].format(place=c.place, got=c.got)
    return words["plain"].format(name=c.name, verdict=c.verdict, reason=c.reason).removesuffix(", ").removesuffix("，")


def finding_lines(finding: Finding, language: str = "en") -> list[str]:
    """A finding as lines: what is wrong, what the mistake is, what to look at."""
    words, step = WORDS[language], finding.step
    head = f"✗ {step.function}: " + (
        words["given"].format(text=sentence(step.comparison, language))
        if not finding.shows_in
        else words["shows"].format(names=", ".join(finding.shows_in))
    )
    lines = [head]
    if step.verdict is Verdict.DIFFERS and not finding.explanations:
        lines.append(f"  {words['unexplained']}")
    if len(finding.explanations) > 1:
        lines.append(f"  {words['ties']}")
    for e in finding.explanations:
        place = f"{e.at}: " if e.at and len(finding.explanations) > 1 else ""
        lines.append(f"  → {place}{e.sentence(language)}{words['digits'].format(digits=e.digits)}  [{e.name}]")
    looks = dict.fromkeys(
        m.look_chinese if language == "zh" else m.look for e in finding.explanations[:1] for m in e.mistakes
    )
    return lines + [f"  {words['look'].format(look=look)}" for look in looks]


def summary(report: Report, language: str = "en") -> str:
    """How many quantities agree, of how many that could be judged."""
    words = WORDS[language]
    right = sum(s.verdict is Verdict.AGREES or s.name in report.excused for s in report.judged)
    text = words["summary"].format(right=right, judged=len(report.judged))
    missing = sum(s.verdict is Verdict.MISSING for s in report.steps)
    return text + (", " + words["missing"].format(count=missing) if missing else "")


def _behind(report: Report) -> list[str]:
    return [s.name for s in report.steps if s.verdict is Verdict.CONSISTENT]


def report_lines(report: Report, language: str = "en") -> list[str]:
    """The report as lines: the verdict, each finding, what follows from them, and the notes."""
    words = WORDS[language]
    if report.crashed:
        return [f"{report.title}: {words['not judged']}: {report.crashed}"]
    lines = [f"{report.title}: {words[str(report.verdict)]}; {summary(report, language)}"]
    for finding in report.errors:
        lines += finding_lines(finding, language)
    if behind := _behind(report):
        lines.append("≈ " + words["behind"].format(names=", ".join(behind)))
    if report.end_to_end:
        rooms = (f"{room} {digits:.1f}" for room, digits in worst(report.end_to_end).items())
        lines.append("· " + words["end"].format(worst=", ".join(rooms)))
    return lines + [f"· {note.sentence(language)}" for note in report.notes]


def report_text(report: Report, language: str = "en") -> str:
    """The report as plain text."""
    return "\n".join(report_lines(report, language))


def report_html(report: Report, language: str = "en") -> str:
    """The report as an HTML fragment: the same lines, and a table of every quantity."""
    lines = "".join(
        f"<div style='white-space:pre-wrap'>{escape(line)}</div>" for line in report_lines(report, language)
    )
    rows = "".join(
        _row(step, report.end_to_end.get(step.name)) for step in report.steps if step.verdict is not Verdict.MISSING
    )
    head = "<tr><th>quantity</th><th>verdict</th><th>worst</th><th>allowed</th><th>digits</th><th>end to end</th></tr>"
    table = f"<details><summary>{escape(summary(report, language))}</summary><table>{head}{rows}</table></details>"
    return f"<div class='torchref-report'>{lines}{table if rows else ''}</div>"


def _row(step: StepVerdict, end_to_end: float | None) -> str:
    c, mark = step.comparison, MARKS.get(step.verdict, "✗")
    numbers = [f"{abs(c.got - c.expected):.1e}", f"{c.allowed:.1e}", f"{c.digits:.1f}"]
    numbers = [*numbers, "" if end_to_end is None else f"{end_to_end:.1f}"]
    cells = "".join(f"<td style='text-align:right'>{n}</td>" for n in numbers)
    return f"<tr><td>{escape(c.name)}</td><td>{mark} {escape(str(step.verdict))}</td>{cells}</tr>"
