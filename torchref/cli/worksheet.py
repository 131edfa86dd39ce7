"""torchref worksheet: a worksheet to hand out, and its marking scheme."""

from pathlib import Path

import click


@click.command()
@click.argument("case", default="document", metavar="[CASE]")
@click.option(
    "--blanks", default="", metavar="N|all|NAMES", help="How many blanks, or which: w2+,w3+. Default: see above."
)
@click.option("--format", "form", type=click.Choice(["md", "csv", "tex"]), default="md", show_default=True)
@click.option(
    "--scheme", is_flag=True, help="The marking scheme instead: value, points and least digits of each blank."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def worksheet(case: str, blanks: str, form: str, scheme: bool, output: Path | None, language: str) -> None:
    """Write a worksheet for a case: its numbers in the order of their computation, some of them left blank.

    CASE is document (the default), mazur, han-kamber, integer, or a case file. Left blank is what the document leaves
    to its reader; of another case, all. torchref check FILE --case CASE checks what was filled in.
    """
    from torchref.case_file import named_case_file
    from torchref.errors import must_be
    from torchref.grade.record import Text
    from torchref.render.sheets import sheet_text
    from torchref.worksheets.sheet import make_sheet

    known = named_case_file(case)
    sheet = make_sheet(known.case, case, Text(known.title, known.title_zh), blanks)
    text = sheet_text(sheet, form, language, scheme=scheme)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise must_be("--output", "a file that can be written", str(output), error.strerror or "") from error
    click.echo(f"wrote {output}")
