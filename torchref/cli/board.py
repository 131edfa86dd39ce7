"""torchref board."""

import click


@click.command()
def board() -> None:
    """Board."""
