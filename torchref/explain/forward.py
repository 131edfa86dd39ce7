"""Forward: what is given, each neuron's linear part and output, the error of each output, and the loss."""

import numpy as np

from manual.case import Case
from torchref.case_keys import named_parameters
from torchref.explain import rules
from torchref.explain.expression import Expression, Symbol, rename
from torchref.explain.plan import Block
from torchref.explain.record import Stage
from torchref.explain.sheet import Sheet, plus, share, times

ETA, LAMBDA_1, LAMBDA_2 = "η", "λ1", "λ2"


def give(sheet: Sheet, case: Case) -> None:
    """Inputs, targets, weights, biases, and the numbers of the update."""
    for place, value in enumerate(case.x[0]):
        sheet.give(f"i{place + 1}", value, f"i{place + 1}", "input")
    outputs = case.network.shapes(case.x.shape[1:])[-1][0]
    one_class = np.eye(outputs, dtype=int)
    targets = one_class[case.target[0]] if case.target.ndim == 1 else case.target[0]
    for place, value in enumerate(targets):
        sheet.give(f"target_o{place + 1}", value, f"o{place + 1}", "target")
    for name, path, index in named_parameters(case.network):
        sheet.give(name, case.parameters[path][index], name, "weight" if name.startswith("w") else "bias")
    sheet.give(ETA, case.optimiser.learning_rate, ETA, "rate")
    for name, value in ((LAMBDA_1, case.penalty.l1), (LAMBDA_2, case.penalty.l2)):
        if value > 0:
            sheet.give(name, value, name, "strength")


def forward(sheet: Sheet, blocks: tuple[Block, ...]) -> None:
    """The l and the out of every neuron, layer by layer."""
    for block in blocks:
        linear = [f"l_{neuron}" for neuron in block.neurons]
        for place, neuron in enumerate(block.neurons):
            terms = [times(w, i) for w, i in zip(block.weights[place], block.inputs, strict=True)]
            terms += [Symbol(block.biases[place])] if block.biases else []
            sheet.write(linear[place], plus(terms), Stage.FORWARD, neuron, "linear")
            if not block.is_coupled:
                _activate(sheet, block, [linear[place]], place)
        for place in range(len(block.neurons)) if block.is_coupled else ():
            _activate(sheet, block, linear, place)


def _activate(sheet: Sheet, block: Block, linear: list[str], place: int) -> None:
    neuron = block.neurons[place]
    rule = rules.activation(block.activation, len(linear), place if block.is_coupled else 0)
    formula = rename(rule.formula, rules.numbered("x", linear))
    sheet.write(f"out_{neuron}", formula, Stage.FORWARD, neuron, f"activation {block.activation}")


def loss(sheet: Sheet, case: Case, last: Block) -> None:
    """The error of each output, their total, and with a penalty the objective J."""
    outputs = [f"out_{neuron}" for neuron in last.neurons]
    targets = [f"target_{neuron}" for neuron in last.neurons]
    kind = case.loss.kind
    if rules.is_row(kind):
        names = rules.numbered("o", outputs) | rules.numbered("t", targets)
        total = rename(rules.row(kind, len(outputs)).formula, names)
        sheet.write("E_total", total, Stage.LOSS, "E", f"loss {kind}")
    else:
        for neuron, output, target in zip(last.neurons, outputs, targets, strict=True):
            element = rename(rules.element(kind).formula, {"o": output, "t": target})
            sheet.write(f"E_{neuron}", element, Stage.LOSS, "E", f"loss {kind}")
        total = plus([Symbol(f"E_{neuron}") for neuron in last.neurons])
        sheet.write("E_total", share(parts(case, last), total), Stage.LOSS, "E", f"total {case.loss.reduction}")
    if case.penalty:
        sheet.write("J", plus([Symbol("E_total"), *_penalties(case)]), Stage.LOSS, "E", "objective")


def parts(case: Case, last: Block) -> int:
    """What the sum of the errors is divided by, for one example."""
    return round(1 / case.loss.scale((1, len(last.neurons))))


def _penalties(case: Case) -> list[Expression]:
    """A term for every weight that the penalty is on."""
    term, _ = rules.penalty(case.penalty.l1 > 0, case.penalty.l2 > 0)
    names = {"l1": LAMBDA_1, "l2": LAMBDA_2}
    named = named_parameters(case.network)
    return [rename(term, names | {"w": name}) for name, path, _ in named if case.penalty.applies_to(path)]
