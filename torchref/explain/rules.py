"""Rules: the formula of each kind of layer and loss and its derivative by sympy, in letters, once for all neurons."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import sympy as sp

from manual.errors import unknown
from torchref.explain import definitions
from torchref.explain.expression import Expression, rename, symbols
from torchref.explain.tidy import as_expression, tidy


@dataclass(frozen=True)
class Rule:
    """A definition and its derivative: as differentiation gives it, and as it is used (in y, if that is short)."""

    kind: str
    output: str  # the letter of what is defined: y, e, E
    by: str  # the letter that it is differentiated by: x, o
    formula: Expression
    derivative: Expression
    slope: Expression


def letters(letter: str, count: int) -> list[sp.Symbol]:
    """x01, x02, …: numbered so that they sort in their order."""
    return [sp.Symbol(f"{letter}{place + 1:02}", real=True) for place in range(count)]


def _letter(letter: str) -> sp.Symbol:
    return sp.Symbol(letter, real=True)


def _known(what: str, kind: str, *tables: dict[str, object] | dict[str, definitions.Activation]) -> None:
    kinds = [name for table in tables for name in table]
    if kind not in kinds:
        raise unknown(f"{what} that torchref.explain.definitions has a formula of", kind, kinds)


@cache
def activation(kind: str, width: int, of: int = 0, by: int = 0) -> Rule:
    """Output `of` of an activation over `width` inputs, differentiated by input `by`."""
    _known("a layer", kind, definitions.ACTIVATIONS)
    definition = definitions.ACTIVATIONS[kind]
    x, y = letters("x", width), [sp.Symbol(f"y{place + 1:02}", positive=True) for place in range(width)]
    output = definition.output(x, of)
    derivative = slope = sp.diff(output, x[by])
    if definition.inverse is not None:
        slope = slope.xreplace({a: definition.inverse(b) for a, b in zip(x, y, strict=True)})
        if definition.total is not None:
            slope = slope.xreplace({sp.Add(*y): sp.Integer(definition.total)})
        slope = tidy(sp.simplify(slope))
    return Rule(kind, y[of].name, x[by].name, *map(as_expression, (output, derivative, slope)))


@cache
def element(kind: str) -> Rule:
    """An element of a loss, differentiated by its output."""
    o, t = _letter("o"), _letter("t")
    formula = definitions.ELEMENTS[kind](o, t)
    derivative = sp.diff(formula, o)
    return Rule(kind, "e", "o", *map(as_expression, (formula, derivative, tidy(derivative))))


@cache
def row(kind: str, width: int, by: int = 0) -> Rule:
    """A loss that takes all outputs at once, differentiated by one of them."""
    o, t = letters("o", width), letters("t", width)
    formula = definitions.ROWS[kind](o, t)
    derivative = sp.diff(formula, o[by])
    return Rule(kind, "E", o[by].name, *map(as_expression, (formula, derivative, tidy(derivative))))


def is_row(kind: str) -> bool:
    """Whether a loss takes all outputs at once; raises UnknownNameError if there is no formula of it."""
    _known("a loss", kind, definitions.ELEMENTS, definitions.ROWS)  # type: ignore[arg-type]
    return kind in definitions.ROWS


@cache
def neuron_slopes() -> tuple[Expression, Expression, Expression]:
    """The derivatives of w x + b by w, by x and by b."""
    w, x, b = map(_letter, "wxb")
    return tuple(as_expression(sp.diff(definitions.neuron(w, x, b), letter)) for letter in (w, x, b))  # type: ignore[return-value]


@cache
def penalty(has_l1: bool, has_l2: bool) -> tuple[Expression, Expression]:
    """What one weight w adds to the objective with strengths l1 and l2, and its derivative."""
    w, l1, l2 = map(_letter, ("w", "l1", "l2"))
    term = definitions.penalty(w, l1 if has_l1 else sp.S.Zero, l2 if has_l2 else sp.S.Zero)
    return as_expression(term), as_expression(sp.diff(term, w))


@cache
def update(kind: str) -> Expression:
    """w⁺ of w, its gradient g and the learning rate eta."""
    _known("an optimiser", kind, definitions.UPDATES)  # type: ignore[arg-type]
    return as_expression(definitions.UPDATES[kind](_letter("w"), _letter("g"), _letter("eta")))


def numbered(letter: str, names: Sequence[str]) -> dict[str, str]:
    """What the numbered letters stand for: x01 the first of the names, and so on."""
    return {f"{letter}{place + 1:02}": name for place, name in enumerate(names)}


def readable(rule: Rule) -> Rule:
    """The rule with x1, x2 for x01, x02; with x alone where there is only one."""
    found = {name for expression in (rule.formula, rule.slope) for name in symbols(expression)} | {rule.output, rule.by}
    numbers = {name: f"{name[0]}{int(name[1:])}" for name in found if name[1:].isdigit()}
    is_one = all(name.endswith("01") for name in numbers)
    names = {name: name[0] if is_one else short for name, short in numbers.items()}
    formulas = (rename(expression, names) for expression in (rule.formula, rule.derivative, rule.slope))
    return Rule(rule.kind, names.get(rule.output, rule.output), names.get(rule.by, rule.by), *formulas)
