"""Columns: an empty table in the style of all of them, apart from the tables of results, which need torch."""

from collections.abc import Sequence

from rich import box
from rich.table import Table


def new_table(*columns: str, title: str, right: Sequence[str] = (), caption: str = "") -> Table:
    """An empty table in the style of all of them."""
    table = Table(title=title, caption=caption or None, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.collapse_padding = True
    table.title_justify = table.caption_justify = "left"
    table.title_style = "bold"
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    return table
