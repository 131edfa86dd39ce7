"""How close counts as equal in the tests that do not compute an allowance: every tolerance, with its reason."""

import numpy as np

# Some hundred roundings in float64, relative to the largest element. A mistake in a formula is off by far more.
ROUNDED = 1e-13
# Central differences with h = 1e-6 keep about nine digits of functions of order one.
DIFFERENCED = 1e-8
# One rounding to float32, as TensorBoard stores numbers; and results that a source prints to seven digits.
SINGLE = 1e-6


def assert_close(got, expected, tolerance=ROUNDED):
    """Fails if any element is off by more than the tolerance times the largest element of what is expected."""
    got, expected = np.asarray(got, np.float64), np.asarray(expected, np.float64)
    assert got.shape == expected.shape
    off = float(np.abs(got - expected).max())
    allowed = tolerance * float(np.abs(expected).max())
    assert off <= allowed, f"off by {off:.2g}, allowed {allowed:.2g}: {got} instead of {expected}"
