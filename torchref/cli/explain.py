"""torchref explain: the full derivation of a case, with numbers."""

from pathlib import Path

import click

FORMATS = ("terminal", "markdown", "latex", "html")


@click.command()
@click.argument("case", default="document", metavar="[CASE]")
@click.option("--quantity", metavar="NAME", help="One alone and what leads to it: w1, ∂E/∂w5 (or dE/dw5), out_h1.")
@click.option("--digits", default=9, show_default=True, type=click.IntRange(2, 30), help="Significant digits.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--format", "form", type=click.Choice(FORMATS), help="By default what FILE ends in, or the terminal.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
def explain(case: str, quantity: str | None, digits: int, language: str, form: str | None, output: Path | None) -> None:
    """Derive a case by hand: every quantity's formula, its numbers, its value.

    CASE is document (the document's example, the default), mazur, han-kamber, integer, or a TOML or JSON file with a
    small fully connected network of your own.
    """
    from torchref.case_file import named_case_file
    from torchref.explain.derive import explain as derive
    from torchref.explain.present import Request, form_of, present, show

    form = form or form_of(output)
    derivation = derive(named_case_file(case))
    request = Request(quantity, digits, language)
    if form == "terminal" and output is None:
        show(derivation, request)
        return
    text = present(derivation, request, form)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        from manual.errors import must_be

        raise must_be("--output", "a file that can be written", f"{output}: {error.strerror}") from None
    click.echo(f"wrote {output}")
