"""Run: a case in, its trace out: the one question that every implementation answers."""

from manual.case import Case
from manual.step import Step
from manual.trace import Trace


def run(case: Case) -> Trace:
    """One training step of `case`, by hand: forward, loss, backward, gradients and update, every quantity named."""
    step = Step(case)
    step.run()
    return Trace(step.arrays)
