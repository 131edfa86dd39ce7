"""Hints: what a student is told of a wrong answer: which quantity, and what the mistake is; never what is right.

The detail, for the teacher, is the proof-reader's own report with the expected numbers.
"""

from collections.abc import Iterator

from torchref.diagnosis import Finding
from torchref.grade.record import Hint, Text
from torchref.grade.tasks.task import Judged
from torchref.render.report import finding_lines
from torchref.steps import StepVerdict
from torchref.verdict import Verdict

# A difference that leaves so many digits and that no known mistake explains is what a numerical derivative leaves.
NUMERICAL = (4.0, 12.0)


def hints_of(judged: Judged, is_derivative: bool = False) -> Iterator[Hint]:
    """A hint for each quantity that is itself at fault, then what is to be said besides."""
    found = set()
    for finding in judged.report.findings:
        found |= {finding.step.name, *finding.shows_in}
        yield _of_finding(finding, judged, is_derivative)
    for step in judged.report.steps:
        if step.name in judged.asked and step.name not in found and (step.verdict.is_wrong or _is_missing(step)):
            name = judged.asked[step.name]
            text = _plain(name, step)
            yield Hint(text, "", name, text)
    for name in judged.empty:
        if judged.verdict(name) is Verdict.CONSISTENT:
            label = judged.asked[name]
            english = f"{label} is 0 throughout: it follows from a wrong value before it, and shows nothing"
            text = Text(english, f"{label} 全为 0：它由前面的错误值得出，看不出对错")
            yield Hint(text, "", label, text)
    for note in judged.report.notes:
        yield Hint(Text(note.english, note.chinese), "", "", Text(note.english, note.chinese))


def named_in(judged: Judged, is_derivative: bool = False) -> set[str]:
    """The mistakes that the hints name, each alone."""
    return {n for hint in hints_of(judged, is_derivative) for n in hint.mistake.replace(" + ", " / ").split(" / ")}


def _is_missing(step: StepVerdict) -> bool:
    return step.verdict is Verdict.MISSING


def _of_finding(finding: Finding, judged: Judged, is_derivative: bool) -> Hint:
    name = judged.asked.get(finding.step.name, finding.step.name)
    if finding.shows_in:
        name = ", ".join(dict.fromkeys(judged.asked.get(shown, shown) for shown in finding.shows_in))
    detail = Text(*("\n".join(finding_lines(finding, language)) for language in ("en", "zh")))
    if finding.explanations:
        english, chinese = (
            f"{name}{colon}" + or_.join(dict.fromkeys(e.sentence(language) for e in finding.explanations))
            for language, colon, or_ in (("en", ": ", "; or "), ("zh", "：", "；或者"))
        )
        looks = dict.fromkeys((m.look, m.look_chinese) for m in finding.explanations[0].mistakes)
        for look, look_chinese in looks:
            english, chinese = f"{english}. Look at: {look}", f"{chinese}。请检查：{look_chinese}"
        mistake = " / ".join(dict.fromkeys(e.name for e in finding.explanations))
        return Hint(Text(english, chinese), mistake, name, detail)
    digits = finding.step.comparison.digits
    if is_derivative and finding.step.verdict is Verdict.DIFFERS and NUMERICAL[0] <= digits <= NUMERICAL[1]:
        english = f"{name} is right to {digits:.0f} digits only, as a numerical derivative is: derive it"
        text = Text(english, f"{name} 只有 {digits:.0f} 位正确，像是数值微分的结果：请推导公式")
        return Hint(text, "numerical-derivative", name, detail)
    return Hint(_plain(name, finding.step), "", name, detail)


def _plain(name: str, step: StepVerdict) -> Text:
    """What is wrong with a quantity, where no mistake is known for it."""
    c = step.comparison
    if step.verdict is Verdict.MISSING:
        return Text(f"{name} was not returned", f"没有返回 {name}")
    if step.verdict is Verdict.NOT_FINITE:
        return Text(
            f"{name} must be finite (got {c.got} at {list(c.index)})",
            f"{name} 应为有限数（{list(c.index)} 处为 {c.got}）",
        )
    if step.verdict is not Verdict.DIFFERS:
        return Text(
            f"{name}: {step.verdict}: {c.reason}", f"{name}：{_CHINESE.get(step.verdict, '无法判断')}：{c.reason}"
        )
    if not c.index:
        return Text(f"{name} is not {c.got:.9g}", f"{name} 不是 {c.got:.9g}")
    place = f"{list(c.index)}"
    return Text(
        f"{name}: {c.wrong} of {c.size} elements are wrong; the worst is at {place}, where it has {c.got:.9g}",
        f"{name}：{c.size} 个元素中有 {c.wrong} 个错误；最差的在 {place}，其值为 {c.got:.9g}",
    )


_CHINESE = {Verdict.WRONG_SHAPE: "形状不对", Verdict.WRONG_DTYPE: "数据类型不对"}
