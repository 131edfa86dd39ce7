"""Formulas: those of single steps on paper: an activation and its slope, the error of an output and its slope.

Written once more, apart from manual's layers, so that one mistake cannot stand on both sides; tests hold them to torch.
"""

from collections.abc import Sequence

from torchref.errors import must_be
from torchref.worksheets.expression import Call, Expression, Name, Power, Product, Sum, negative, whole

ONE, TWO, HALF = whole(1), whole(2), Product(((False, whole(1)), (True, whole(2))))


def plus(*terms: Expression) -> Expression:
    """Their sum."""
    return terms[0] if len(terms) == 1 else Sum(tuple((False, term) for term in terms)) if terms else whole(0)


def minus(a: Expression, b: Expression) -> Expression:
    """A − b."""
    return Sum(((False, a), (True, b)))


def times(*factors: Expression) -> Expression:
    """Their product."""
    return factors[0] if len(factors) == 1 else Product(tuple((False, factor) for factor in factors))


def over(a: Expression, b: Expression) -> Expression:
    """A / b."""
    return Product(((False, a), (True, b)))


def exponential(name: str) -> Expression:
    """E to the power of a number."""
    return Call("exp", Name(name))


def activation(kind: str, linear: str, layer: Sequence[str]) -> Expression:
    """A neuron's output from its linear part, and from those of its layer."""
    match kind:
        case "sigmoid":
            return over(ONE, plus(ONE, Call("exp", negative(Name(linear)))))
        case "softmax":
            return over(exponential(linear), plus(*map(exponential, layer)))
        case "identity":
            return Name(linear)
    return Call(kind, Name(linear))


def activation_slope(kind: str, linear: str, output: str) -> Expression:
    """The derivative of a neuron's output by its own linear part."""
    out = Name(output)
    match kind:
        case "sigmoid" | "softmax":
            return times(out, minus(ONE, out))
        case "tanh":
            return minus(ONE, Power(out, TWO))
        case "relu":
            return Call("step", Name(linear))
    return ONE


def error(kind: str, output: str, target: str) -> Expression:
    """The error of one output."""
    o, t = Name(output), Name(target)
    match kind:
        case "half_squared_error":
            return times(HALF, Power(minus(t, o), TWO))
        case "squared_error":
            return Power(minus(t, o), TWO)
        case "absolute_error":
            return Call("abs", minus(t, o))
        case "inner_product":
            return times(t, o)
        case "binary_cross_entropy":
            no = times(minus(ONE, t), Call("ln", minus(ONE, o)))
            return Sum(((True, times(t, Call("ln", o))), (True, no)))
    raise must_be("a worksheet's loss", "one of the squared errors or cross-entropies", kind)


def error_slope(kind: str, output: str, target: str, outputs: Sequence[str]) -> Expression:
    """The derivative of an output's error by that output, or of softmax cross-entropy by a score."""
    o, t = Name(output), Name(target)
    match kind:
        case "half_squared_error":
            return minus(o, t)
        case "squared_error":
            return times(TWO, minus(o, t))
        case "absolute_error":
            return Call("sign", minus(o, t))
        case "inner_product":
            return t
        case "binary_cross_entropy":
            return over(minus(o, t), times(o, minus(ONE, o)))
    return minus(over(exponential(output), plus(*map(exponential, outputs))), t)


def softmax_cross_entropy(outputs: Sequence[str], targets: Sequence[str]) -> Expression:
    """The logarithm of the sum of exponentials, less the scores that were to be high."""
    scores = plus(*(times(Name(t), Name(o)) for o, t in zip(outputs, targets, strict=True)))
    return minus(Call("ln", plus(*map(exponential, outputs))), scores)


def after_the_update(formula: Expression) -> Expression:
    """The same formula of the numbers after the update; inputs and targets stay."""
    match formula:
        case Name(text):
            return formula if text.startswith(("i", "target", "η")) else Name(f"{text}+")
        case Sum(terms):
            return Sum(tuple((m, after_the_update(term)) for m, term in terms))
        case Product(factors):
            return Product(tuple((o, after_the_update(factor)) for o, factor in factors))
        case Power(base, exponent):
            return Power(after_the_update(base), exponent)
        case Call(function, argument):
            return Call(function, after_the_update(argument))
    return formula
