"""torchref sweep: what the learning rate does, at many rates at once, logged for TensorBoard."""

from pathlib import Path

import click

EXPERIMENTS = ("document", "mlp", "cnn", "rnn", "bowl", "uneven-bowl", "two-valleys")
MOST_EXAMPLES = 10_000
SCHEDULES = ("fixed", "step", "exponential", "1/t", "cosine")


@click.command()
@click.argument("experiment", default="document", metavar="[EXPERIMENT]")
@click.option("--rates", metavar="RATES", help="A list 0.01,0.1,1 or a logarithmic range FIRST:LAST:COUNT.")
@click.option("--steps", type=int, metavar="T", help="Steps at every rate; the experiment's own by default.")
@click.option("--schedule", default="fixed", show_default=True, help=f"Decay of the rate: {', '.join(SCHEDULES)}.")
@click.option("--logdir", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--name", metavar="NAME", help="The experiment's folder in there; its own name by default.")
@click.option("--data", default="spirals", show_default=True, help="For mlp: spirals, circles or xor.")
@click.option("--hidden", default="16,16", show_default=True, metavar="WIDTHS", help="For mlp: the hidden layers.")
@click.option("--activation", default="tanh", show_default=True, help="For mlp: the hidden activation.")
@click.option(
    "--examples", default=200, show_default=True, metavar="N", help="For mlp, cnn, rnn: the size of the data set."
)
@click.option("--seed", default=0, show_default=True, metavar="S", help="For mlp, cnn, rnn: of data and first weights.")
def sweep(
    experiment: str,
    rates: str | None,
    steps: int | None,
    schedule: str,
    logdir: Path,
    name: str | None,
    data: str,
    hidden: str,
    activation: str,
    examples: int,
    seed: int,
) -> None:
    """Train at many learning rates, judge each of them, and log it all for TensorBoard.

    EXPERIMENT is document (the document's network, the default), mlp (a network that learns a small data set), cnn (a
    convolutional network that reads digits), rnn (a recurrent network that adds two numbers of a sequence), or a
    surface to walk down: bowl, uneven-bowl, two-valleys.
    """
    from rich.console import Console

    from manual.errors import must_be, unknown
    from torchref.sweep import experiments
    from torchref.sweep.rates import parse_rates
    from torchref.sweep.schedules import schedule_of
    from torchref.sweep.sweep import print_sweep
    from torchref.sweep.sweep import sweep as run

    if experiment not in EXPERIMENTS:
        raise unknown("EXPERIMENT", experiment, EXPERIMENTS)
    chosen: experiments.Experiment
    if experiment == "document":
        chosen = experiments.document_experiment()
    elif experiment == "mlp":
        if not all(width.strip().isdigit() for width in hidden.split(",")):
            raise must_be("--hidden", "widths, as in 16,16", repr(hidden))
        chosen = experiments.mlp_experiment(data, [int(w) for w in hidden.split(",")], activation, examples, seed)
    elif experiment in ("cnn", "rnn"):
        if not 2 <= examples <= MOST_EXAMPLES:
            raise must_be("--examples", f"from 2 to {MOST_EXAMPLES}", examples)
        make = experiments.cnn_experiment if experiment == "cnn" else experiments.rnn_experiment
        chosen = make(examples, seed)
    else:
        chosen = experiments.surface_experiment(experiment)
    folder = logdir / (name or chosen.name)
    wanted = parse_rates(rates) if rates else None
    curves, verdicts = run(chosen, folder, wanted, steps, schedule_of(schedule, steps or chosen.steps))
    console = Console(highlight=False)
    print_sweep(console, chosen, curves, verdicts)
    console.print(f"\nlogged in {folder}; look at it with [bold]torchref board[/]")
