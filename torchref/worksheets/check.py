"""Check: a worksheet or document in, its report out."""

from collections.abc import Mapping
from pathlib import Path

from manual.case import Case
from torchref.errors import must_be
from torchref.worksheets import bounds
from torchref.worksheets.judge import Judge
from torchref.worksheets.judgement import WorksheetReport
from torchref.worksheets.naming import Namer
from torchref.worksheets.scan import Equation, Scanned, scan
from torchref.worksheets.sides import read_sides
from torchref.worksheets.solution import Solution
from torchref.worksheets.source import read
from torchref.worksheets.tables import rows_of_csv
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
    """Checks every equals sign of a text.

    text       within the bounds of source.decode
    aliases    further names: word -> a number of the case, its opposite, or a formula
    suffix     .md, .txt, .csv or .tex: how equations stand in it
    name_mistakes    whether to look for the mistakes behind wrong numbers
    Raises     InputError where the case is none that names reach, or the text is beyond bounds
    """
    solution = Solution(case)
    vocabulary = Vocabulary(solution, aliases)
    scanned = scanned_text(text, suffix)
    read = [(equation, read_sides(equation, vocabulary)) for equation in _bounded(scanned, source)]
    if (work := sum(side.work for _, sides in read for side in sides)) > bounds.MOST_WORK:
        raise must_be(source, f"at most {bounds.MOST_WORK} numbers, names and operations in its equations", work)
    judge = Judge(vocabulary, Namer(solution) if name_mistakes else None)
    signs = [sign for equation, sides in read for sign in judge.equation(equation, sides)]
    numeric = sum(any(side.is_numeric or side.is_blank for side in sides) for _, sides in read)
    formulas = len(read) - numeric
    return WorksheetReport(source, case_name, scanned.lines, scanned.text_lines, numeric, formulas, tuple(signs))


def _bounded(scanned: Scanned, source: str) -> tuple[Equation, ...]:
    """The equations, if reading them is no endless work: each sign and each character costs something."""
    sides = sum(len(equation.parts) for equation in scanned.equations)
    characters = sum(len(part) for equation in scanned.equations for part in equation.parts)
    if sides > bounds.MOST_SIDES or characters > bounds.MOST_EQUATION_CHARACTERS:
        expected = f"at most {bounds.MOST_SIDES} sides of equations with {bounds.MOST_EQUATION_CHARACTERS} characters"
        raise must_be(source, expected, f"{sides} with {characters}")
    return scanned.equations


def scanned_text(text: str, suffix: str) -> Scanned:
    """The equations of a text of a kind."""
    if suffix != ".csv":
        return scan(text, suffix == ".tex")
    equations = tuple(rows_of_csv(text))
    lines = text.count("\n") + (not text.endswith("\n"))
    return Scanned(equations, lines, max(0, sum(bool(line.strip()) for line in text.split("\n")) - len(equations)))


def check_file(
    path: Path, case: Case, aliases: Mapping[str, str] | None = None, case_name: str = "case"
) -> WorksheetReport:
    """Checks a file; raises InputError if there is no text to read in it."""
    return check_text(read(path), case, aliases, source=str(path), case_name=case_name, suffix=path.suffix.lower())
