"""Derive: a case in, its derivation out."""

from manual.case import Case
from torchref.case_file import CaseFile
from torchref.explain import backward, forward, rules
from torchref.explain.plan import Block, layout, plan
from torchref.explain.record import Derivation
from torchref.explain.rules import Rule
from torchref.explain.sheet import Sheet


def explain(case: Case | CaseFile, title: str = "") -> Derivation:
    """The full derivation of one training step: every quantity with its formula, its numbers and its value.

    Raises    InputError for what cannot be derived number by number: a batch, a large network, a layer, loss or
              optimiser of which there is no formula, a number that is not finite
    """
    about = case if isinstance(case, CaseFile) else CaseFile(case, title, title)
    case = about.case
    blocks, sheet = plan(case), Sheet()
    forward.give(sheet, case)
    forward.forward(sheet, blocks)
    forward.loss(sheet, case, blocks[-1])
    backward.backward(sheet, case, blocks)
    backward.gradients(sheet, case, blocks)
    backward.update(sheet, case)
    found = tuple(_rules(case, blocks))
    drawing = layout(case, blocks)
    return Derivation(about.title, about.title_zh, about.source, case.loss.name, sheet.quantities, found, drawing)


def _rules(case: Case, blocks: tuple[Block, ...]) -> list[Rule]:
    """The rule of each activation, once, and of the loss; a coupled one on its own output and on another."""
    found: dict[tuple[str, int], Rule] = {}
    for block in blocks:
        width = len(block.neurons) if block.is_coupled else 1
        for by in range(min(width, 2)):
            found.setdefault((block.activation, by), rules.activation(block.activation, width, 0, by))
    kind = case.loss.kind
    loss = rules.row(kind, len(blocks[-1].neurons)) if rules.is_row(kind) else rules.element(kind)
    return [rules.readable(rule) for rule in (*found.values(), loss)]
