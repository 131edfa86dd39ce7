"""torchref assignments and torchref new: what there is to hand out, and a handout."""

from pathlib import Path

import click


@click.command()
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def assignments(language: str) -> None:
    """List the built-in assignments: their tasks and points."""
    from rich.console import Console

    from torchref.grade.assignments import load, names
    from torchref.render.columns import new_table

    console = Console(highlight=False, soft_wrap=True)
    for name in names():
        outline = load(name).outline
        table = new_table("task", "points", "what", title=f"{name}: {outline.title.say(language)}", right=("points",))
        for item in outline.items:
            table.add_row(item.name, f"{item.points:g}", item.title.say(language))
        console.print(table)
        console.print()
    console.print("torchref new NAME FOLDER writes the handout of one; an assignment of your own is one Python file")


@click.command()
@click.argument("assignment", metavar="NAME_OR_FILE")
@click.argument("folder", type=click.Path(path_type=Path))
def new(assignment: str, folder: Path) -> None:
    """Write a handout into FOLDER: a skeleton, the text in English and Chinese, and the command to check oneself."""
    from torchref.grade.assignment import source_of
    from torchref.grade.handout import write_handout

    for path in write_handout(source_of(assignment).load(), assignment, folder):
        click.echo(f"wrote {path}")
