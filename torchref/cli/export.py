"""torchref export: marks into a gradebook, or an autograder for Gradescope."""

from pathlib import Path

import click


@click.command()
@click.argument("form", metavar="FORMAT")
@click.option("--assignment", required=True, metavar="NAME_OR_FILE", help="A built-in assignment, or your own file.")
@click.option("--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="What is written.")
@click.option("--database", type=click.Path(path_type=Path), multiple=True, metavar="FILE", help="marks.sqlite; many.")
@click.option(
    "--sheet", type=click.Path(path_type=Path), metavar="FILE", help="The file that Canvas or Moodle exported."
)
@click.option("--column", default="", metavar="TITLE", help="The sheet's column; by default the assignment's title.")
@click.option("--feedback", default="", metavar="TITLE", help="The sheet's column of feedback.")
@click.option("--roster", type=click.Path(path_type=Path), metavar="CSV", help="The class: ids, names, emails.")
@click.option(
    "--secret-file", type=click.Path(path_type=Path), metavar="FILE", help="For gradescope; made if not there."
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def export(
    form: str,
    assignment: str,
    output: Path,
    database: tuple[Path, ...],
    sheet: Path | None,
    column: str,
    feedback: str,
    roster: Path | None,
    secret_file: Path | None,
    language: str,
) -> None:
    """Write the marks of a class as FORMAT: canvas and moodle fill the file that the platform exported, csv, junit,
    nbgrader and otter make one; or gradescope, the zip of an autograder for the assignment.

    Several databases, as an array of jobs leaves them, are one class.
    """
    from torchref.errors import must_be
    from torchref.grade.export_class import ExportRequest, export_marks

    if form == "gradescope":
        from torchref.grade.exports.gradescope_zip import write_zip
        from torchref.grade.secret import read_or_make

        if secret_file is None:
            raise must_be("--secret-file", "given for gradescope", "nothing", "name a file; it is made if not there")
        write_zip(assignment, read_or_make(secret_file), output)
        click.echo(f"wrote {output}: upload it as the autograder; keep {secret_file}")
        return
    request = ExportRequest(form, assignment, output, database, sheet, column, feedback, roster, language)
    for line in export_marks(request):
        click.echo(line)
