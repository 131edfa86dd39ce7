"""torchref grade: marks for a class."""

from pathlib import Path

import click


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--assignment", required=True, metavar="NAME_OR_FILE", help="A built-in assignment, or your own file.")
@click.option("--roster", type=click.Path(path_type=Path), metavar="CSV", help="The class: ids, names, emails.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("marks"), show_default=True, metavar="FOLDER")
@click.option("--database", type=click.Path(path_type=Path), metavar="FILE", help="By default marks.sqlite in OUTPUT.")
@click.option("--secret-file", type=click.Path(path_type=Path), metavar="FILE", help="By default secret in OUTPUT.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes; by default one a core.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="A Dask scheduler instead, as in tls://host:8786.")
@click.option("--shard", default="1/1", show_default=True, metavar="I/N", help="Mark the I-th of N parts alone.")
@click.option("--regrade", is_flag=True, help="Mark all again, and show whose marks change.")
@click.option("--accept-missing", default="", metavar="EFFECTS", help="What the self-test may find possible.")
@click.option("--with-numbers", is_flag=True, help="Let the pages give the expected numbers.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the pages.")
@click.pass_context
def grade(
    context: click.Context,
    submissions: Path,
    assignment: str,
    roster: Path | None,
    output: Path,
    database: Path | None,
    secret_file: Path | None,
    workers: int | None,
    scheduler: str,
    shard: str,
    regrade: bool,
    accept_missing: str,
    with_numbers: bool,
    language: str,
) -> None:
    """Mark a class: SUBMISSIONS is a folder of files, folders or zips, or a platform's download.

    Every submission runs in a sandbox, and its mark is kept as soon as it is there: an interrupted run goes on where it
    was, and a submission that is as it was is not run again. Students' pages, the class's page (index.html) and
    marks.csv are written into OUTPUT. torchref export fills gradebooks from there.

    Exit code: 0 all marked, 2 unusable input, 3 some could not be judged.
    """
    from torchref.grade.grade_class import grade_class, shard_of
    from torchref.grade.grading import GradeRequest
    from torchref.workers import processors

    files = (output, roster, database, secret_file)
    accept = tuple(effect.strip() for effect in accept_missing.split(",") if effect.strip())
    request = GradeRequest(
        submissions, assignment, *files, workers or processors(), scheduler, shard_of(shard), regrade, accept
    )
    context.exit(grade_class(request, language, with_numbers))
