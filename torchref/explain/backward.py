"""Backward: the chain rule from the loss to every neuron, weight and bias, last layer first, and the update.

Where an error E_o1 belongs to one output alone, the last hidden layer's errors are written as the document writes
them: ∂E_total/∂out_h1 = ∂E_o1/∂out_h1 + ∂E_o2/∂out_h1. Anywhere deeper they are ∂E_total/∂l of the layer above times
its weights, summed over its neurons, which is the sum over all paths, layer by layer.
"""

from manual.case import Case
from torchref.case_keys import named_parameters
from torchref.explain import rules
from torchref.explain.expression import Expression, Symbol, rename
from torchref.explain.forward import ETA, LAMBDA_1, LAMBDA_2, parts
from torchref.explain.plan import Block
from torchref.explain.record import Stage
from torchref.explain.sheet import Sheet, d, plus, share, times

E = "E_total"


def backward(sheet: Sheet, case: Case, blocks: tuple[Block, ...]) -> None:
    """∂E/∂out and ∂E/∂l of every neuron, last layer first, down to the inputs."""
    _loss(sheet, case, blocks[-1])
    for block in reversed(blocks):
        is_separable = block is blocks[-1] and not block.is_coupled and not rules.is_row(case.loss.kind)
        for place, neuron in enumerate(block.neurons):
            _through_activation(sheet, block, place)
            if is_separable and block is not blocks[0]:
                chain = times(d(f"E_{neuron}", f"out_{neuron}"), d(f"out_{neuron}", f"l_{neuron}"))
                sheet.write(d(f"E_{neuron}", f"l_{neuron}"), chain, Stage.BACKWARD, neuron, "chain")
        for neuron in block.neurons:
            of = block.neurons if block.is_coupled else (neuron,)
            paths = [times(d(E, f"out_{other}"), d(f"out_{other}", f"l_{neuron}")) for other in of]
            sheet.write(d(E, f"l_{neuron}"), plus(paths), Stage.BACKWARD, neuron, "paths" if paths[1:] else "chain")
        _to_inputs(sheet, block, parts(case, block) if is_separable and block is not blocks[0] else None)


def _loss(sheet: Sheet, case: Case, last: Block) -> None:
    """∂E_total/∂out of every output."""
    kind, outputs = case.loss.kind, [f"out_{neuron}" for neuron in last.neurons]
    targets = [f"target_{neuron}" for neuron in last.neurons]
    for place, (neuron, output, target) in enumerate(zip(last.neurons, outputs, targets, strict=True)):
        if rules.is_row(kind):
            names = rules.numbered("o", outputs) | rules.numbered("t", targets)
            slope = rename(rules.row(kind, len(outputs), place).slope, names)
            sheet.write(d(E, output), slope, Stage.BACKWARD, neuron, f"slope {kind}")
            continue
        own = d(f"E_{neuron}", output)
        slope = rename(rules.element(kind).slope, {"o": output, "t": target})
        sheet.write(own, slope, Stage.BACKWARD, neuron, f"slope {kind}")
        sheet.write(d(E, output), share(parts(case, last), Symbol(own)), Stage.BACKWARD, neuron, "only")


def _through_activation(sheet: Sheet, block: Block, place: int) -> None:
    """∂out/∂l of a neuron, and where its layer is coupled of every other output by its l."""
    neuron, width = block.neurons[place], len(block.neurons)
    if not block.is_coupled:
        _slope(sheet, block, [neuron], 0, 0)
    for other in range(width) if block.is_coupled else ():
        _slope(sheet, block, list(block.neurons), other, place)


def _slope(sheet: Sheet, block: Block, neurons: list[str], of: int, by: int) -> None:
    rule = rules.activation(block.activation, len(neurons), of, by)
    names = rules.numbered("x", [f"l_{n}" for n in neurons]) | rules.numbered("y", [f"out_{n}" for n in neurons])
    name = d(f"out_{neurons[of]}", f"l_{neurons[by]}")
    sheet.write(name, rename(rule.slope, names), Stage.BACKWARD, neurons[by], f"slope {block.activation}")


