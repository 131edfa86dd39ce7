"""Sweep: trains at every rate, judges each, writes the logs, and prints the table."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from manual.errors import must_be
from manual.schedules import Fixed, Schedule
from torchref.sweep import figures, network_figures, text
from torchref.sweep.curves import Curves
from torchref.sweep.experiments import Experiment, Training, Walk
from torchref.sweep.figures import COLOURS, Picture
from torchref.sweep.logs import write_sweep
from torchref.sweep.rate_verdict import RateVerdict, judge_rates

MOST_STEPS = 1_000_000


def sweep(
    experiment: Experiment, folder: Path, rates: list[float] | None, steps: int | None, schedule: Schedule | None
) -> tuple[Curves, list[RateVerdict]]:
    """Trains, judges and writes an experiment into `folder`; rates and steps default to the experiment's own."""
    steps = steps or experiment.steps
    if not 2 <= steps <= MOST_STEPS:
        raise must_be("--steps", f"from 2 to {MOST_STEPS}", steps)
    curves = experiment.run(rates or list(experiment.rates), steps, schedule or Fixed())
    verdicts = judge_rates(curves)
    cards = {
        "1_rates/text": text.rates_card(experiment.title, curves, verdicts),
        "1_rates/how_to_read": text.READING_CARD,
    }
    if experiment.name == "document":
        cards["1_rates/first_step"] = text.step_card()
    if isinstance(experiment, Training) and experiment.names:
        cards["1_rates/derivation"] = text.derivation_card(experiment.case)
    write_sweep(folder, curves, verdicts, cards, pictures(experiment, curves, verdicts))
    return curves, verdicts


def pictures(experiment: Experiment, curves: Curves, verdicts: list[RateVerdict]) -> Iterator[Picture]:
    """Every picture of an experiment."""
    yield figures.final_loss(curves, verdicts)
    yield figures.overlay(curves, verdicts)
    yield from figures.one_step_too_small_and_large()
    if isinstance(experiment, Training) and experiment.history:
        yield from _training_pictures(experiment, curves, verdicts)
    if isinstance(experiment, Walk) and experiment.descent:
        yield figures.mountain(experiment.surface, experiment.descent.paths, curves, verdicts)
        for place, (path, verdict) in enumerate(zip(experiment.descent.paths, verdicts, strict=True)):
            yield from figures.descent(experiment.surface, path, curves.rates[place], place + 1, verdict)


def _training_pictures(experiment: Training, curves: Curves, verdicts: list[RateVerdict]) -> Iterator[Picture]:
    history = experiment.history
    assert history is not None
    yield figures.activations()
    if experiment.names:
        yield network_figures.network(experiment.case, "before the first step", "4_network/1_before")
        best = int(curves.excess[:, -1].argmin())
        title = f"after {curves.steps} steps of learning rate {curves.rates[best]:g}"
        yield network_figures.network(history.final(experiment.case, best), title, "4_network/2_after")
    picture = network_figures.landscape(experiment.case, history, verdicts)
    if picture:
        yield picture


def print_sweep(console: Console, experiment: Experiment, curves: Curves, verdicts: Sequence[RateVerdict]) -> None:
    """The table of rates, for the terminal."""
    title = f"{experiment.title}: {curves.steps} steps from {curves.loss[0, 0]:.4g}"
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.show_edge, table.pad_edge, table.collapse_padding = False, False, True
    for column in ("rate", "last loss", "verdict", "why"):
        table.add_column(column, justify="right" if column.endswith(("rate", "loss")) else "left")
    for rate, loss, verdict in zip(curves.rates, curves.loss, verdicts, strict=True):
        rating = Text(str(verdict.rating), style=COLOURS[verdict.rating])
        table.add_row(f"{rate:g}", f"{loss[-1]:.4g}", rating, verdict.reason)
    console.print(table)
