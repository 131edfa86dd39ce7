"""torchref check: somebody's code; or, without a file, the document's example, random networks, and the rest."""

import click

PAPER_SUFFIXES = (".md", ".txt", ".csv", ".tex")


@click.command()
@click.argument("target", required=False, metavar="[FILE[:NAME]]")
@click.option("--networks", default=200, show_default=True, metavar="N", help="How many random networks to check.")
@click.option("--seed", default=0, show_default=True, metavar="S", help="The seed that they are drawn with.")
@click.option("--only", type=int, metavar="K", help="Check network K of that seed alone, and show its steps.")
@click.option("--assignment", metavar="NAME_OR_FILE", help="Mark FILE as that assignment, on its public examples.")
@click.option("--case", default="document", show_default=True, metavar="CASE", help="What a text FILE is about.")
@click.option("--device", metavar="DEVICE", help="cpu, cuda or cuda:K; by default the CPU and every CUDA device.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write the results there.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.pass_context
def check(
    context: click.Context,
    target: str | None,
    networks: int,
    seed: int,
    only: int | None,
    assignment: str | None,
    case: str,
    device: str | None,
    json_file: str | None,
    language: str,
) -> None:
    """Check hand-written mathematics against torch.

    FILE is Python or a notebook: it is run, and every report that its torchref.crosscheck(…) calls make is printed.
    NAME is a function in it that returns a report, or that takes a Case and returns its quantities by name, which is
    then checked on the document's example and on random networks.

    FILE that ends in .md, .txt, .csv or .tex is a worksheet, or a text with equations: every equals sign is checked,
    the calculation and the value in CASE (document, mazur, han-kamber, integer, or a case file).

    FILE with --assignment is your solution of an assignment (torchref assignments lists them): it is marked as the
    teacher's marking would, on the examples that everybody may see.

    Without FILE: every result that the document prints, beside what the hand-written NumPy code and torch compute;
    then random networks, step by step; then schedules, preprocessing, surfaces and training.

    Exit code: 0 all agree, 1 something differs, 2 unusable input, 3 something could not be judged.
    """
    if assignment is not None:
        from pathlib import Path

        from torchref.errors import must_be
        from torchref.grade.own_check import check_solution

        if target is None:
            raise must_be("FILE", "given with --assignment", "nothing")
        context.exit(check_solution(Path(target), assignment, language))
    if target is None:
        from torchref.workers import WORTH_WORKERS, start_server

        if networks >= WORTH_WORKERS and only is None and device in (None, "cpu"):
            start_server()  # before this process imports torch, so that both do at once

        from torchref.self_check import Request, run

        context.exit(run(Request(networks, seed, only, device, json_file, language)))

    from pathlib import Path

    if Path(target).suffix.lower() in PAPER_SUFFIXES:
        from torchref.worksheets.command import PaperRequest, check_paper

        context.exit(check_paper(PaperRequest(Path(target), case, json_file, language)))

    from torchref.errors import must_be
    from torchref.file_check import SUFFIXES, FileRequest, check_file, split_target

    path, name = split_target(target)
    if path.suffix not in SUFFIXES:
        raise must_be("FILE", f"a file that ends in {', '.join(SUFFIXES + PAPER_SUFFIXES)}", str(path))
    context.exit(check_file(FileRequest(path, name, networks, seed, only, language)))
