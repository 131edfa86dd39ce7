"""torchref audit: what an assignment would let pass."""

import click


@click.command()
@click.argument("assignment", metavar="NAME_OR_FILE")
@click.option(
    "--students", type=click.IntRange(1), default=2, show_default=True, metavar="N", help="With whose numbers."
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.pass_context
def audit(context: click.Context, assignment: str, students: int, language: str) -> None:
    """Make every known mistake in every task of an assignment, and say which would have full marks.

    Says also what earns points without a derivation (zeros, an argument handed back), and whether an answer can be
    copied. Nothing but the assignment itself is run.

    Exit code: 0 every mistake loses marks, 1 something passes, 2 unusable input.
    """
    from rich.console import Console

    from torchref.grade.assignment import source_of
    from torchref.grade.audit import audit as audited
    from torchref.render.audit import audit_table
    from torchref.render.progress import progress

    known = source_of(assignment).load()
    found = list(progress(audited(known, students), len(known.outline.items), "tasks"))
    Console(highlight=False, soft_wrap=True).print(audit_table(known.outline, found, language))
    context.exit(0 if all(task.is_sound for task in found) else 1)
