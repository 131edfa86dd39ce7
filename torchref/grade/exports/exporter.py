"""Exporter: the two kinds of exports, for a class and for one submission on a platform, and the table of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from torchref.errors import must_be, unknown
from torchref.grade.record import Outline, Record

if TYPE_CHECKING:
    from torchref.grade.roster import Student


@dataclass(frozen=True)
class ClassContext:
    """What a class export may be given besides marks.

    roster      student id -> student; names and emails come from it
    sheet       the file that the platform gave, which the export fills
    column      the title or id of the sheet's column, by default the assignment's title or name
    feedback    the title of the sheet's column of feedback, where its header is in a language not known here
    language    of the sentences: en or zh
    """

    roster: Mapping[str, Student] = field(default_factory=dict)
    sheet: Path | None = None
    column: str = ""
    feedback: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Exported:
    """What came of a class export: how many marks were written, and whatever somebody must know of the rest.

    left_open       students whose mark is open: their cells are as they were
    without_row     students who have a record and no row in the sheet
    without_record  rows of the sheet for which there is no record
    warnings        sentences
    """

    marks: int
    left_open: tuple[str, ...] = ()
    without_row: tuple[str, ...] = ()
    without_record: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResultContext:
    """What the results of one submission may be given besides its record.

    language      of the sentences: en or zh
    environment   the platform's variables
    submitted     when the submission was made, in ISO 8601; graded, when it was judged, likewise; "" if not known
    visibility    when students see the results, in the platform's words; "" leaves it to the platform
    with_numbers  whether hints give the expected numbers
    """

    language: str = "en"
    environment: Mapping[str, str] = field(default_factory=dict)
    submitted: str = ""
    graded: str = ""
    visibility: str = ""
    with_numbers: bool = False


ClassWriter = Callable[[Outline, Iterable[Record], Path, ClassContext], Exported]
Renderer = Callable[[Outline, Record, ResultContext], str]


@dataclass(frozen=True)
class ClassExport:
    """A class export: what it is called, what it is, how it is written, and whether it fills a given sheet."""

    name: str
    about: str
    write: ClassWriter
    fills_sheet: bool = False


@dataclass(frozen=True)
class ResultExport:
    """The results of one submission, for one platform: a pure function of the record gives the file's text."""

    name: str
    about: str
    render: Renderer
    file: str


CLASS_EXPORTS: dict[str, ClassExport] = {}
RESULT_EXPORTS: dict[str, ResultExport] = {}


def class_export(name: str, about: str, fills_sheet: bool = False) -> Callable[[ClassWriter], ClassWriter]:
    """Puts a writer into the table of class exports."""

    def enter(write: ClassWriter) -> ClassWriter:
        assert name not in CLASS_EXPORTS, name
        CLASS_EXPORTS[name] = ClassExport(name, about, write, fills_sheet)
        return write

    return enter


def result_export(name: str, about: str, file: str = "results.json") -> Callable[[Renderer], Renderer]:
    """Puts a renderer into the table of results."""

    def enter(render: Renderer) -> Renderer:
        assert name not in RESULT_EXPORTS, name
        RESULT_EXPORTS[name] = ResultExport(name, about, render, file)
        return render

    return enter


def export_class(
    name: str, outline: Outline, records: Iterable[Record], target: Path, context: ClassContext | None = None
) -> Exported:
    """Writes the marks of a class to a file, in the format of that name.

    Raises    InputError if there is no such format, or it needs a sheet and none is given
    """
    if name not in CLASS_EXPORTS:
        raise unknown("format", name, CLASS_EXPORTS)
    context = context or ClassContext()
    export = CLASS_EXPORTS[name]
    if export.fills_sheet and context.sheet is None:
        raise must_be(f"{name}'s sheet", "the file that the platform exported", "none", "download it and give it")
    return export.write(outline, records, target, context)


def export_result(name: str, outline: Outline, record: Record, context: ResultContext | None = None) -> str:
    """The text of the file with the results of one submission, in the format of that name.

    Raises    InputError if there is no such format · NotJudgedError where the format cannot say that a mark is open
    """
    if name not in RESULT_EXPORTS:
        raise unknown("format", name, RESULT_EXPORTS)
    return RESULT_EXPORTS[name].render(outline, record, context or ResultContext())
