"""torchref sweep."""

import click


@click.command()
def sweep() -> None:
    """Sweep."""
