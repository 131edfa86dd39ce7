"""torchref check: the document's example, random networks and the procedures around them, on every device."""

import click


@click.command()
@click.option("--networks", default=200, show_default=True, metavar="N", help="How many random networks to check.")
@click.option("--seed", default=0, show_default=True, metavar="S", help="The seed that they are drawn with.")
@click.option("--only", type=int, metavar="K", help="Check network K of that seed alone, and show its steps.")
@click.option("--device", metavar="DEVICE", help="cpu, cuda or cuda:K; by default the CPU and every CUDA device.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write the results there.")
@click.pass_context
def check(
    context: click.Context, networks: int, seed: int, only: int | None, device: str | None, json_file: str | None
) -> None:
    """Check hand-written mathematics against torch.

    Without an argument: every result that the document prints, beside what the hand-written NumPy code and torch
    compute; then random networks, step by step; then schedules, preprocessing, surfaces and training.

    Exit code: 0 all agree, 1 something differs, 2 unusable input, 3 something could not be judged.
    """
    from torchref.self_check import Request, run

    context.exit(run(Request(networks, seed, only, device, json_file)))
