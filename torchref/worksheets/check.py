"""Check: a worksheet or document in, its report out."""

from collections.abc import Mapping
from pathlib import Path

from manual.case import Case
from torchref.errors import must_be
from torchref.worksheets import bounds
from torchref.worksheets.judge import Judge
from torchref.worksheets.judgement import WorksheetReport
from torchref.worksheets.naming import Namer
from torchref.worksheets.sides import resolve_sides
from torchref.worksheets.solution import Solution
from torchref.worksheets.source import read
from torchref.worksheets.transfer import Reading, read_text
from torchref.worksheets.vocabulary import Vocabulary


def check_text(
    text: str,
    case: Case,
    aliases: Mapping[str, str] | None = None,
    *,
    source: str = "worksheet",
    case_name: str = "case",
    suffix: str = ".md",
    name_mistakes: bool = True,
) -> WorksheetReport:
    """Checks every equals sign of a text; see check_reading.

    text       within the bounds of source.decode
    suffix     .md, .txt, .csv or .tex: how equations stand in it
    """
    reading = read_text(text, suffix, source)
    return check_reading(reading, case, aliases, source=source, case_name=case_name, name_mistakes=name_mistakes)


def check_reading(
    reading: Reading,
    case: Case,
    aliases: Mapping[str, str] | None = None,
    *,
    source: str = "worksheet",
    case_name: str = "case",
    name_mistakes: bool = True,
) -> WorksheetReport:
    """Checks every equals sign of a text that has been read.

    aliases    further names: word -> a number of the case, its opposite, or a formula
    name_mistakes    whether to look for the mistakes behind wrong numbers
    Raises     InputError where the case is none that names reach, or the text is beyond bounds
    """
    solution = Solution(case)
    vocabulary = Vocabulary(solution, aliases)
    scanned = reading.scanned
    pairs = zip(scanned.equations, reading.sides, strict=True)
    read = [(equation, resolve_sides(sides, vocabulary)) for equation, sides in pairs]
    if (work := sum(side.work for _, sides in read for side in sides)) > bounds.MOST_WORK:
        raise must_be(source, f"at most {bounds.MOST_WORK} numbers, names and operations in its equations", work)
    judge = Judge(vocabulary, Namer(solution) if name_mistakes else None)
    signs = [sign for equation, sides in read for sign in judge.equation(equation, sides)]
    numeric = sum(any(side.is_numeric or side.is_blank for side in sides) for _, sides in read)
    formulas = len(read) - numeric
    return WorksheetReport(source, case_name, scanned.lines, scanned.text_lines, numeric, formulas, tuple(signs))


def check_file(
    path: Path, case: Case, aliases: Mapping[str, str] | None = None, case_name: str = "case"
) -> WorksheetReport:
    """Checks a file; raises InputError if there is no text to read in it."""
    return check_text(read(path), case, aliases, source=str(path), case_name=case_name, suffix=path.suffix.lower())
