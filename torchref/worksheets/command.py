"""Command: what `torchref check FILE` does with a worksheet or a document."""

import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from torchref.case_file import named_case_file
from torchref.errors import must_be
from torchref.worksheets.check import check_file


@dataclass(frozen=True)
class PaperRequest:
    """A file, the case that it is about, and where the results go."""

    path: Path
    case: str
    json_file: str | None
    language: str


def check_paper(request: PaperRequest) -> int:
    """Checks the file, prints what was found, and returns the exit code."""
    from torchref.render.worksheets import worksheet_table

    known = named_case_file(request.case)
    report = check_file(request.path, known.case, known.aliases, request.case)
    console = Console(highlight=False, soft_wrap=True)
    console.print(worksheet_table(report, request.language, console.width))
    if request.json_file:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        try:
            Path(request.json_file).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise must_be("--json", "a file that can be written", request.json_file, error.strerror or "") from error
    return report.exit_code
