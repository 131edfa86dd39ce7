"""Describe: a verdict in a sentence: which quantity, what it must be, what it is, how far off, how far is allowed."""

from torchref.compare import Comparison
from torchref.steps import StepVerdict
from torchref.verdict import Verdict


def describe(comparison: Comparison) -> str:
    """One sentence for one comparison."""
    c = comparison
    if c.verdict is Verdict.DIFFERS:
        off = abs(c.got - c.expected)
        count = f"; {c.wrong} of {c.size} elements differ" if c.size > 1 else ""
        return f"{c.place} must be {c.expected:.9g} (got {c.got:.9g}): off by {off:.2g}, allowed {c.allowed:.2g}{count}"
    if c.verdict is Verdict.NOT_FINITE:
        return f"{c.place} must be finite (got {c.got})"
    return f"{c.name}: {c.verdict}" + (f", {c.reason}" if c.reason else "")


def describe_roots(steps: list[StepVerdict]) -> list[str]:
    """A sentence for each step that is itself at fault, and one for what follows from them."""
    wrong = [step for step in steps if step.verdict.is_wrong]
    sentences = [f"{step.function} is wrong: {describe(step.comparison)}, given what went into it" for step in wrong]
    behind = sum(step.verdict is Verdict.CONSISTENT for step in steps)
    if wrong and behind:
        sentences.append(f"{behind} later quantities are right given the wrong values that they received")
    return sentences


def kind_of(function: str) -> str:
    """A layer's function without the layer's place: sigmoid.backward for sigmoid3.backward."""
    layer, dot, name = function.partition(".")
    return layer.rstrip("0123456789") + dot + name
