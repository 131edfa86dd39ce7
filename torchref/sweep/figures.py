"""Figures: pictures of a sweep, 350 × 215 pixels each, the size that TensorBoard shows one to one."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from manual.arrays import Array
from manual.layers import LAYERS
from manual.surfaces import Bowl, Surface, descend
from torchref.sweep.curves import Curves
from torchref.sweep.rate_verdict import RateVerdict, Rating
from torchref.sweep.rates import label

WIDTH, HEIGHT, DPI = 350, 215, 100

COLOURS = {
    Rating.TOO_SMALL: "#64748b",
    Rating.SLOW: "#0284c7",
    Rating.GOOD: "#16a34a",
    Rating.OSCILLATING: "#d97706",
    Rating.LOCAL_MINIMUM: "#7c3aed",
    Rating.SATURATED: "#dc2626",
    Rating.DIVERGED: "#7f1d1d",
}
PATH = "#dc2626"


@dataclass(frozen=True)
class Picture:
    """A picture with the tag and the step that it is logged under."""

    tag: str
    step: int
    png: bytes


def new_axes(title: str, xlabel: str = "", ylabel: str = "") -> tuple[Figure, Axes]:
    """A figure of the size that is shown one to one, with its axes."""
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
    # Margins by hand: to have matplotlib find them takes as long as the drawing.
    axes = figure.add_axes((0.13, 0.18, 0.84, 0.7))
    axes.set_title(title, fontsize=8)
    axes.set_xlabel(xlabel, fontsize=7, labelpad=1)
    axes.set_ylabel(ylabel, fontsize=7, labelpad=1)
    axes.tick_params(labelsize=6)
    axes.locator_params(nbins=5)  # every label takes a millisecond
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def to_png(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG file."""
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=DPI)
    return stream.getvalue()


def activations() -> Picture:
    """The document's three activations and their slopes (figure 4 and the functions under it)."""
    x = np.linspace(-4, 4, 161)
    figure, axes = new_axes("activations f(x), and their slopes f′(x) dashed", "x")
    for kind, colour in (("sigmoid", "#1d4ed8"), ("tanh", "#16a34a"), ("relu", PATH)):
        layer = LAYERS[kind]()
        y, ones = layer.forward(x), np.ones_like(x)
        axes.plot(x, y, color=colour, linewidth=1.2, label=kind)
        slope = layer.backward(ones, x if kind == "relu" else y)
        axes.plot(x, slope, color=colour, linestyle="--", linewidth=0.8)
    axes.set_ylim(-1.1, 1.6)
    axes.legend(fontsize=6, frameon=False, loc="upper left")
    return Picture("2_activations/all", 0, to_png(figure))


def one_step_too_small_and_large() -> Iterator[Picture]:
    """Descent on f(x) = x² at a rate that is too small and one that is too large (figures 11 and 12)."""
    x = np.linspace(-5.6, 5.6, 200)
    for number, rate, title in ((11, 0.03, "too small: it creeps"), (12, 0.95, "too large: it jumps across")):
        path = descend(Bowl(), rate, 12).paths[0, :, 0]
        figure, axes = new_axes(f"f(x) = x², {label(rate)}, {title}", "x", "f(x)")
        axes.plot(x, x**2, color="0.6")
        axes.plot(path, path**2, "o-", color=PATH, markersize=3, linewidth=0.8)
        yield Picture(f"1_rates/figure_{number}", 0, to_png(figure))


