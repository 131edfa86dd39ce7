"""Quasi-Newton: L-BFGS, which learns the curvature from how the gradient changes along the steps it makes.

Derivation   Newton's step is −A⁻¹ g with A the second derivatives; H stands for A⁻¹, and is never written out.
             A step s changes the gradient by y ≈ A s, so the next H must give H y = s. Of all such symmetric H the
             one nearest to the last (in the norm that A weighs) is, with ρ = 1 / (y · s),
             H⁺ = (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ                                       (BFGS)
             Applied to a vector from the right, factor by factor, this needs the last pairs (s, y) alone: the two
             loops below. It starts from H = γ I with γ = y · s / y · y, the size of A⁻¹ along the last step.
             A pair with y · s ≤ 0 would make H indefinite: it is left out.
             On a quadratic in n numbers, with steps to the least value along each direction, the directions are
             conjugate, dᵢᵀ A dⱼ = 0, and the minimum is reached in n steps.
Shapes       start (n,) -> path (steps + 1, n)
Source       the document, section 2.3.1 (quasi-Newton methods); Nocedal & Wright, algorithm 7.4; torch.optim.LBFGS
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from manual.arrays import Array
from manual.errors import must_be

Pairs = deque[tuple[Array, Array, float]]

# torch's least y · s of a pair that is kept.
LEAST_CURVATURE = 1e-10


def lbfgs(
    gradient: Callable[[Array], Array],
    start: Array,
    steps: int,
    *,
    learning_rate: float = 1.0,
    history: int = 100,
    step_length: Callable[[Array, Array], float] | None = None,
) -> Array:
    """The points that L-BFGS goes through from `start`.

    The step is `step_length(x, direction)` times the direction, or without that function the learning rate, and of
    the first step, whose scale nothing is known of, at most a length of that (torch's rule: in the 1-norm).

    Raises    InputError if steps or history < 1
    """
    if steps < 1 or history < 1:
        raise must_be("steps and history", "at least 1", (steps, history))
    path = [np.array(start, np.float64)]
    pairs: Pairs = deque(maxlen=history)
    before = g = gradient(path[0])
    for t in range(steps):
        if t:
            _learn(pairs, path[-1] - path[-2], g - before)
        direction = -times_inverse(pairs, g)
        length = learning_rate if t else learning_rate * min(1.0, 1.0 / max(float(np.abs(g).sum()), 1e-300))
        if step_length is not None:
            length = step_length(path[-1], direction)
        path.append(path[-1] + length * direction)
        before, g = g, gradient(path[-1])
    return np.array(path)


def _learn(pairs: Pairs, s: Array, y: Array) -> None:
    """Keeps a step and the change of the gradient along it."""
    curvature = float(y @ s)
    if curvature > LEAST_CURVATURE:
        pairs.append((s, y, 1.0 / curvature))


def times_inverse(pairs: Pairs, g: Array) -> Array:
    """H g, by the pairs from the last to the first and back."""
    q, shares = g.copy(), []
    for s, y, rho in reversed(pairs):
        shares.append(rho * float(s @ q))
        q -= shares[-1] * y
    if pairs:
        s, y, rho = pairs[-1]
        q /= rho * float(y @ y)
    for (s, y, rho), share in zip(pairs, reversed(shares), strict=True):
        q += (share - rho * float(y @ q)) * s
    return q
