"""Rate verdict: too small, slow, good, oscillating, stuck, or too large, from the curves of all rates together.

Progress is counted in decades: log10 of the first loss over the last. A rate is measured by what the best rate of the
sweep reaches in the same steps, but never by more than three decades: a loss that fell to a thousandth is learned.
A network's loss need not rise for the rate to be too large: the document's never does. Its outputs saturate, the
gradient vanishes, and the loss stands still on a plateau that smaller rates leave far below.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from manual.arrays import Array
from torchref.sweep.curves import Curves

ENOUGH = 3.0  # decades
GOOD, SLOW = 0.75, 0.4  # shares of the decades that the best rate makes, or of ENOUGH
STILL = 0.01  # decades over the second half: less is a plateau
RISE = 10.0  # times the first loss: more has diverged
FLAT = 1e-3  # share of the first gradient: less is a flat place, a minimum where a small rate stands still
TURNS = 0.5  # share of steps that turn back
QUICK = 3.0  # steps a decade: one that is this fast may turn as it likes


class Rating(StrEnum):
    """What a learning rate is, as it stands in the name of its run."""

    TOO_SMALL = "too-small"
    SLOW = "slow"
    GOOD = "good"
    OSCILLATING = "oscillating"
    LOCAL_MINIMUM = "local-minimum"
    SATURATED = "too-large-saturated"
    DIVERGED = "too-large-diverged"


@dataclass(frozen=True)
class RateVerdict:
    """A rate's rating, and the reason in a clause."""

    rating: Rating
    reason: str


def judge_rates(curves: Curves) -> list[RateVerdict]:
    """The verdict on every rate, each seen beside the best."""
    excess = curves.excess
    with np.errstate(invalid="ignore", divide="ignore"):
        decades = np.log10(excess[:, :1] / excess)
    finite = np.asarray(np.isfinite(curves.loss).all(axis=1))
    final = np.where(finite, decades[:, -1], -np.inf)
    best = int(final.argmax())
    return [_judge(curves, decades[k], k, bool(finite[k]), best, float(final[best])) for k in range(len(curves.rates))]


def _judge(curves: Curves, decades: Array, place: int, is_finite: bool, best: int, most: float) -> RateVerdict:
    loss = curves.loss[place]
    if not is_finite or loss[-1] - curves.least > RISE * (loss[0] - curves.least):
        with np.errstate(invalid="ignore"):
            has_diverged = np.asarray(~(loss - curves.least <= RISE * (loss[0] - curves.least)))
        step = int(has_diverged.argmax())
        return RateVerdict(Rating.DIVERGED, f"passes {RISE:g} times the first loss at step {step}")
    made, half = float(decades[-1]), float(decades[-1] - decades[curves.steps // 2])
    # Once there is nothing left but rounding, the gradient points anywhere.
    at_floor = curves.excess[place] <= 10 * curves.floor
    taken = int(at_floor.argmax()) if at_floor.any() else curves.steps
    turned, pace = float(curves.turned[place, : max(1, taken)].mean()), taken / max(made, 1e-9)
    if turned > TURNS and pace > QUICK:
        return RateVerdict(Rating.OSCILLATING, f"{turned:.0%} of the steps turn back, {_pace(made, pace)}")
    wanted = min(most, ENOUGH)
    if half < STILL and made < most - 1:
        above = f"stands still {most - made:.1f} decades above the best"
        if place > best:
            return RateVerdict(Rating.SATURATED, above)
        if curves.gradient_norm[place, -1] < FLAT * curves.gradient_norm[place, 0]:
            return RateVerdict(Rating.LOCAL_MINIMUM, f"{above}, gradient 0")
    reason = f"falls by {made:.1f} decades"
    if made >= GOOD * wanted:
        return RateVerdict(Rating.GOOD, reason)
    rating = Rating.SLOW if made >= SLOW * wanted else Rating.TOO_SMALL
    return RateVerdict(rating, f"{reason}, the best by {most:.1f}")


def _pace(made: float, pace: float) -> str:
    return f"{pace:.0f} steps a decade" if made > 0.1 else "and it does not fall"
