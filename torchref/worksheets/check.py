"""Check: a worksheet or document in, its report out."""

from collections.abc import Mapping
from pathlib import Path

from manual.case import Case
from torchref.worksheets.judge import Judge
from torchref.worksheets.judgement import WorksheetReport
from torchref.worksheets.naming import Namer
from torchref.worksheets.scan import Scanned, scan
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
    Raises     InputError where the case is none that names reach
    """
    solution = Solution(case)
    vocabulary = Vocabulary(solution, aliases)
    scanned = scanned_text(text, suffix)
    judge = Judge(vocabulary, Namer(solution) if name_mistakes else None)
    signs = [sign for equation in scanned.equations for sign in judge.equation(equation)]
    numeric = sum(any(s.is_numeric or s.is_blank for s in read_sides(e, vocabulary)) for e in scanned.equations)
    formulas = len(scanned.equations) - numeric
    return WorksheetReport(source, case_name, scanned.lines, scanned.text_lines, numeric, formulas, tuple(signs))


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
