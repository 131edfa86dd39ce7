"""Page: a derivation as one HTML file that needs nothing but a browser, and works without a network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from torchref.explain.chain import STAGES, Step, chain, steps
from torchref.explain.drawing import draw
from torchref.explain.lines import line
from torchref.explain.mathml import MathML
from torchref.explain.page_words import STEP_WORDS, WORDS
from torchref.explain.record import Derivation, Quantity, Stage
from torchref.explain.rules import Rule
from torchref.explain.words import LANGUAGES, PHRASES, reason, say, summary
from torchref.explain.words import STAGES as STAGE_WORDS

TEMPLATES = Path(__file__).parent / "templates"


def page(derivation: Derivation, digits: int = 9, language: str = "en", chosen: str = "") -> str:
    """The whole page; it begins with `chosen`, a weight or any quantity, picked out.

    The page shows both languages and begins in `language`.
    """
    environment = Environment(
        autoescape=True,
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    notation = MathML(digits)
    shown = [quantity for stage in STAGES for quantity in derivation.stage(stage)]
    return environment.get_template("page.html").render(
        language=language,
        title=(derivation.title, derivation.title_zh),
        about=[summary(derivation, one) for one in LANGUAGES],
        rounded=_both(PHRASES["rounded"], digits=digits),
        source=derivation.source,
        drawings=[draw(derivation, is_lying) for is_lying in (True, False)],
        parameters=[q.name for q in derivation.stage(Stage.GIVEN) if f"{q.name}+" in derivation.quantities],
        frozen=derivation.layout.frozen,
        stages=[(stage, STAGE_WORDS[stage], _lines(derivation.stage(stage), notation)) for stage in STAGES],
        rules=[_rule(rule, notation) for rule in derivation.rules],
        rules_title=PHRASES["rules"],
        words=WORDS,
        data=_data(derivation, shown, chosen, notation),
    )


def _both(pair: tuple[str, str], **values: object) -> list[str]:
    return [say(pair, language, **values) for language in LANGUAGES]


def _lines(quantities: list[Quantity], notation: MathML) -> Iterator[dict[str, Any]]:
    """Each quantity as the template wants it: name, sentence, equation."""
    for quantity in quantities:
        equation = line(quantity, notation)
        yield {
            "name": quantity.name,
            "why": [reason(quantity, language) for language in LANGUAGES],
            "math": Markup(equation.name),  # noqa: S704  # MathML of our own; names in it are escaped
            "parts": [(part.sign, [Markup(piece) for piece in part.pieces]) for part in equation.parts],  # noqa: S704
        }


def _rule(rule: Rule, notation: MathML) -> list[Any]:
    """A rule as lines: what it is, and its derivative in one or two forms."""
    slopes = dict.fromkeys((rule.derivative, rule.slope))
    output, by = notation.symbol(rule.output), notation.symbol(rule.by)
    derivative = notation.fraction(f"<mo>∂</mo>{output}", f"<mo>∂</mo>{by}")
    sides = [(output, [rule.formula]), (derivative, list(slopes))]
    return [
        (Markup(left), [Markup(notation.write(side)) for side in right])  # noqa: S704  # as above
        for left, right in sides
    ]


def _data(derivation: Derivation, shown: list[Quantity], chosen: str, notation: MathML) -> dict[str, Any]:
    """What the script needs: the steps, and for each weight what its error flows through."""
    places = {quantity.name: place for place, quantity in enumerate(shown)}
    names = [name[:-1] for name in places if name.endswith("+")]
    chains = {name: _chain(derivation, name, places) for name in [*names, *([chosen] if chosen else [])]}
    return {
        "names": list(places),
        "steps": [_step(step, places) for step in steps(derivation)],
        "chains": chains,
        "chosen": chosen.removesuffix("+") if chosen.removesuffix("+") in chains else chosen,
    }


def _step(step: Step, places: dict[str, int]) -> dict[str, Any]:
    kind = "neuron" if step.stage is not Stage.GRADIENT else "bias" if step.at.startswith("b") else "into"
    kind = "input" if step.stage is Stage.BACKWARD and step.at.startswith("i") else kind
    pair = STEP_WORDS[f"{step.stage} {kind}"]
    title = _both(pair, at=step.at)
    return {"stage": step.stage, "at": step.at, "title": title, "lines": [places[q.name] for q in step.quantities]}


def _chain(derivation: Derivation, name: str, places: dict[str, int]) -> dict[str, Any]:
    """The lines of a chain, the weights and neurons that it passes through, and the line that sums it up."""
    found = [quantity.name for quantity in chain(derivation, name)]
    edges = {(edge.source, edge.target): edge.weight for edge in derivation.layout.edges}
    wires, nodes = {name}, set()
    for quantity in found:
        of, _, by = quantity[1:].partition("/∂") if quantity.startswith("∂") else ("", "", "")
        if of.startswith("l_") and by.startswith("out_"):
            wires.add(edges[by.removeprefix("out_"), of.removeprefix("l_")])
        if of.startswith(("l_", "out_")):
            nodes.add(of.partition("_")[2])
        if of.startswith("E_") and by.startswith("out_o"):
            nodes |= {of, "E_total", by.removeprefix("out_")}
    lines = [places[one] for one in found if one in places]
    own = [one for one in found if one.endswith(f"/∂{name}") and not one.startswith("∂l_")]
    head = dict.fromkeys([*own, found[-1]])
    return {
        "lines": lines,
        "wires": sorted(wires),
        "nodes": sorted(nodes),
        "head": [places[one] for one in head if one in places],
    }