def final_loss(curves: Curves, verdicts: list[RateVerdict]) -> Picture:
    """The loss at the end against the rate: the U whose bottom is the best rate."""
    figure, axes = new_axes("loss after the last step", "log10 learning rate", "log10 loss")
    start, end = np.log10(curves.excess[0, 0]), curves.excess[:, -1]
    end = np.log10(np.where(np.isfinite(end), end, np.inf)).clip(max=start + 1)
    rates = np.log10(curves.rates)
    axes.plot(rates, end, color="0.7", linewidth=1, zorder=1)
    axes.axhline(start, color="0.8", linestyle=":", linewidth=1)
    for rating in dict.fromkeys(v.rating for v in verdicts):
        at = [k for k, v in enumerate(verdicts) if v.rating is rating]
        axes.plot(rates[at], end[at], "o", markersize=4, color=COLOURS[rating], label=str(rating), zorder=2)
    axes.legend(fontsize=5.5, frameon=False)
    return Picture("1_rates/final_loss", 0, to_png(figure))


def overlay(curves: Curves, verdicts: list[RateVerdict]) -> Picture:
    """Every rate's loss by NumPy as a line, and by torch as dots on it."""
    figure, axes = new_axes("loss by NumPy (lines) and by torch (dots)", "step", "log10 loss")
    at = np.unique(np.linspace(0, curves.steps, 12).astype(int))
    theirs = np.maximum(curves.twin_loss - curves.least, curves.floor)
    with np.errstate(invalid="ignore"):
        for k, verdict in enumerate(verdicts):
            axes.plot(np.log10(curves.excess[k]), color=COLOURS[verdict.rating], linewidth=0.9)
            axes.plot(at, np.log10(theirs[k, at]), ".", color=COLOURS[verdict.rating], markersize=3)
    top = np.log10(curves.excess[0, 0])
    axes.set_ylim(np.log10(np.nanmin(curves.excess)) - 0.5, top + 1.2)
    return Picture("1_rates/numpy_and_torch", 0, to_png(figure))


def descent(surface: Surface, path: Array, rate: float, rank: int, verdict: RateVerdict) -> Iterator[Picture]:
    """The path of a walk over the surface's contours, as far as each of a few steps (figure 10, from above)."""
    (left, right), (bottom, top) = surface.window
    x, y = np.meshgrid(np.linspace(left, right, 80), np.linspace(bottom, top, 60))
    figure, axes = new_axes("")
    z = surface.value(x, y) - surface.least
    axes.contour(x, y, z, levels=np.geomspace(z.max() / 500, z.max(), 12), colors="#93b4d8", linewidths=0.7)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    (line,) = axes.plot([], [], "o-", color=PATH, markersize=2.5, linewidth=0.9)
    last = len(path) - 1
    for step in dict.fromkeys(min(s, last) for s in (0, 1, 2, 5, 10, 20, last)):
        shown = path[: step + 1]
        shown = shown[np.isfinite(shown).all(axis=1)]
        line.set_data(shown[:, 0], shown[:, 1])
        axes.set_title(f"{label(rate)} ({verdict.rating}), step {step}", fontsize=8)
        yield Picture(f"3_descent/{rank:02d}_{label(rate)}", step, to_png(figure))


def mountain(surface: Surface, paths: Array, curves: Curves, verdicts: list[RateVerdict]) -> Picture:
    """The surface as a mountain, with the walk of the best rate down it (figure 10)."""
    (left, right), (bottom, top) = surface.window
    x, y = np.meshgrid(np.linspace(left, right, 40), np.linspace(bottom, top, 40))
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 0.94), projection="3d", computed_zorder=False)
    axes.plot_surface(x, y, surface.value(x, y), cmap="Blues", alpha=0.8, linewidth=0)  # type: ignore[attr-defined]
    best = int(np.nanargmin(np.where(np.isfinite(curves.loss[:, -1]), curves.loss[:, -1], np.inf)))
    path = paths[best]
    axes.plot(path[:, 0], path[:, 1], curves.loss[best], "o-", color=PATH, markersize=2.5, linewidth=1, zorder=5)
    axes.tick_params(labelsize=5, pad=-3)
    figure.suptitle(f"z = {surface.formula}, {label(curves.rates[best])} ({verdicts[best].rating})", fontsize=8)
    return Picture("3_descent/00_mountain", 0, to_png(figure))