def _to_inputs(sheet: Sheet, block: Block, divisor: int | None) -> None:
    """∂E_total/∂(what comes in): a path through every neuron of the layer; by the errors' own names if divided."""
    _, by_input, _ = rules.neuron_slopes()
    for column, source in enumerate(block.inputs):
        paths: list[Expression] = []
        at = source.removeprefix("out_")
        for row, neuron in enumerate(block.neurons):
            local = d(f"l_{neuron}", source)
            slope = rename(by_input, {"w": block.weights[row][column], "x": source})
            sheet.write(local, slope, Stage.BACKWARD, at, "slope linear")
            of = E if divisor is None else f"E_{neuron}"
            chain = times(d(of, f"l_{neuron}"), local)
            if divisor is None:
                paths.append(chain)
            else:
                sheet.write(d(of, source), chain, Stage.BACKWARD, at, "chain")
                paths.append(Symbol(d(of, source)))
        sheet.write(d(E, source), share(divisor or 1, plus(paths)), Stage.BACKWARD, at, "paths")


def gradients(sheet: Sheet, case: Case, blocks: tuple[Block, ...]) -> None:
    """∂E_total of every weight and bias, the last layer's first, as the document takes them."""
    by_weight, _, by_bias = rules.neuron_slopes()
    for block in reversed(blocks):
        for neuron, row in zip(block.neurons, block.weights, strict=True):
            for weight, source in zip(row, block.inputs, strict=True):
                local = d(f"l_{neuron}", weight)
                slope = rename(by_weight, {"w": weight, "x": source})
                sheet.write(local, slope, Stage.GRADIENT, weight, "slope linear")
                sheet.write(d(E, weight), times(*_to(block, neuron), local), Stage.GRADIENT, weight, "chain")
        for bias in dict.fromkeys(block.biases):
            paths = []
            for neuron in (n for n, b in zip(block.neurons, block.biases, strict=True) if b == bias):
                sheet.write(d(f"l_{neuron}", bias), by_bias, Stage.GRADIENT, bias, "slope linear")
                paths.append(times(d(E, f"l_{neuron}"), d(f"l_{neuron}", bias)))
            sheet.write(d(E, bias), plus(paths), Stage.GRADIENT, bias, "paths" if paths[1:] else "chain")
    _penalties(sheet, case)


def _to(block: Block, neuron: str) -> tuple[str, ...]:
    """The factors from the loss to a neuron's linear part, as few as can be written without a sum."""
    if block.is_coupled:
        return (d(E, f"l_{neuron}"),)
    return d(E, f"out_{neuron}"), d(f"out_{neuron}", f"l_{neuron}")


def _penalties(sheet: Sheet, case: Case) -> None:
    """∂J of every weight that a penalty is on."""
    if not case.penalty:
        return
    _, slope = rules.penalty(case.penalty.l1 > 0, case.penalty.l2 > 0)
    for name, path, _ in named_parameters(case.network):
        own = [rename(slope, {"w": name, "l1": LAMBDA_1, "l2": LAMBDA_2})] if case.penalty.applies_to(path) else []
        sheet.write(d("J", name), plus([Symbol(d(E, name)), *own]), Stage.GRADIENT, name, "objective slope")


def update(sheet: Sheet, case: Case) -> None:
    """w⁺ of every weight and bias; one that is frozen stays as it is."""
    formula, of = rules.update(case.optimiser.kind), "J" if case.penalty else E
    for name, path, _ in named_parameters(case.network):
        if path in case.frozen:
            sheet.write(f"{name}+", Symbol(name), Stage.UPDATE, name, "frozen")
        else:
            step = rename(formula, {"w": name, "g": d(of, name), "eta": ETA})
            sheet.write(f"{name}+", step, Stage.UPDATE, name, f"update {case.optimiser.kind}")
