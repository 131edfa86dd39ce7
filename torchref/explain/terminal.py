"""Terminal: a derivation for a terminal, readable at 80 columns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.text import Text

from torchref.explain.chain import by_stage
from torchref.explain.lines import Line, Part, line
from torchref.explain.plain import Plain
from torchref.explain.record import Derivation, Quantity, Stage
from torchref.explain.rules import Rule
from torchref.explain.words import PHRASES, STAGES, reason, say, summary, title


def terminal(
    derivation: Derivation, quantities: Iterable[Quantity], digits: int = 9, language: str = "en", heading: str = ""
) -> RenderableType:
    """Title and rules, then the quantities stage by stage: formula, numbers, value; `heading` instead of the title."""
    plain = Plain(digits)
    parts: list[RenderableType] = [Text(heading or title(derivation, language), style="bold")]
    if not heading:
        parts += [Text(text, style="dim") for text in _about(derivation, digits, language)]
        parts += [Text(), _rules(derivation.rules, plain, say(PHRASES["rules"], language))]
    for stage, group in by_stage(quantities):
        parts += [Text(), Text(say(STAGES[stage], language), style="bold")]
        parts += _equations(stage, group, plain, language)
    return Group(*parts)


def _about(derivation: Derivation, digits: int, language: str) -> Iterator[str]:
    yield summary(derivation, language)
    if derivation.source:
        yield say(PHRASES["source"], language, source=derivation.source)
    yield say(PHRASES["rounded"], language, digits=digits)


def _rules(rules: Iterable[Rule], plain: Plain, heading: str) -> RenderableType:
    lines = []
    for rule in rules:
        lines.append(Line(rule.output, (Part("=", tuple(plain.pieces(rule.formula))),)))
        slopes = dict.fromkeys((rule.derivative, rule.slope))
        parts = tuple(Part("=", tuple(plain.pieces(slope))) for slope in slopes)
        lines.append(Line(f"d{rule.output}/d{rule.by}", parts))
    return Group(Text(heading, style="bold"), *(Equation(one, has_value=False) for one in lines))


def _equations(stage: Stage, quantities: Iterable[Quantity], plain: Plain, language: str) -> Iterator[RenderableType]:
    last = ""
    for quantity in quantities:
        why = reason(quantity, language)
        if why != last and stage not in (Stage.GIVEN, Stage.UPDATE):
            yield Text(f"  {why}", style="dim italic")
        last = why
        yield Equation(line(quantity, plain))


@dataclass(frozen=True)
class Equation:
    """A quantity and what it is equal to, one part below the other, broken between pieces where the line is short."""

    line: Line
    has_value: bool = True

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        indent = " " * (len(self.line.name) + 3)
        for place, part in enumerate(self.line.parts):
            is_value = self.has_value and place == len(self.line.parts) - 1
            rows = list(_wrapped(part.pieces, max(options.max_width - len(indent) - 2, 20)))
            for row, text in enumerate(rows):
                before = f"  {self.line.name} " if place == row == 0 else indent
                shown = Text(before, style="" if before != indent else "dim")
                shown.append(f"{part.sign if not row else ' '} ", style="dim")
                yield shown.append(text, style="bold cyan" if is_value else "")


def _wrapped(pieces: Iterable[str], width: int) -> Iterator[str]:
    """Lines of pieces, as many to a line as fit."""
    row = ""
    for piece in pieces:
        if row and len(row) + 1 + len(piece) > width:
            yield row
            row = "  " + piece
        else:
            row = f"{row} {piece}" if row else piece
    yield row
