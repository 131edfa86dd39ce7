"""Tables: the results of a check, for the terminal."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

from rich.table import Table
from rich.text import Text

from torchref.agreement import NetworkResult
from torchref.compare import Comparison
from torchref.document_check import DocumentReport, Row
from torchref.printed import Digits
from torchref.render.columns import new_table
from torchref.steps import StepVerdict
from torchref.verdict import Verdict

STYLES = {
    Verdict.AGREES: ("✓", "green"),
    Verdict.CONSISTENT: ("≈", "yellow"),
    Verdict.NOT_JUDGED: ("?", "yellow"),
}


def verdict_text(verdict: Verdict, text: str = "") -> Text:
    """A verdict with its mark and colour."""
    mark, style = STYLES.get(verdict, ("✗", "bold red"))
    return Text(f"{mark} {text or verdict}", style=style)


def document_table(report: DocumentReport) -> Table:
    """Quantity by quantity: printed, manual, torch, verdict."""
    table = new_table("quantity", "printed", "manual", "torch", "verdict", title="The document's example")
    for heading, rows in groupby(report.rows, _heading):
        table.add_section()
        table.add_row(Text(heading, style="dim"))
        for row in rows:
            printed = row.claim.digits if row.claim else ""
            cells = (printed if printed.startswith("-") else f" {printed}", f"{row.manual: .11f}", f"{row.torch: .11f}")
            table.add_row(row.name, *cells, _row_verdict(row))
    return table


def _heading(row: Row) -> str:
    if row.claim is None:
        return "for the reader"
    return "section " + row.claim.place.split(",")[0]


def _row_verdict(row: Row) -> Text:
    if row.verdict is not Verdict.AGREES:
        return verdict_text(Verdict.DIFFERS, f"off by {abs(row.manual - row.torch):.1g}")
    if row.digits is Digits.WRONG:
        return verdict_text(Verdict.DIFFERS, "misprint")
    return verdict_text(Verdict.AGREES, row.digits or "agrees")


def document_summary(report: DocumentReport) -> str:
    """How many printed results are rounded, truncated, wrong."""
    claims = [row for row in report.rows if row.claim and not row.claim.restates and row.claim.name != "f(x)"]
    counts = {kind: sum(row.digits is kind for row in claims) for kind in Digits}
    rest = sum(row.claim is None for row in report.rows)
    return (
        f"{len(claims)} printed results: {counts[Digits.ROUNDED]} rounded, {counts[Digits.TRUNCATED]} truncated, "
        f"{counts[Digits.WRONG]} wrong; and {rest} that it leaves to the reader"
    )


def networks_table(results: Iterable[NetworkResult]) -> Table:
    """Random networks by device, dtype and family."""
    numbers = ("networks", "agree", "steps", "worst", "gradient", "update")
    caption = (
        "steps: quantities judged, each given what went into it; worst: the largest difference as a share of what "
        "is allowed\ngradient, update: decimal digits from end to end, median"
    )
    table = new_table("device", "dtype", "family", *numbers, title="Random networks", right=numbers, caption=caption)

    def key(result: NetworkResult) -> tuple[str, str, str]:
        return result.device, result.dtype, result.family

    for names, group in groupby(sorted(results, key=key), key):
        rows = list(group)
        agree = sum(row.verdict is Verdict.AGREES for row in rows)
        table.add_row(
            *names,
            str(len(rows)),
            Text(str(agree), style="green" if agree == len(rows) else "bold red"),
            str(sum(row.steps for row in rows)),
            f"{max(row.share for row in rows):.2g}",
            f"{median(row.gradient_digits for row in rows):.1f}",
            f"{median(row.update_digits for row in rows):.1f}",
        )
    return table


def steps_table(steps: Sequence[StepVerdict], title: str) -> Table:
    """Every quantity of one step: verdict, worst element, how far off, how far is allowed, digits."""
    numbers = ("worst element", "off by", "allowed", "digits")
    table = new_table("quantity", "verdict", *numbers, title=title, right=numbers)
    for step in steps:
        c = step.comparison
        off = f"{abs(c.got - c.expected):.1e}"
        worst = c.place.removeprefix(c.name) or "—"
        table.add_row(c.name, verdict_text(step.verdict), worst, off, f"{c.allowed:.1e}", f"{c.digits:.1f}")
    return table


def procedures_table(comparisons: Sequence[Comparison]) -> Table:
    """Schedules, preprocessing, surfaces, training."""
    table = new_table("procedure", "verdict", "values", "digits", title="Around the step", right=("values", "digits"))
    for c in comparisons:
        table.add_row(c.name, verdict_text(c.verdict), str(c.size), f"{c.digits:.1f}")
    return table
