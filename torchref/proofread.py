"""Proofread: the whole report on a trace: every step, the mistakes behind wrong ones, and what they may mean else."""

from collections.abc import Mapping

import numpy as np

from manual.arrays import Array
from manual.case import Case
from torchref import end_to_end, twin
from torchref.diagnosis import diagnose
from torchref.readings import readings
from torchref.report import Report
from torchref.steps import examine


def proofread(title: str, case: Case, trace: Mapping[str, Array]) -> Report:
    """The report on every quantity of a trace."""
    examination = examine(case, trace)
    findings = diagnose(examination)
    if not findings:  # where every step is right, so is the end
        return Report(title, tuple(examination.steps))
    right = twin.run(case.astype(np.float64))
    digits = end_to_end.digits(case, trace, right)
    notes = readings(examination, findings, right)
    return Report(title, tuple(examination.steps), tuple(findings), tuple(notes), end_to_end=digits)
