"""torchref mark: one submission, for a platform that runs an autograder for each."""

import os
from pathlib import Path

import click


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.option("--assignment", required=True, metavar="NAME_OR_FILE", help="A built-in assignment, or your own file.")
@click.option("--student", required=True, metavar="ID", help="Whose it is: the hidden numbers follow from it.")
@click.option(
    "--secret-file", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Made if not there."
)
@click.option("--as", "form", required=True, metavar="PLATFORM", help="autolab, check50, classroom50, gradescope, …")
@click.option("--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The results' file.")
@click.option("--submitted", default="", metavar="TIME", help="When it was handed in, in ISO 8601.")
@click.option("--visibility", default="", metavar="WORD", help="When students see it, in the platform's words.")
@click.option("--accept-missing", default="", metavar="EFFECTS", help="What the self-test may find possible.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.pass_context
def mark(
    context: click.Context,
    submission: Path,
    assignment: str,
    student: str,
    secret_file: Path,
    form: str,
    output: Path,
    submitted: str,
    visibility: str,
    accept_missing: str,
    language: str,
) -> None:
    """Mark one SUBMISSION, a file or folder, in the sandbox, and write the results as a platform reads them.

    Exit code: 0 there is a mark, 2 unusable input, 3 it could not be judged.
    """
    from torchref.grade.exports import ResultContext
    from torchref.grade.mark_one import MarkRequest, mark_one

    accept = tuple(effect.strip() for effect in accept_missing.split(",") if effect.strip())
    request = MarkRequest(submission, assignment, student, form, output, secret_file, accept)
    made = ResultContext(language, dict(os.environ), submitted, "", visibility)
    context.exit(mark_one(request, made))
