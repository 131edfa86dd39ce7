"""What the tests of worksheets share: the texts of tests/worksheets/data, checked against their cases."""

from pathlib import Path

from torchref.case_file import named_case_file
from torchref.worksheets import check_text

DATA = Path(__file__).parent / "data"
DOCUMENT = DATA / "document_equations.md"


def check(text, case="document", suffix=".md", **options):
    """The report on a text."""
    known = named_case_file(case)
    return check_text(text, known.case, known.aliases, case_name=case, suffix=suffix, **options)


def check_data(name, case):
    """The report on a text of the data folder."""
    return check((DATA / name).read_text(encoding="utf-8"), case, Path(name).suffix)


def only(report):
    """The one sign of a report."""
    (sign,) = report.signs
    return sign


def wrong(report):
    """The signs that are wrong."""
    return [sign for sign in report.signs if sign.judgement == "wrong"]
