"""Witness: is a gradient the derivative of the very code that it comes with? Asked without torch and without a formula.

Along a random direction v the derivative of the loss is Σ gradient · v. It is also what the loss itself does when the
parameters are moved along v: by a complex step, exact to rounding, where the code's mathematics takes complex numbers;
else by central differences, good to some nine digits. A gradient that passes here and differs from the reference is
right for its own forward pass, and it is the forward pass that is not what was declared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from manual.arrays import Array
from torchref.report import Note

DIRECTIONS = 3
COMPLEX_STEP = 1e-30
# Central differences are off by h² and by ε/h: h = ε^⅓ balances the two.
DIFFERENCE = float(np.finfo(float).eps) ** (1 / 3)
# How far the two may lie apart, relative to |gradient| · |v|: the complex step is exact but for the code's own
# rounding, differences keep about ε^⅔ = 4e-11 of numbers of order one, and the loss may be a few orders larger.
EXACT, ROUGH = 1e-10, 1e-6

LossOf = Callable[[Mapping[str, Array]], complex]


@dataclass(frozen=True)
class Testimony:
    """What the witness says: whether the gradient is the derivative of the loss, by which method, to what digits."""

    holds: bool
    method: str
    digits: float


def testify(loss_of: LossOf, parameters: Mapping[str, Array], gradients: Mapping[str, Array]) -> Testimony | None:
    """Compares Σ gradient · v with the derivative of the loss along v, for random v over parameters with a gradient.

    None if the loss cannot be had, or nothing comes of moving the parameters.
    """
    rng = np.random.default_rng(0)
    worst, method = 0.0, "complex step"
    for _ in range(DIRECTIONS):
        v = {name: rng.standard_normal(gradient.shape) for name, gradient in gradients.items()}
        claimed = sum(float((gradients[name] * v[name]).sum()) for name in v)
        size = sum(float(np.abs(gradients[name] * v[name]).sum()) for name in v)
        found, method = _derivative(loss_of, parameters, v)
        if found is None:
            return None
        scale = max(size, abs(found))
        worst = max(worst, abs(claimed - found) / scale if scale else 0.0)
    digits = 16.0 if worst == 0 else float(np.clip(-np.log10(worst), 0, 16))
    return Testimony(worst <= (EXACT if method == "complex step" else ROUGH), method, digits)


def _derivative(loss_of: LossOf, parameters: Mapping[str, Array], v: Mapping[str, Array]) -> tuple[float | None, str]:
    """The derivative of the loss along v, and how it was found."""

    def moved(step: complex) -> complex | None:
        there = {name: value + step * v[name] if name in v else value for name, value in parameters.items()}
        try:
            value = complex(loss_of(there))
        except Exception:  # the code takes no complex numbers, or fails at these
            return None
        return value if np.isfinite(value) else None

    with np.errstate(all="ignore"):
        exact = moved(1j * COMPLEX_STEP)
        up, down = moved(DIFFERENCE), moved(-DIFFERENCE)
    if up is None or down is None:
        return None, "differences"
    rough = (up.real - down.real) / (2 * DIFFERENCE)
    # Code that compares, takes absolute values or casts loses the imaginary part: then the two disagree.
    if exact is not None and abs(exact.imag / COMPLEX_STEP - rough) <= ROUGH * max(abs(rough), abs(up.real)):
        return exact.imag / COMPLEX_STEP, "complex step"
    return rough, "differences"


def witness_note(testimony: Testimony) -> Note:
    """What the testimony means for somebody whose gradient differs from the reference."""
    how = f"{testimony.method}, {DIRECTIONS} random directions, {testimony.digits:.0f} digits"
    if testimony.holds:
        english = (
            f"its gradients are the derivative of its own loss ({how}): the backward pass is right for the forward "
            "pass that was written, and that is not the one that was declared"
        )
        chinese = f"它的梯度正是它自己的损失的导数（{how}）：反向与所写的前向相符，但前向不是所声明的那个"
    else:
        english = f"its gradients are not the derivative of its own loss either ({how})"
        chinese = f"它的梯度也不是它自己的损失的导数（{how}）"
    return Note("witness", english, chinese)
