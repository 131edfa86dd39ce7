"""junit: JUnit XML, a suite a student and a case a task; the points are properties, for JUnit knows no score."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

from torchref.grade.exports.exporter import ClassContext, Exported, class_export
from torchref.grade.exports.mark import mark_of, number, task_of
from torchref.grade.exports.untrusted import one_line, plain
from torchref.grade.exports.words import headline, reason_of, task_feedback
from torchref.grade.record import RIGHT, UNUSABLE, Item, Outline, Record, TaskMark


@class_export("junit", "JUnit XML, for dashboards of continuous integration")
def write_junit(outline: Outline, records: Iterable[Record], target: Path, context: ClassContext) -> Exported:
    """Writes the XML, one suite after the other; what was not judged is skipped, what could not be run an error."""
    marks, left_open = 0, []
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n')
        file.write(f"<testsuites name={quoteattr(one_line(outline.name))}>\n")
        for record in records:
            mark = mark_of(outline, record)
            if mark is None:
                left_open.append(record.student)
            else:
                marks += 1
            suite = _suite(outline, record, mark, context.language)
            file.write(ElementTree.tostring(suite, encoding="unicode") + "\n")
        file.write("</testsuites>\n")
    return Exported(marks, tuple(left_open))


def _suite(outline: Outline, record: Record, mark: float | None, language: str) -> ElementTree.Element:
    cases = [_case(outline, item, record, language) for item in outline.items]
    count = {kind: sum(case.find(kind) is not None for case in cases) for kind in ("error", "failure", "skipped")}
    attributes = {
        "name": one_line(f"{outline.name}/{record.student}"),
        "errors": str(count["error"]),
        "failures": str(count["failure"]),
        "skipped": str(count["skipped"]),
        "tests": str(len(cases)),
        "time": number(record.seconds),
    }
    suite = ElementTree.Element("testsuite", attributes)
    _properties(suite, {"max_score": outline.points} | ({} if mark is None else {"score": mark}))
    suite.extend(cases)
    return suite


def _case(outline: Outline, item: Item, record: Record, language: str) -> ElementTree.Element:
    mark = task_of(record, item.name)
    names = {"classname": one_line(f"{outline.name}.{record.student}"), "name": one_line(item.name), "time": "0"}
    case = ElementTree.Element("testcase", names)
    if mark is None and record.status == UNUSABLE:
        _properties(case, {"score": 0.0, "max_score": item.points})
        ElementTree.SubElement(case, "error", {"message": reason_of(record, language), "type": UNUSABLE})
        return case
    if mark is not None and not mark.is_open:
        _properties(case, {"score": mark.points, "max_score": mark.max_points})
    if mark is None or not mark.is_judged:
        ElementTree.SubElement(case, "skipped", {"message": headline(mark, language)})
        return case
    if mark.verdict != RIGHT:
        _failure(case, mark, language)
    if mark.said.strip():
        ElementTree.SubElement(case, "system-out").text = plain(mark.said)
    return case


def _failure(case: ElementTree.Element, mark: TaskMark, language: str) -> None:
    message = mark.hints[0].text.say(language) if mark.hints else headline(mark, language)
    failure = ElementTree.SubElement(case, "failure", {"message": one_line(message), "type": mark.verdict})
    failure.text = plain(task_feedback(mark, language))


def _properties(element: ElementTree.Element, points: dict[str, float]) -> None:
    properties = ElementTree.SubElement(element, "properties")
    for name, value in points.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": number(value)})
