"""Sheet: a worksheet to hand out: every number of a case in the order of its computation, some of them left blank."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from manual import document
from manual.case import Case
from torchref.errors import must_be, unknown
from torchref.grade.record import Text
from torchref.worksheets.interval import CONTEXT
from torchref.worksheets.operands import to_digits
from torchref.worksheets.parser import parse
from torchref.worksheets.solution import Solution
from torchref.worksheets.vocabulary import UnknownWord, Vocabulary

GIVEN = Text("Given", "已知")
FORWARD = Text("Forward", "前向传播")
BACKWARD = Text("Backward", "反向传播")
UPDATE = Text("Update", "更新")

# As many decimals as the document prints; and significant digits for numbers that are smaller than that.
DECIMALS = 9
SIGNIFICANT = 6
# The share of a number, or of the change that an update makes, that a blank's answer may leave open.
OPEN = Decimal("0.005")


@dataclass(frozen=True)
class Line:
    """One number of a sheet: its section, name and value, and whether it is left blank.

    decimals    how many an answer needs at least, rounded or cut off; points, what it is worth
    """

    section: Text
    name: str
    value: str
    is_blank: bool = False
    decimals: int = 0
    points: float = 0.0


@dataclass(frozen=True)
class Sheet:
    """A worksheet: the case's name and title, and its lines in order."""

    case: str
    title: Text
    lines: tuple[Line, ...]

    @property
    def blanks(self) -> tuple[Line, ...]:
        """The lines that are left blank."""
        return tuple(line for line in self.lines if line.is_blank)


def make_sheet(case: Case, name: str, title: Text, blanks: str = "", points: float = 1.0) -> Sheet:
    """A sheet for a case.

    blanks    "all", a count (spread evenly), names with commas between, or "" for those that the document leaves to
              its reader, where the case has them, and else all
    Raises    InputError for blanks that are none of these
    """
    solution = Solution(case)
    every = list(quantities(solution))
    chosen = _chosen(solution, [name for _, name in every], blanks or _default(name))
    lines = [Line(GIVEN, name, f"{value.normalize():f}") for name, value in solution.givens.items()]
    for section, quantity in every:
        is_blank = quantity in chosen
        decimals = least_decimals(solution, quantity)
        lines.append(Line(section, quantity, digits_of(solution, quantity), is_blank, decimals, points * is_blank))
    return Sheet(name, title, tuple(lines))


def quantities(solution: Solution) -> Iterator[tuple[Text, str]]:
    """The numbers of a case that are computed on paper, in order, each with its section."""
    wiring = solution.wiring
    for layer in wiring.layers:
        yield from ((FORWARD, neuron.linear) for neuron in layer)
        yield from ((FORWARD, neuron.output) for neuron in layer)
    if wiring.has_errors_by_output:
        yield from ((FORWARD, f"E_{neuron.name}") for neuron in wiring.outputs)
    yield FORWARD, "E_total"
    for layer in reversed(wiring.layers):
        for neuron in layer:
            yield BACKWARD, f"∂E_total/∂{neuron.output}"
            yield BACKWARD, f"∂{neuron.output}/∂{neuron.linear}"
            yield BACKWARD, f"∂E_total/∂{neuron.linear}"
        yield from ((BACKWARD, f"∂E_total/∂{weight}") for neuron in layer for weight in neuron.weights)
        biases = dict.fromkeys(neuron.bias for neuron in layer if neuron.bias)
        yield from ((BACKWARD, f"∂E_total/∂{bias}") for bias in biases)
    for name in solution.givens:
        element = wiring.elements.get(name)
        if element and element.path.startswith("parameter/") and element.path[10:] not in solution.case.frozen:
            yield UPDATE, f"{name}+"


def _default(name: str) -> str:
    return ",".join(document.LEFT_TO_THE_READER) if name == "document" else "all"


def _chosen(solution: Solution, every: list[str], blanks: str) -> set[str]:
    if blanks == "all":
        return set(every)
    if blanks.strip().isdigit():
        count = int(blanks)
        if not 1 <= count <= len(every):
            raise must_be("--blanks", f"a number from 1 to {len(every)}, all, or names", count)
        return {every[(2 * k + 1) * len(every) // (2 * count)] for k in range(count)}
    return set(canonical_names(solution, [word.strip() for word in blanks.split(",") if word.strip()], every))


def canonical_names(solution: Solution, words: Sequence[str], every: Sequence[str] = ()) -> list[str]:
    """The case's names for words; raises UnknownNameError, with a suggestion, for one that it has not got."""
    vocabulary = Vocabulary(solution)
    names = []
    for word in words:
        try:
            expression = vocabulary.resolve(parse(word), "")
            names.append(str(getattr(expression, "text", "")))
        except (UnknownWord, ValueError):
            raise unknown("a blank", word, every or solution.wiring.elements) from None
        if every and names[-1] not in every:
            raise unknown("a blank", word, every)
    return names


def digits_of(solution: Solution, name: str) -> str:
    """A number's value to as many digits as the document prints; whole numbers as they are."""
    value = solution.exact(name).low
    if value == value.to_integral_value():
        return f"{value.to_integral_value() + 0:f}"
    decimals = max(DECIMALS, SIGNIFICANT - 1 - value.adjusted())
    rounded = to_digits(value, Decimal(1).scaleb(-decimals))
    assert rounded is not None
    shown = rounded.text.rstrip("0")
    return shown if CONTEXT.create_decimal(shown) == value else rounded.text


def least_decimals(solution: Solution, name: str) -> int:
    """How many decimals an answer needs, so that it tells the number from 0, and an update from the old value."""
    value = solution.exact(name).low
    base = name.removesuffix("+")
    counts = value - solution.givens[base] if base != name and base in solution.givens else value
    if value == value.to_integral_value() or not counts:
        return 0
    decimals = 0
    while Decimal(1).scaleb(-decimals) / 2 > OPEN * abs(counts):
        decimals += 1
    return decimals
