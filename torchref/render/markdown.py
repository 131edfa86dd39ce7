"""Markdown: the tables that README and TensorBoard show."""

from torchref.document_check import DocumentReport


def document_markdown(report: DocumentReport) -> str:
    """The document's numbers as a Markdown table: printed, NumPy, torch, verdict."""
    rows = ["| quantity | printed | NumPy | torch | verdict |", "|---|---:|---:|---:|---|"]
    for row in report.rows:
        printed = row.claim.digits if row.claim else ""
        verdict = row.digits or "left to the reader"
        rows.append(f"| {row.name} | {printed} | {row.manual:.11f} | {row.torch:.11f} | {verdict} |")
    return "\n".join(rows) + "\n"
