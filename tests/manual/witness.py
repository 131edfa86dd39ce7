"""A witness that knows no derivative: the complex step, exact to rounding, and central differences where a function
has no complex form.
"""

import numpy as np

STEP = 1e-200  # the complex step has no cancellation, so it may be as small as one likes
DIFFERENCE = 1e-6


def complex_step(f, x):
    """The gradient of a real function of x: Im f(x + i·step) / step, an element at a time."""
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * STEP
        gradient[index] = f(moved).imag / STEP
    return gradient


def central_difference(f, x):
    """(f(x + h) − f(x − h)) / 2h, an element at a time; off by h² and by ε / h."""
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += DIFFERENCE
        down[index] -= DIFFERENCE
        gradient[index] = (f(up) - f(down)) / (2 * DIFFERENCE)
    return gradient
