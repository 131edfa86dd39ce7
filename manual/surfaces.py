"""Surfaces: functions of two variables and gradient descent on them, the document's walk down a mountain.

Derivation   One step is x⁺ = x − η ∂f/∂x and y⁺ = y − η ∂f/∂y. On the bowl x⁺ = (1 − 2η) x: each step multiplies by
             1 − 2η, so η < ½ approaches from one side, η = ½ lands in one step, ½ < η < 1 jumps from side to side
             and still arrives, η = 1 jumps for ever, and η > 1 diverges.
Shapes       x, y (…) -> value (…), gradient (…, 2)
Source       the document, section 2.3.1 (z = x² + y², the local minimum) and figures 10 to 12
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from manual.arrays import Array
from manual.errors import must_be
from manual.schedules import Fixed, Schedule

SURFACES: dict[str, type["Surface"]] = {}


@dataclass(frozen=True)
class Surface:
    """A function of two variables, with the place where a walk on it starts and the window that shows it."""

    kind: ClassVar[str]
    formula: ClassVar[str]
    start: ClassVar[tuple[float, float]]
    window: ClassVar[tuple[tuple[float, float], tuple[float, float]]]
    # The least value that the function takes.
    least: ClassVar[float] = 0.0

    def __init_subclass__(cls) -> None:
        SURFACES[cls.kind] = cls

    def value(self, x: Array, y: Array) -> Array:
        """f(x, y)."""
        raise NotImplementedError

    def gradient(self, x: Array, y: Array) -> Array:
        """(∂f/∂x, ∂f/∂y) along the last axis."""
        raise NotImplementedError


class Bowl(Surface):
    """f = x² + y²: ∂f/∂x = 2x, ∂f/∂y = 2y. The same slope all round, one minimum, at (0, 0)."""

    kind = "bowl"
    formula = "x² + y²"
    start = (-5.0, 2.0)
    window = ((-6.0, 6.0), (-4.0, 4.0))

    def value(self, x: Array, y: Array) -> Array:
        """x² + y²."""
        return x**2 + y**2

    def gradient(self, x: Array, y: Array) -> Array:
        """(2x, 2y)."""
        return np.stack((2 * x, 2 * y), axis=-1)


class UnevenBowl(Surface):
    """f = x² + 10 y²: ∂f/∂x = 2x, ∂f/∂y = 20y. Steep one way, flat the other: a rate that suits x zigzags in y."""

    kind = "uneven-bowl"
    formula = "x² + 10y²"
    start = (-5.0, 2.0)
    window = ((-6.0, 6.0), (-4.0, 4.0))

    def value(self, x: Array, y: Array) -> Array:
        """x² + 10 y²."""
        return x**2 + 10 * y**2

    def gradient(self, x: Array, y: Array) -> Array:
        """(2x, 20y)."""
        return np.stack((2 * x, 20 * y), axis=-1)


class TwoValleys(Surface):
    """f = (x² − 1)² + 0.3 x + y²: ∂f/∂x = 4x (x² − 1) + 0.3, ∂f/∂y = 2y.

    Two minima: (−1.0356, 0) with f = −0.3054, and (0.9601, 0) with f = 0.2941. A walk that starts on the right ends
    in the upper valley, a local minimum, unless its steps are long enough to leave it.
    """

    kind = "two-valleys"
    formula = "(x² − 1)² + 0.3x + y²"
    start = (1.6, 1.2)
    window = ((-2.0, 2.0), (-1.5, 1.5))
    least = -0.305428483743916

    def value(self, x: Array, y: Array) -> Array:
        """(x² − 1)² + 0.3 x + y²."""
        return (x**2 - 1) ** 2 + 0.3 * x + y**2

    def gradient(self, x: Array, y: Array) -> Array:
        """(4x (x² − 1) + 0.3, 2y)."""
        return np.stack((4 * x * (x**2 - 1) + 0.3, 2 * y), axis=-1)


@dataclass(frozen=True)
class Descent:
    """Walks on a surface, one a learning rate: rates (R,), paths and gradients (R, T + 1, 2), values (R, T + 1)."""

    learning_rates: Array
    paths: Array
    gradients: Array
    values: Array


@np.errstate(over="ignore", invalid="ignore")  # a walk that diverges runs to infinity, and then says so
def descend(surface: Surface, learning_rates: ArrayLike, steps: int, schedule: Schedule | None = None) -> Descent:
    """Gradient descent from the surface's start at each of the rates at once, `steps` steps of it."""
    if steps < 1:
        raise must_be("steps", "at least 1", steps)
    rates = np.atleast_1d(np.asarray(learning_rates, np.float64))
    paths = np.empty((rates.size, steps + 1, 2))
    paths[:, 0] = surface.start
    schedule = schedule or Fixed()
    for step in range(steps):
        here = paths[:, step]
        paths[:, step + 1] = here - schedule.factor(step) * rates[:, None] * surface.gradient(here[:, 0], here[:, 1])
    x, y = paths[..., 0], paths[..., 1]
    return Descent(rates, paths, surface.gradient(x, y), surface.value(x, y))
