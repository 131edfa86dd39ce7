"""Logs: a sweep as TensorBoard wants to show it, one run a rate, in ascending order, the verdict in each name.

    runs/<experiment>/00_summary/                    text and pictures
    runs/<experiment>/01_lr=0.01_too-small/ …        curves, the same tags in each

TensorBoard gives its colours in the order of the runs' first events, sorts runs by name, and drops points, the first
among them, above 1,000 a tag: hence the ranks, the start times and the thinning.
"""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from manual.errors import InputError
from torchref.sweep.curves import Curves
from torchref.sweep.events import EventFile, now
from torchref.sweep.experiments import thin
from torchref.sweep.figures import HEIGHT, WIDTH, Picture
from torchref.sweep.rate_verdict import RateVerdict
from torchref.sweep.rates import label

# A card is some 400 pixels wide; above 1,000 TensorBoard would choose the points itself.
MOST_POINTS = 360
SUMMARY = "00_summary"
# The scalars that the HPARAMS page sets beside the rates.
FINAL_LOSS, BEST_LOSS = "6_final/log10_loss", "6_final/log10_best_loss"


def run_name(rank: int, rate: float, verdict: RateVerdict) -> str:
    """A run's name: its rank among the rates, its rate, its verdict."""
    return f"{rank:02d}_{label(rate)}_{verdict.rating}"


def write_sweep(
    folder: Path,
    curves: Curves,
    verdicts: Sequence[RateVerdict],
    texts: dict[str, str],
    pictures: Iterable[Picture],
) -> None:
    """Writes a whole experiment beside its folder, then puts it in its place: an old one is there until the new is.

    Raises    InputError if the folder holds something that no sweep wrote
    """
    if folder.exists() and not (folder / SUMMARY).is_dir():
        raise InputError(f"{folder} must be a sweep's folder or not be there (it holds something else); give --name")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    start = now()
    with EventFile(unfinished / SUMMARY, start) as file:
        for tag, markdown in texts.items():
            file.text(tag, markdown)
        for picture in pictures:
            file.image(picture.tag, picture.step, picture.png, WIDTH, HEIGHT)
    for place, verdict in enumerate(verdicts):
        name = run_name(place + 1, curves.rates[place], verdict)
        with EventFile(unfinished / name, start + 1 + place) as file:
            _write_rate(file, curves, place, verdict)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def _write_rate(file: EventFile, curves: Curves, place: int, verdict: RateVerdict) -> None:
    rate = curves.rates[place]
    file.hparams(
        {"lr": rate, "log10_lr": float(np.log10(rate)), "verdict": str(verdict.rating)}, [FINAL_LOSS, BEST_LOSS]
    )
    with np.errstate(over="ignore"):
        finite = np.isfinite(curves.loss[place].astype(np.float32))  # TensorBoard's scalars are float32
    last = curves.steps if finite.all() else int(finite.argmin())
    points = _points(curves, place)
    # Up to the first loss that is not finite: there one NaN makes the triangle, where the loss was last seen.
    for step in (s for s in sorted(points) if s < last or finite.all()):
        file.scalars(step, points[step])
    if not finite.all():
        file.scalars(last, {"1_loss/log10": np.nan, "1_loss/loss": np.nan})
    for tag, sets in curves.samples.items():
        for step, numbers in zip(curves.kept, sets[place], strict=True):
            if step <= last:
                file.histogram(tag, int(step), numbers)


def _points(curves: Curves, place: int) -> dict[int, dict[str, float]]:
    """The values of a rate by step and tag: the loss at many steps, the others where they were kept."""
    loss, theirs = curves.loss[place], curves.twin_loss[place]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        log10 = np.log10(curves.excess[place])
        twin_log10 = np.log10(np.maximum(theirs - curves.least, curves.floor))
        norm = np.log10(curves.gradient_norm[place])
        difference = (loss - theirs) / (loss[0] - curves.least)
    points: dict[int, dict[str, float]] = {
        int(t): {"1_loss/log10": log10[t], "1_loss/loss": loss[t]} for t in thin(curves.steps, MOST_POINTS)
    }
    for at, step in enumerate(curves.kept):
        values = {"2_gradient/log10_norm": norm[step], "5_torch/log10": twin_log10[step]}
        values |= {"5_torch/difference": difference[step]}
        values |= {tag: array[place, at] for tag, array in curves.values.items()}
        # A gradient of exactly 0 has no logarithm: its curve ends there.
        points.setdefault(int(step), {}).update({tag: v for tag, v in values.items() if not np.isneginf(v)})
    finite = log10[np.isfinite(log10)]
    points[0] |= {FINAL_LOSS: log10[-1], BEST_LOSS: finite.min()}
    return points
