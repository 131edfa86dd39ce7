"""Tidy: a formula of sympy's as a person would write it, y (1 − y) for −y (y − 1), and as our own tree."""

from decimal import Decimal

import sympy as sp

from torchref.explain.expression import (
    Call,
    Cases,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)

CALLS = {sp.exp: "exp", sp.log: "ln", sp.tanh: "tanh", sp.Abs: "abs", sp.sign: "sign"}


def tidy(formula: sp.Expr) -> sp.Expr:
    """The shorter of a formula and its factors, each difference the way round that needs no minus before it."""
    if formula.has(sp.Piecewise, sp.exp):
        return formula
    return min(_turned(formula), _turned(sp.factor(formula)), key=sp.count_ops)


def _turned(formula: sp.Expr) -> sp.Expr:
    if not isinstance(formula, sp.Mul):
        return formula
    number, factors = sp.Integer(1), []
    for factor in formula.args:
        base, exponent = factor.as_base_exp()
        if isinstance(base, sp.Add) and exponent.is_odd and _begins_with_minus(base):
            number, base = -number, -base
        if factor.is_number:
            number *= factor
        else:
            factors.append(base if exponent == 1 else sp.Pow(base, exponent))
    return sp.Mul(number, *factors, evaluate=False) if number != 1 else sp.Mul(*factors)


def _begins_with_minus(difference: sp.Add) -> bool:
    """Whether the whole number in it, or else its first term, is taken away."""
    constant, _ = difference.as_coeff_Add()
    first = constant if constant != 0 else difference.as_ordered_terms()[0]
    return bool(first.could_extract_minus_sign())


def as_expression(formula: sp.Expr) -> Expression:
    """The same formula as our own tree, what is taken away last in a sum, whole numbers first in a product."""
    if isinstance(formula, sp.Symbol):
        return Symbol(formula.name)
    if formula.is_Integer:
        return Number(Decimal(int(formula)))
    if isinstance(formula, sp.Add):
        terms = sorted(formula.as_ordered_terms(), key=lambda term: term.could_extract_minus_sign())
        return Sum(tuple(as_expression(term) for term in terms))
    if isinstance(formula, sp.Piecewise):
        (then, condition), (other, _) = formula.args
        assert isinstance(condition, sp.StrictGreaterThan)
        return Cases(*map(as_expression, (condition.lhs, condition.rhs, then, other)))
    if type(formula) in CALLS:
        return Call(CALLS[type(formula)], as_expression(formula.args[0]))
    if isinstance(formula, sp.Pow) and formula.exp.is_Integer and formula.exp > 0:
        return Power(as_expression(formula.base), int(formula.exp))
    assert isinstance(formula, sp.Mul | sp.Pow | sp.Rational), formula
    return _product(formula)


def _product(formula: sp.Expr) -> Expression:
    if formula.could_extract_minus_sign() and not isinstance(formula, sp.Pow):
        return Negative(as_expression(-formula))
    coefficient, rest = formula.as_coeff_Mul()
    factors: list[Expression] = []
    if coefficient.q != 1:
        factors.append(Quotient(*(Number(Decimal(int(part))) for part in (coefficient.p, coefficient.q))))
    elif coefficient != 1:
        factors.append(as_expression(coefficient))
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in rest.as_ordered_factors() if rest != 1 else ():
        base, exponent = factor.as_base_exp() if not isinstance(factor, sp.exp) else (factor, sp.Integer(1))
        (below if exponent < 0 else above).append(as_expression(sp.Pow(base, abs(exponent))))
    if below:
        return _times([*factors, Quotient(_times(above), _times(below))])
    return _times([*factors, *above])


def _times(factors: list[Expression]) -> Expression:
    if not factors:
        return Number(Decimal(1))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))
