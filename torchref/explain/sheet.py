"""Sheet: the page that a derivation is written on: a name, a formula, and the value at once."""

from collections.abc import Sequence
from decimal import Decimal

from manual.errors import must_be
from torchref.explain.expression import Expression, Number, Product, Quotient, Sum, Symbol, fill_in, symbols, work_out
from torchref.explain.record import Quantity, Stage


class Sheet:
    """Quantities by name, in the order in which they were written down."""

    def __init__(self) -> None:
        self.quantities: dict[str, Quantity] = {}

    def give(self, name: str, value: object, at: str, why: str) -> None:
        """Writes down a number that is given; a NumPy number as its shortest decimal, 0.1 as 0.1."""
        self.quantities[name] = Quantity(name, Stage.GIVEN, at, why, None, Decimal(str(value)))

    def write(self, name: str, formula: Expression, stage: Stage, at: str, why: str) -> None:
        """Writes down a quantity and works it out from those above it.

        Raises    InputError if it has no finite value
        """
        values = {symbol: self.quantities[symbol].value for symbol in symbols(formula)}
        value = work_out(formula, values)
        if not value.is_finite():
            raise must_be(name, "finite", value, "take smaller numbers, or outputs where the loss has a value")
        numbers = fill_in(formula, values)
        expanded = self._expanded(formula) if stage is Stage.GRADIENT else None
        self.quantities[name] = Quantity(name, stage, at, why, formula, value, numbers, expanded)

    def _expanded(self, formula: Expression) -> Expression | None:
        """A product with the sum over paths that its first factor is written out, if it is one."""
        if not isinstance(formula, Product) or not isinstance(formula.factors[0], Symbol):
            return None
        first = self.quantities[formula.factors[0].name]
        if first.why != "paths" or not isinstance(first.formula, Sum):
            return None
        return Product((first.formula, *formula.factors[1:]))


def d(of: str, by: str) -> str:
    """The name of a derivative, ∂of/∂by."""
    return f"∂{of}/∂{by}"


def plus(terms: Sequence[Expression]) -> Expression:
    """A sum, or its only term."""
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def times(*names: str) -> Expression:
    """A product of quantities."""
    return Product(tuple(Symbol(name) for name in names)) if len(names) > 1 else Symbol(names[0])


def share(count: int, expression: Expression) -> Expression:
    """1/count of an expression."""
    if count == 1:
        return expression
    return Product((Quotient(Number(Decimal(1)), Number(Decimal(count))), expression))
