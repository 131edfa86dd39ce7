"""Pytest plugin: the fixture `crosscheck`, torchref.crosscheck whose failure is the report.

def test_my_backprop(crosscheck):
    crosscheck(run, network, {"W1": "linear0.weight.T"}, loss="half_squared_error_sum")
"""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def crosscheck() -> Callable[..., Any]:
    """torchref.crosscheck; the test fails with the report if it does not agree, and skips nothing silently."""

    def check(*arguments: Any, **options: Any) -> Any:
        import torchref

        report = torchref.crosscheck(*arguments, **options)
        if not report.ok:
            pytest.fail(str(report), pytrace=False)
        return report

    return check
