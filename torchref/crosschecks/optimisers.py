"""Optimisers: somebody's hand-written optimiser, fed a sequence of gradients, beside torch.optim, step by step.

Each step is judged from the code's own parameters before it. What the code keeps from step to step (m, v, …) is judged
too where it is handed over; where it is not, the reference's own stands in, and its roundings are allowed for. The
first wrong step is the root: a wrong m makes every later step wrong as well.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike

from manual.arrays import Array, Shape
from manual.errors import unknown
from manual.optimisers import OPTIMISERS, Optimiser
from torchref import twin
from torchref.allowance import Rounding, allowance
from torchref.compare import compare
from torchref.crosschecks.call import CrashedError, place_of
from torchref.crosschecks.collect import as_array
from torchref.crosschecks.collected import collect
from torchref.crosschecks.optimiser_readings import consistent, readings
from torchref.diagnosis import Finding
from torchref.errors import must_be
from torchref.report import Report
from torchref.rounding_updates import Update, roundings
from torchref.steps import StepVerdict

Parameters = dict[str, Array]
RunOptimiser = Callable[[Parameters, list[Parameters]], Iterable[Mapping[str, Any] | None]]

# The sizes of the gradients: what ε is too small for, what it is large beside, and none at all.
SIZES = (1.0, 30.0, 1e-3, 0.0, 1.0, 1e-3, 0.0, 100.0, 1.0, 1e-3)
# Two parameters, for some code counts its steps, or keeps its means, for all of them together.
SHAPES: Mapping[str, Shape] = {"w": (3, 4), "b": (4,)}


@dataclass
class Judged:
    """One quantity of one step: the parameter, or with a buffer what is kept of it, as found and as it should be."""

    step: int
    parameter: str
    buffer: str
    got: Array | None
    expected: Array
    rounding: Rounding
    allowed: Array

    @property
    def name(self) -> str:
        """As in step3/w or step3/w.m."""
        return f"step{self.step}/{self.parameter}" + (f".{self.buffer}" if self.buffer else "")


@dataclass
class Course:
    """What went into an optimiser, and what it made of it: the parameters before each step and after the last."""

    rule: Optimiser
    gradients: list[Parameters]
    before: list[Parameters]
    judged: list[Judged] = field(default_factory=list)


def crosscheck_optimiser(
    run: RunOptimiser,
    optimiser: Optimiser | str,
    *,
    steps: int = 10,
    shapes: Mapping[str, Shape] | None = None,
    dtype: DTypeLike = np.float64,
    seed: int = 0,
    **settings: Any,
) -> Report:
    """Feeds somebody's optimiser a sequence of gradients and reports on each of its steps.

    `run(p, gradients)` drives the code: p holds parameters by name (w and b, or those of `shapes`), `gradients` is a
    list with a dict like it for each step. It is a generator that yields after each step, or gives a list: None where
    p was updated in place, or else a dict of the new parameters. With "w.m", "w.v", … in it, what the optimiser keeps
    is judged too.

    optimiser   one of manual's, such as manual.Adam(0.01), or its kind with `settings` as in ("adam",
                learning_rate=0.01)

    Raises      InputError if there is no such optimiser
    """
    if steps < 1:
        raise must_be("steps", "at least 1", steps)
    rule = _rule(optimiser, settings)
    title = getattr(run, "__name__", "<lambda>").replace("<lambda>", "your optimiser")
    rng = np.random.default_rng(seed)
    parameters = {n: rng.standard_normal(s).astype(dtype) for n, s in (shapes or SHAPES).items()}
    gradients = [
        {n: (SIZES[t % len(SIZES)] * rng.standard_normal(p.shape)).astype(dtype) for n, p in parameters.items()}
        for t in range(steps)
    ]
    try:
        made = _drive(run, parameters, gradients)
    except CrashedError as error:
        return collect(Report(title, crashed=str(error)))
    if not made:
        return collect(Report(title, crashed="it gave nothing: yield after each step, None or a dict of parameters"))
    sequence = Course(rule, gradients, [parameters])
    sequence.judged = list(_judge(sequence, made, np.dtype(dtype)))
    return collect(_report(title, sequence, np.dtype(dtype)))


def _rule(optimiser: Optimiser | str, settings: Mapping[str, Any]) -> Optimiser:
    if isinstance(optimiser, Optimiser):
        return optimiser
    if optimiser not in OPTIMISERS:
        raise unknown("optimiser", optimiser, OPTIMISERS)
    make: Callable[..., Optimiser] = OPTIMISERS[optimiser]
    return make(**{"learning_rate": 0.01, **settings})


def _drive(run: RunOptimiser, parameters: Parameters, gradients: Sequence[Parameters]) -> list[Parameters]:
    """What the code has after each step, copied at once: it may write over it in the next."""
    mine = {name: value.copy() for name, value in parameters.items()}
    given = [{name: value.copy() for name, value in step.items()} for step in gradients]
    made: list[Parameters] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a division by 0 is seen in what comes of it
        try:
            for result in run(mine, given):
                kept = {**mine, **(result or {})}
                made.append({name: np.array(as_array(value)) for name, value in kept.items()})
                if len(made) == len(gradients):
                    break
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise CrashedError(f"{type(error).__name__}: {error} ({place_of(error)})") from error
    return made


def _judge(sequence: Course, made: Sequence[Parameters], dtype: np.dtype[Any]) -> Iterator[Judged]:
    """Every quantity of every step, from the code's own parameters before it."""
    rule = sequence.rule
    start = sequence.before[0]
    state = {n: {b: np.zeros(p.shape) for b in rule.buffers} for n, p in start.items()}
    sizes = {n: dict(kept) for n, kept in state.items()}  # of what went into the means, where they may have cancelled
    for t, after in enumerate(made):
        own: Parameters = {}
        for name, w in sequence.before[t].items():
            g = sequence.gradients[t][name].astype(np.float64)
            w64, tensors = w.astype(np.float64), {b: torch.tensor(v) for b, v in state[name].items()}
            new, kept = twin.update(rule, torch.tensor(w64), torch.tensor(g), tensors, t)
            exact = {b: twin.array(v) for b, v in kept.items()}
            is_hidden = not all(f"{name}.{b}" in after for b in rule.buffers)
            old = sizes[name] if is_hidden else state[name]
            hidden = t + 1 if is_hidden else 1
            rounding = roundings(Update(rule, w64, g, old, t, exact, twin.array(new), dtype, hidden))
            for b, value in exact.items():
                if (got := after.get(f"{name}.{b}")) is not None:
                    yield Judged(t + 1, name, b, got, value, rounding[b], allowance(rounding[b], dtype))
                sizes[name][b] = np.broadcast_to(rounding[b].magnitude, value.shape)
                state[name][b] = got.astype(np.float64) if got is not None and _is_usable(got, value) else value
            yield Judged(
                t + 1, name, "", after.get(name), twin.array(new), rounding[""], allowance(rounding[""], dtype)
            )
            own[name] = after[name] if _is_usable(after.get(name), w) else twin.array(new).astype(dtype)
        sequence.before.append(own)


def _is_usable(got: Array | None, like: Array) -> bool:
    return got is not None and got.dtype.kind == "f" and got.shape == like.shape and bool(np.isfinite(got).all())


def _report(title: str, sequence: Course, dtype: np.dtype[Any]) -> Report:
    function = f"{sequence.rule.kind}.update"
    steps = []
    for j in sequence.judged:
        comparison = compare(j.name, j.got, j.expected, j.allowed, dtype, j.rounding)
        name = f"{sequence.rule.kind}.keep_{j.buffer}" if j.buffer else function
        steps.append(StepVerdict(comparison, f"step {j.step}, {name}", comparison.verdict, ()))
    wrong = [k for k, step in enumerate(steps) if step.verdict.is_wrong]
    if not wrong:
        return Report(title, tuple(steps))
    root = wrong[0]
    found = readings(sequence, root, dtype)
    steps = consistent(sequence, steps, root, found, dtype)
    return Report(title, tuple(steps), (Finding(steps[root], found),))
