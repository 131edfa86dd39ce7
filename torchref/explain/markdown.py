"""Markdown: a derivation with TeX between dollar signs, as GitHub and KaTeX show it; and a plain table."""

from collections.abc import Iterable, Iterator

from torchref.explain.chain import by_stage
from torchref.explain.lines import Part, line
from torchref.explain.plain import Plain
from torchref.explain.record import Derivation, Quantity, Stage
from torchref.explain.tex import Tex
from torchref.explain.words import PHRASES, STAGES, reason, say, summary, title

# A row of a formula holds about so many characters of plain text; GitHub's column is narrower than a page.
WIDTH = 70


def markdown(
    derivation: Derivation, quantities: Iterable[Quantity], digits: int = 9, language: str = "en", heading: str = ""
) -> str:
    """Headings, sentences and formulas; `heading` instead of the title."""
    tex, parts = Tex(digits), [f"# {_escaped(heading or title(derivation, language))}"]
    if not heading:
        parts.append(_escaped(summary(derivation, language)) + "  ")
        parts[-1] += "\n" + say(PHRASES["rounded"], language, digits=digits)
        source = _escaped(derivation.source)
        parts += [say(PHRASES["source"], language, source=source)] if source else []
        parts += [f"## {say(PHRASES['rules'], language)}", *_rules(derivation, tex)]
    for stage, group in by_stage(quantities):
        parts += [f"## {say(STAGES[stage], language)}", *_equations(stage, group, tex, language)]
    return "\n\n".join(parts) + "\n"


def equations(quantities: Iterable[Quantity], digits: int = 9) -> str:
    """The formulas alone, for a place that has its own headings."""
    return "\n\n".join(_block(aligned(quantity, Tex(digits))) for quantity in quantities) + "\n"


def table(quantities: Iterable[Quantity], heads: tuple[str, ...], digits: int = 9) -> str:
    """Quantity, formula, numbers and value as a table in plain text, where TeX is not shown."""
    plain, rows = Plain(digits), [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for quantity in quantities:
        equation = line(quantity, plain)
        *shown, value = (" ".join(part.pieces) for part in equation.parts[-3:])
        cells = [equation.name, *[*shown, "", ""][:2], value]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def aligned(quantity: Quantity, tex: Tex) -> str:
    """The equation of a quantity as the inside of an aligned block, with long rows broken."""
    equation = line(quantity, tex)
    plain = line(quantity, Plain(tex.digits))
    rows = []
    for part, short in zip(equation.parts, plain.parts, strict=True):
        sign = "=" if part.sign == "=" else r"\approx"
        first, *rest = _rows(part, short)
        rows.append(f"&{sign} {first}")
        rows += [rf"&\quad {row}" for row in rest]
    return f"{equation.name} " + " \\\\\n".join(rows)


def _rows(part: Part, short: Part) -> Iterator[str]:
    """Pieces in rows, as many as fit by the length of their plain text."""
    row: list[str] = []
    length = 0
    for piece, plain in zip(part.pieces, short.pieces, strict=True):
        if row and length + len(plain) > WIDTH:
            yield " ".join(row)
            row, length = [], 0
        row.append(piece)
        length += len(plain) + 1
    yield " ".join(row)


def _rules(derivation: Derivation, tex: Tex) -> Iterator[str]:
    for one in rules(derivation, tex):
        yield _block(one)


def rules(derivation: Derivation, tex: Tex) -> Iterator[str]:
    """Each rule as the inside of an aligned block: the formula, its derivative, and the form in which it is used."""
    for rule in derivation.rules:
        slopes = dict.fromkeys((rule.derivative, rule.slope))
        sides = " = ".join(tex.write(slope) for slope in slopes)
        output, by = tex.symbol(rule.output), tex.symbol(rule.by)
        fraction = rf"\frac{{\partial {output}}}{{\partial {by}}}"
        yield f"{output} &= {tex.write(rule.formula)} \\\\\n{fraction} &= {sides}"


def _equations(stage: Stage, quantities: Iterable[Quantity], tex: Tex, language: str) -> Iterator[str]:
    last = ""
    for quantity in quantities:
        why = reason(quantity, language)
        if why != last and stage not in (Stage.GIVEN, Stage.UPDATE):
            yield f"{_escaped(why)}:"
        last = why
        yield _block(aligned(quantity, tex))


def _block(inner: str) -> str:
    return f"$$\n\\begin{{aligned}}\n{inner}\n\\end{{aligned}}\n$$"


def _escaped(text: str) -> str:
    """Text that Markdown takes as it stands."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#$|~" else c for c in " ".join(text.split()))
