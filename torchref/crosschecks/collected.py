"""Collected: the reports that crosschecks make while somebody's file runs, for the command line to print."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from torchref.report import Report

_reports: ContextVar[list[Report] | None] = ContextVar("reports", default=None)


@contextmanager
def collecting() -> Iterator[list[Report]]:
    """A list that gets every report made inside."""
    reports: list[Report] = []
    token = _reports.set(reports)
    try:
        yield reports
    finally:
        _reports.reset(token)


def collect(report: Report) -> Report:
    """Hands a report on, and to whoever collects."""
    reports = _reports.get()
    if reports is not None:
        reports.append(report)
    return report
