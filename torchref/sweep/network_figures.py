"""Network figures: a small network drawn with its numbers, and a network's loss from above with the paths down it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import manual
from manual.arrays import Array
from manual.case import Case
from manual.derivatives import value
from manual.names import Element, Names
from manual.training import History, evaluate
from torchref.sweep.figures import COLOURS, DPI, HEIGHT, WIDTH, Picture, new_axes, to_png
from torchref.sweep.rate_verdict import RateVerdict, Rating

# Places at which the loss is computed for its contours, all in one call.
COLUMNS, ROWS = 36, 26
NEURON, INPUT = "#dbeafe", "#fef3c7"

Place = tuple[float, float]


def network(case: Case, title: str, tag: str) -> Picture:
    """Neurons as circles and weights on their lines, with the values of one forward pass (the document's figure 7)."""
    trace, names = manual.run(case), Names(case)
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 0.93))
    axes.axis("off")
    figure.suptitle(title, fontsize=8)
    places = _places(names)
    for name, element in names.elements.items():
        if element.path.startswith("parameter/"):
            _draw_parameter(axes, places, names, element, f"{name} = {value(case, trace, element):.4g}")
    for name, (x, y) in places.items():
        is_input = name.startswith("i")
        shown = value(case, trace, names.elements[name if is_input else f"out_{name}"])
        colour = INPUT if is_input else NEURON
        axes.plot(x, y, "o", markersize=24, color=colour, markeredgecolor="0.5", markeredgewidth=0.7, zorder=3)
        axes.annotate(f"{name}\n{shown:.4g}", (x, y), fontsize=5.5, ha="center", va="center", zorder=4)
    axes.set_xlim(-0.2, max(x for x, _ in places.values()) + 0.2)
    axes.set_ylim(-0.3, 1.3)
    return Picture(tag, 0, to_png(figure))


def _columns(names: Names) -> list[list[str]]:
    """The inputs, then each layer's neurons, by name."""
    columns = {"input": [name for name in names if name.startswith("i")]}
    for name, element in names.elements.items():
        if name.startswith("l_"):
            columns.setdefault(element.path, []).append(name[2:])
    return list(columns.values())


def _places(names: Names) -> dict[str, Place]:
    """Where each input and neuron is drawn: a column a layer, the first on top."""
    return {
        name: (float(x), 1.0 - k / max(1, len(column) - 1))
        for x, column in enumerate(_columns(names))
        for k, name in enumerate(column)
    }


def _draw_parameter(axes: Axes, places: dict[str, Place], names: Names, element: Element, text: str) -> None:
    """A weight as a line between its ends, with its value a third of the way; a bias above or below its layer."""
    columns, layer = _columns(names), element.path.removeprefix("parameter/").rpartition(".")[0]
    layers = list(dict.fromkeys(e.path for name, e in names.elements.items() if name.startswith("l_")))
    column = layers.index(f"forward/{layer}")
    if len(element.index) == 1:
        axes.annotate(text, (column + 0.5, -0.22 + 0.07 * element.index[0]), fontsize=5.5, ha="center", color="0.4")
        return
    o, i = element.index
    (x0, y0), (x1, y1) = places[columns[column][i]], places[columns[column + 1][o]]
    axes.plot([x0, x1], [y0, y1], color="0.75", linewidth=0.8, zorder=1)
    share = 0.34
    axes.annotate(
        text,
        (x0 + share * (x1 - x0), y0 + share * (y1 - y0)),
        fontsize=5.5,
        ha="center",
        va="center",
        zorder=2,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
    )


def landscape(case: Case, history: History, verdicts: list[RateVerdict]) -> Picture | None:
    """The loss from above: the plane through the start, the end of the best walk, and the end of the widest one.

    The contours are the loss in that plane; the paths are the shadows that the walks throw on it (figure 10 for a
    network). None if no two walks end in different directions.
    """
    paths = np.concatenate([v.reshape(*v.shape[:2], -1) for v in history.parameters.values()], axis=2)
    # A rate that is too large throws the weights so far that all else would shrink to a dot.
    too_large = np.array([verdict.rating in (Rating.SATURATED, Rating.DIVERGED) for verdict in verdicts])
    near = ~too_large & (history.loss[:, -1] < history.loss[:, 0])
    ends = np.where(near[:, None], paths[:, -1] - paths[:, 0], 0.0)
    loss = np.where(near, history.loss[:, -1], np.inf)
    across = _unit(ends[int(loss.argmin())])
    rest = ends - np.outer(ends @ across, across)
    up = _unit(rest[int(np.linalg.norm(rest, axis=1).argmax())])
    if not across.any() or not up.any():
        return None
    shadows = np.where(near[:, None, None], paths - paths[:, :1], 0.0) @ np.stack((across, up), axis=1)
    shown = [verdicts[k] for k in np.flatnonzero(near)]
    return _draw_landscape(case, paths[0, 0], across, up, shadows[near], shown)


def _unit(vector: Array) -> Array:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def _draw_landscape(
    case: Case, start: Array, across: Array, up: Array, shadows: Array, verdicts: list[RateVerdict]
) -> Picture:
    low, high = shadows.min(axis=(0, 1)), shadows.max(axis=(0, 1))
    margin = 0.12 * (high - low)
    xs, ys = (np.linspace(low[k] - margin[k], high[k] + margin[k], n) for k, n in ((0, COLUMNS), (1, ROWS)))
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    points = start + grid @ np.stack((across, up))
    places = np.cumsum([0, *(v.size for v in case.parameters.values())])
    stacked = {
        name: points[:, a:b].reshape(-1, *value.shape)
        for (name, value), a, b in zip(case.parameters.items(), places[:-1], places[1:], strict=True)
    }
    losses = evaluate(case, stacked).reshape(ROWS, COLUMNS)
    figure, axes = new_axes("the loss from above, and the walks down it", "towards the end of the best walk", "across")
    axes.contour(xs, ys, np.log10(np.maximum(losses, losses.max() * 1e-6)), levels=12, cmap="Blues_r", linewidths=0.7)
    for shadow, verdict in zip(shadows, verdicts, strict=True):
        axes.plot(*shadow.T, color=COLOURS[verdict.rating], linewidth=0.9)
    axes.plot(0, 0, "o", color="black", markersize=3)
    return Picture("3_descent/landscape", 0, to_png(figure))
