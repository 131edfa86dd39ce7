"""Document check: every result that the document prints, beside what manual and torch compute."""

from dataclasses import dataclass

import numpy as np

import manual
from manual import derivatives, document
from manual.document import NEURON, Printed
from manual.names import Names
from manual.neuron import EXAMPLE_B, EXAMPLE_W, EXAMPLE_X
from torchref import derivatives as autograd
from torchref import printed, steps, twin
from torchref.allowance import ELEMENTARY, Rounding, allowance
from torchref.diagnosis import Finding, diagnose
from torchref.printed import Digits
from torchref.steps import StepVerdict
from torchref.verdict import Verdict

# Rounded operations on the way to any number of the example: its four layers, forward and back. What cancels in it
# (0.85 − out_o1, the two errors that meet at out_h1) does so by less than a factor of 6.
OPERATIONS = 6 * 2 * 4 * ELEMENTARY


@dataclass(frozen=True)
class Row:
    """One number: what the document prints (None where it leaves it to the reader), what manual and torch compute."""

    name: str
    claim: Printed | None
    manual: float
    torch: float
    verdict: Verdict  # of manual beside torch
    digits: Digits | None  # of the print beside torch

    @property
    def is_right(self) -> bool:
        """Whether all three agree."""
        return self.verdict is Verdict.AGREES and self.digits is not Digits.WRONG


@dataclass(frozen=True)
class DocumentReport:
    """The rows in the document's order, the verdict on every step of manual's trace, and what is wrong with it."""

    rows: tuple[Row, ...]
    steps: tuple[StepVerdict, ...]
    findings: tuple[Finding, ...]

    @property
    def is_right(self) -> bool:
        """Whether every number and every step is right."""
        return all(row.is_right for row in self.rows) and all(s.verdict is Verdict.AGREES for s in self.steps)


def check_document(
    results: tuple[Printed, ...] = document.RESULTS, neuron: Printed = NEURON, device: str = "cpu"
) -> DocumentReport:
    """Checks the document's printed results, and those that it leaves to the reader, against manual and torch."""
    case = document.example()
    trace, reference = manual.run(case), twin.run(case, device)
    names = Names(case)

    def row(name: str, claim: Printed | None) -> Row:
        quantity = names.resolve(name)
        ours, theirs = derivatives.value(case, trace, quantity), autograd.value(case, reference, quantity)
        return _row(name, claim, ours, theirs)

    rows = [_neuron(neuron)]
    rows += [row(claim.name, claim) for claim in results]
    rows += [row(name, None) for name in document.LEFT_TO_THE_READER]
    examination = steps.examine(case, trace, device)
    return DocumentReport(tuple(rows), tuple(examination.steps), tuple(diagnose(examination)))


def _neuron(claim: Printed) -> Row:
    import torch

    ours = float(manual.neuron(EXAMPLE_X, EXAMPLE_W, EXAMPLE_B))
    x, w = (torch.tensor(v, dtype=torch.float64) for v in (EXAMPLE_X, EXAMPLE_W))
    return _row(claim.name, claim, ours, float(torch.nn.functional.linear(x, w) + EXAMPLE_B))


def _row(name: str, claim: Printed | None, ours: float, theirs: float) -> Row:
    allowed = float(allowance(Rounding(OPERATIONS, np.abs(np.asarray(theirs))), np.float64))
    verdict = Verdict.AGREES if abs(ours - theirs) <= allowed else Verdict.DIFFERS
    return Row(name, claim, ours, theirs, verdict, printed.judge(claim.digits, theirs) if claim else None)
