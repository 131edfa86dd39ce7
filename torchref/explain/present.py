"""Present: a derivation, or the chain of one of its quantities, in one of the forms that there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from rich.console import Console

from torchref.explain.chain import STAGES, chain, find
from torchref.explain.latex import latex
from torchref.explain.markdown import markdown
from torchref.explain.record import Derivation, Quantity
from torchref.explain.terminal import terminal
from torchref.explain.words import PHRASES, say

ENDINGS = {".md": "markdown", ".tex": "latex", ".html": "html", ".htm": "html"}


@dataclass(frozen=True)
class Request:
    """Which quantity (None for all), with how many digits, in which language."""

    quantity: str | None = None
    digits: int = 9
    language: str = "en"


def form_of(file: Path | None) -> str:
    """The form that a file's ending asks for; the terminal's where there is none."""
    return ENDINGS.get(file.suffix, "terminal") if file else "terminal"


def present(derivation: Derivation, request: Request, form: str) -> str:
    """The derivation as a text in that form: terminal, markdown, latex or html.

    Raises    UnknownNameError if there is no such quantity
    """
    if form == "html":
        from torchref.explain.page import page

        chosen = find(derivation, request.quantity) if request.quantity else ""
        return page(derivation, request.digits, request.language, chosen)
    quantities, heading = selected(derivation, request)
    if form == "terminal":
        console = Console(file=StringIO(), width=100, highlight=False)
        console.print(terminal(derivation, quantities, request.digits, request.language, heading))
        assert isinstance(console.file, StringIO)
        return console.file.getvalue()
    write = {"markdown": markdown, "latex": latex}[form]
    return write(derivation, quantities, request.digits, request.language, heading)


def show(derivation: Derivation, request: Request) -> None:
    """Prints it to the terminal."""
    quantities, heading = selected(derivation, request)
    console = Console(highlight=False)
    console.print(terminal(derivation, quantities, request.digits, request.language, heading))


def selected(derivation: Derivation, request: Request) -> tuple[Sequence[Quantity], str]:
    """All quantities that are worked out; or the chain of one of them, and its heading."""
    if request.quantity is None:
        return [quantity for stage in STAGES for quantity in derivation.stage(stage)], ""
    name = find(derivation, request.quantity)
    return chain(derivation, name), say(PHRASES["chain of"], request.language, name=name)
