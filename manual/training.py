"""Training: gradient descent over many steps, at any number of learning rates at once.

The rates are the first axis of every array, not a loop: one call of a layer's function serves all of them. Each
rate's numbers are bit for bit those that it gets when it is trained alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from manual.arrays import Array
from manual.case import Case
from manual.errors import must_be
from manual.schedules import Fixed, Schedule
from manual.step import Step


@dataclass(frozen=True)
class History:
    """What training saw: R rates, T steps, S of them kept in full.

    learning_rates   (R,)
    loss             (R, T + 1), the objective before the first update and after each
    gradient_norm    (R, T + 1), √Σ (∂objective/∂w)² over the trainable parameters
    turned           (R, T), whether an update ended where the gradient points against the one it started with: it
                     has jumped over a minimum along its way
    kept             (S,) the steps of the next two
    outputs          (R, S, N, O)
    parameters       by name, (R, S, …)
    """

    learning_rates: Array
    loss: Array
    gradient_norm: Array
    turned: Array
    kept: Array
    outputs: Array
    parameters: dict[str, Array]

    def final(self, case: Case, rate: int) -> Case:
        """The case with the parameters that training at the rate of this place ended with."""
        return replace(case, parameters={name: values[rate, -1] for name, values in self.parameters.items()})


def train(
    case: Case,
    learning_rates: ArrayLike,
    steps: int,
    *,
    schedule: Schedule | None = None,
    keep: Sequence[int] | Array | None = None,
) -> History:
    """Trains the case's network from its parameters on its batch for `steps` updates at each of the rates.

    `keep` names the steps at which outputs and parameters are kept, from 0 (before the first update) to `steps`
    (after the last); by default the first and the last.

    Raises    InputError if steps < 1, a rate is not finite and above 0, or `keep` leaves 0 … steps
    """
    rates = np.atleast_1d(np.asarray(learning_rates, case.dtype))
    if steps < 1:
        raise must_be("steps", "at least 1", steps)
    if rates.ndim != 1 or not rates.size or not (np.isfinite(rates) & (rates > 0)).all():
        raise must_be("learning_rates", "a list of finite numbers above 0", learning_rates)
    kept = np.unique([0, steps] if keep is None else np.asarray(keep, int))
    if not kept.size or kept[0] < 0 or kept[-1] > steps:
        raise must_be("keep", f"steps from 0 to {steps}", keep)
    return _train(Step(case, rates, training=True), rates, steps, schedule or Fixed(), kept)


@np.errstate(over="ignore", divide="ignore")
def evaluate(case: Case, parameters: Mapping[str, Array]) -> Array:
    """The objective at R sets of parameters, (R, …) each by name, on the case's batch: (R,)."""
    rates = np.ones(len(next(iter(parameters.values()))), case.dtype)
    step = Step(replace(case, frozen=frozenset()), rates, training=True)
    for name, value in parameters.items():
        step.parameters[name][...] = value
    for call in (*step.forward, *step.loss):
        call()
    return step.arrays.get("objective", step.arrays["loss"])


@np.errstate(over="ignore", divide="ignore", invalid="ignore")  # a rate that diverges ends in NaN, and then says so
def _train(step: Step, rates: Array, steps: int, schedule: Schedule, kept: Array) -> History:
    output = step.layers[-1]["output"]
    objective = step.arrays.get("objective", step.arrays["loss"])
    loss = np.empty((steps + 1, rates.size), objective.dtype)
    square = np.empty_like(loss)
    turned = np.empty((steps, rates.size), bool)
    outputs = np.empty((len(kept), *output.shape), output.dtype)
    parameters = {name: np.empty((len(kept), *value.shape), value.dtype) for name, value in step.parameters.items()}
    calls = (*step.forward, *step.loss, *step.backward)
    places = {int(t): place for place, t in enumerate(kept)}
    gradients = step.gradients.vector
    before = np.empty_like(gradients)
    for t in range(steps + 1):
        for call in calls:
            call()
        loss[t] = objective
        np.vecdot(gradients, gradients, out=square[t])
        if t > 0:
            np.less(np.vecdot(before, gradients), 0.0, out=turned[t - 1])
        np.copyto(before, gradients)
        if (place := places.get(t)) is not None:
            outputs[place] = output
            for name, value in step.parameters.items():
                parameters[name][place] = value
        if t < steps:
            np.multiply(rates[:, None], schedule.factor(t), out=step.learning_rate)
            for call in step.update:
                call()
    shapes = step.case.network.parameter_shapes
    by_rate = {
        # A frozen parameter is the same at every rate, and the step holds it once.
        name: values if values.ndim > len(shapes[name]) + 1 else np.repeat(values[:, None], rates.size, axis=1)
        for name, values in parameters.items()
    }
    return History(
        rates,
        loss.T.copy(),
        np.sqrt(square).T.copy(),
        turned.T.copy(),
        kept,
        np.moveaxis(outputs, 1, 0),
        {name: np.moveaxis(values, 1, 0) for name, values in by_rate.items()},
    )
