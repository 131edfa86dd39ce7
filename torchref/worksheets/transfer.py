"""Transfer: a worksheet read in one process and judged in another: its equations as JSON, and back.

Reading is where a text meets a parser; judging is where the answers are. Apart, a text can be read where nothing can
be harmed, and what comes back is checked to be numbers, names and operations before anything is made of it.
"""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from torchref.errors import InputError
from torchref.grade.record import Text
from torchref.worksheets import bounds
from torchref.worksheets.expression import Call, Expression, Name, Number, Power, Product, Sum
from torchref.worksheets.scan import Equation, Scanned, scan
from torchref.worksheets.sides import Side, parse_side
from torchref.worksheets.source import decode
from torchref.worksheets.tables import rows_of_csv

FUNCTIONS = ("exp", "ln", "sqrt", "abs", "sign", "step", "sigmoid", "tanh", "relu")


@dataclass(frozen=True)
class Reading:
    """A text read: its equations, the sides of each, and how many lines there are."""

    scanned: Scanned
    sides: tuple[tuple[Side, ...], ...]


def read_text(text: str, suffix: str, source: str = "worksheet") -> Reading:
    """The equations of a text of a kind, parsed; raises InputError if it is beyond bounds."""
    scanned = scanned_text(text, suffix)
    sides = sum(len(equation.parts) for equation in scanned.equations)
    characters = sum(len(part) for equation in scanned.equations for part in equation.parts)
    if sides > bounds.MOST_SIDES or characters > bounds.MOST_EQUATION_CHARACTERS:
        expected = f"at most {bounds.MOST_SIDES} sides of equations with {bounds.MOST_EQUATION_CHARACTERS} characters"
        raise InputError(f"{source} must be {expected} (got {sides} with {characters})")
    return Reading(scanned, tuple(tuple(map(parse_side, equation.parts)) for equation in scanned.equations))


def scanned_text(text: str, suffix: str) -> Scanned:
    """The equations of a text of a kind."""
    if suffix != ".csv":
        return scan(text, suffix == ".tex")
    equations = tuple(rows_of_csv(text))
    lines = text.count("\n") + (not text.endswith("\n"))
    return Scanned(equations, lines, max(0, sum(bool(line.strip()) for line in text.split("\n")) - len(equations)))


def read_and_pack(raw: bytes, name: str) -> str:
    """A file's bytes read, as JSON; what is beyond bounds is an error in it."""
    try:
        reading = read_text(decode(raw, name), name[name.rfind(".") :].lower(), name)
    except InputError as error:
        return json.dumps({"error": str(error)})
    equations = [[e.parts, e.lines, e.is_tex] for e in reading.scanned.equations]
    sides = [[_packed_side(side) for side in row] for row in reading.sides]
    counts = [reading.scanned.lines, reading.scanned.text_lines]
    return json.dumps({"equations": equations, "sides": sides, "counts": counts})


def unpack(text: str) -> Reading:
    """The reading that was packed; raises InputError if it says that there is none, or is no such thing."""
    try:
        known = json.loads(text)
        if "error" in known:
            raise InputError(str(known["error"])[:1000])
        equations = tuple(Equation(tuple(map(str, p)), tuple(map(int, n)), bool(t)) for p, n, t in known["equations"])
        sides = tuple(tuple(map(_side, row)) for row in known["sides"])
        lines, text_lines = map(int, known["counts"])
        if [len(e.parts) for e in equations] != list(map(len, sides)) or any(len(e.lines) == 0 for e in equations):
            raise ValueError("sides without equations")
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, InvalidOperation) as error:
        raise InputError(f"what was read must be equations (got {type(error).__name__})") from error
    return Reading(Scanned(equations, lines, text_lines), sides)


def _packed_side(side: Side) -> list[Any]:
    reason = None if side.reason is None else [side.reason.english, side.reason.chinese]
    return [side.text, None if side.expression is None else _packed(side.expression), reason]


def _packed(expression: Expression) -> list[Any]:
    match expression:
        case Number(value, unit, text):
            return ["number", str(value), str(unit), text]
        case Name(text):
            return ["name", text]
        case Sum(terms):
            return ["sum", [[is_minus, _packed(term)] for is_minus, term in terms]]
        case Product(factors):
            return ["product", [[is_divided, _packed(factor)] for is_divided, factor in factors]]
        case Power(base, exponent):
            return ["power", _packed(base), _packed(exponent)]
        case Call(function, argument):
            return ["call", function, _packed(argument)]


def _side(known: Any) -> Side:
    text, expression, reason = known
    made = None if expression is None else _expression(expression)
    return Side(str(text), made, None if reason is None else Text(*map(str, reason)))


def _expression(known: Any) -> Expression:
    match known:
        case ["number", str(value), str(unit), str(text)]:
            number = Number(Decimal(value), Decimal(unit), text)
            if not number.value.is_finite() or abs(number.value.adjusted()) > 1000:
                raise ValueError("a number out of bounds")
            return number
        case ["name", str(text)]:
            return Name(text)
        case ["sum", list(terms)]:
            return Sum(tuple((bool(is_minus), _expression(term)) for is_minus, term in terms))
        case ["product", list(factors)]:
            return Product(tuple((bool(is_divided), _expression(factor)) for is_divided, factor in factors))
        case ["power", base, exponent]:
            return Power(_expression(base), _expression(exponent))
        case ["call", str(function), argument] if function in FUNCTIONS:
            return Call(function, _expression(argument))
    raise ValueError("no expression")
