"""Rates: the learning rates that a sweep tries, from what is typed."""

import numpy as np

from manual.errors import must_be

MOST = 1000


def parse_rates(text: str) -> list[float]:
    """Learning rates, ascending: a list as in 0.01,0.1,1, or a logarithmic range as in 0.01:1000:16.

    Raises    InputError unless there are 1 to 1000 different numbers, finite and above 0
    """
    try:
        low, high, count = text.split(":") if ":" in text else ("", "", "")
        rates = np.geomspace(float(low), float(high), int(count)) if low else np.array(text.split(","), float)
    except ValueError as error:
        expected = "numbers above 0, a list 0.01,0.1,1 or a range FIRST:LAST:COUNT"
        raise must_be("--rates", expected, repr(text)) from error
    if not (np.isfinite(rates) & (rates > 0)).all() or not 0 < rates.size <= MOST:
        raise must_be("--rates", f"1 to {MOST} finite numbers above 0", repr(text))
    # A range's ends are exact, and what lies between needs no more digits than a name can carry.
    return sorted({float(f"{rate:.4g}") for rate in rates})


def label(rate: float) -> str:
    """A rate as it stands in the name of its run, as in lr=0.01."""
    return f"lr={rate:g}"
