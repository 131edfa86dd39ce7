"""Solution: how every number of a case follows from earlier ones: a formula for each name, and its exact value.

The formulas are those of the document: a neuron's linear part is the sum of its inputs times their weights and its
bias; errors go back factor by factor. They are written here once more, apart from manual's layers, and tests hold them
to torch. A + after a name of the forward pass means the same after the update.
"""

from collections.abc import Container
from decimal import Decimal

import numpy as np

from manual.case import Case
from manual.errors import UnknownNameError, must_be
from torchref.worksheets import formulas
from torchref.worksheets.evaluate import Leaf, evaluate
from torchref.worksheets.expression import Expression, Name, Number, names, negative, whole
from torchref.worksheets.formulas import ONE, minus, over, plus, times
from torchref.worksheets.interval import Interval, point
from torchref.worksheets.wiring import Neuron, Wiring


def decimal(value: object) -> Decimal:
    """A number of a case as its author wrote it: 0.1, not the float next to it."""
    return Decimal(str(np.asarray(value)[()]))


class Solution:
    """The formulas and values of a case.

    givens     what is given, by name: inputs, weights, biases, targets, η
    Raises     InputError where the case is none that the document's names and formulas cover
    """

    def __init__(self, case: Case) -> None:
        if case.penalty:
            raise must_be("a worksheet's case", "one without a penalty", "l1 or l2 above 0")
        self.case = case
        self.wiring = Wiring(case)
        self.givens: dict[str, Decimal] = dict(self._givens())
        self._formulas: dict[str, Expression] = {}
        self._exact: dict[str, Interval] = {}
        self._operands: dict[str, tuple[str, ...]] = {}

    def _givens(self) -> dict[str, Decimal]:
        case, found = self.case, {}
        for name, element in self.wiring.elements.items():
            room, _, path = element.path.partition("/")
            if room == "input":
                found[name] = decimal(case.x[element.index])
            elif room == "parameter":
                found[name] = decimal(case.parameters[path][element.index])
        target = case.target if case.target.ndim == 2 else np.eye(len(self.wiring.outputs), dtype=int)[case.target]
        for neuron, value in zip(self.wiring.outputs, target[0], strict=True):
            found[f"target_{neuron.name}"] = decimal(value)
        found["η"] = decimal(case.optimiser.learning_rate)
        return found

    def define(self, name: str, formula: Expression) -> None:
        """Gives a further name a formula."""
        self._formulas[name] = formula
        self._operands.pop(name, None)

    def formula(self, name: str) -> Expression:
        """How a number follows from earlier ones; a given number is itself.

        Raises    UnknownNameError for a name that this case has not got
        """
        if name in self.givens:
            return whole(self.givens[name])
        if name not in self._formulas:
            self._formulas[name] = self._derivative(name) if name.startswith("∂") else self._forward(name)
        return self._formulas[name]

    def exact(self, name: str) -> Interval:
        """A number's value, as exact as 60 digits are."""
        for needed in self.in_order(name, self._exact):
            self._exact[needed] = evaluate(self.formula(needed), self._leaf)
        return self._exact[name]

    def _leaf(self, leaf: Leaf) -> Interval:
        return point(leaf.value) if isinstance(leaf, Number) else self._exact[leaf.text]

    def in_order(self, name: str, known: Container[str]) -> list[str]:
        """The numbers from which one is computed, and itself, each after those that it needs, without the known ones.

        A list and no recursion, for a network may be deeper than Python's stack.
        """
        order: list[str] = []
        seen = set[str]()
        pending = [(name, False)]
        while pending:
            here, is_ready = pending.pop()
            if is_ready:
                order.append(here)
            elif here not in known and here not in seen:
                seen.add(here)
                pending.append((here, True))
                pending += [(operand, False) for operand in self.operands(here)]
        return order

    def _forward(self, name: str) -> Expression:
        """A number of the forward pass, of the one after the update, or an updated parameter."""
        base = name.removesuffix("+")
        if base.startswith(("w", "b")) and base in self.wiring.elements and name.endswith("+"):
            path = self.wiring.elements[base].path.partition("/")[2]
            step = times(Name("η"), Name(f"∂E_total/∂{base}"))
            return Name(base) if path in self.case.frozen else minus(Name(base), step)
        formula = self._first_pass(base)
        return formulas.after_the_update(formula) if name.endswith("+") else formula

    def _first_pass(self, name: str) -> Expression:
        wiring = self.wiring
        if name in wiring.by_linear:
            neuron = wiring.by_linear[name]
            products = [times(Name(w), Name(x)) for w, x in zip(neuron.weights, neuron.inputs, strict=True)]
            return plus(*products, *([Name(neuron.bias)] if neuron.bias else []))
        if name in wiring.by_output:
            neuron = wiring.by_output[name]
            layer = [other.linear for other in wiring.layers[neuron.layer]]
            return formulas.activation(wiring.activations[neuron.layer], neuron.linear, layer)
        if name == "E_total":
            return self._total()
        for neuron in wiring.outputs:
            if name == f"E_{neuron.name}" and wiring.has_errors_by_output:
                return formulas.error(self.case.loss.kind, neuron.output, f"target_{neuron.name}")
        raise UnknownNameError(f"{name} is no number of this case")

    @property
    def scale(self) -> Expression | None:
        """What the sum of the outputs' errors is multiplied by; None for 1."""
        if self.case.loss.reduction != "mean" or not self.wiring.has_errors_by_output:
            return None
        return over(ONE, whole(len(self.wiring.outputs)))

    def _total(self) -> Expression:
        outputs = self.wiring.outputs
        if self.wiring.has_errors_by_output:
            total = plus(*(Name(f"E_{neuron.name}") for neuron in outputs))
            return times(self.scale, total) if self.scale else total
        targets = [f"target_{neuron.name}" for neuron in outputs]
        return formulas.softmax_cross_entropy([neuron.output for neuron in outputs], targets)

    def canonical(self, of: str, by: str) -> str:
        """The name of ∂of/∂by; ∂E_o1/∂x is ∂E_total/∂x where no other output's error changes with x."""
        if of.startswith("E_o") and self.scale is None:
            errors = [f"E_{neuron.name}" for neuron in self.wiring.outputs]
            if [error for error in errors if self.wiring.leads_to(by, error)] == [of]:
                return f"∂E_total/∂{by}"
        return f"∂{of}/∂{by}"

    def _derivative(self, name: str) -> Expression:
        of, _, by = name[1:].partition("/∂")
        consumers = self.wiring.consumers
        if of not in (*self.wiring.by_linear, *self.wiring.by_output) and not of.startswith("E_"):
            raise UnknownNameError(f"a derivative must be of E or of a neuron's l or out (got {of})")
        if by not in consumers or (of.startswith("E_") and of != "E_total" and of not in consumers):
            raise UnknownNameError(f"{name} is no derivative of this case")
        if of == "E_total" and by in (neuron.output for neuron in self.wiring.outputs):
            slope = self._slope(by)
            return times(self.scale, slope) if self.scale else slope
        if of in consumers[by]:
            return self._local(of, by)
        through = [c for c in consumers[by] if self.wiring.leads_to(c, of)]
        if of == "E_total" and self._is_last_hidden(by) and self.wiring.has_errors_by_output and self.scale is None:
            # The document's way: the error of each output comes back by itself.
            errors = [f"E_{n.name}" for n in self.wiring.outputs if self.wiring.leads_to(by, f"E_{n.name}")]
            if len(errors) > 1:
                return plus(*(Name(self.canonical(error, by)) for error in errors))
        return plus(*(times(Name(self.canonical(of, c)), Name(self.canonical(c, by))) for c in through))

    def _is_last_hidden(self, name: str) -> bool:
        return len(self.wiring.layers) > 1 and name in (neuron.output for neuron in self.wiring.layers[-2])

    def _local(self, of: str, by: str) -> Expression:
        """The derivative of one number by another that goes straight into it."""
        wiring = self.wiring
        if of in wiring.by_linear:
            neuron = wiring.by_linear[of]
            if by == neuron.bias:
                return ONE
            pairs = dict(zip(neuron.inputs, neuron.weights, strict=True))
            return Name(pairs[by]) if by in pairs else Name({w: x for x, w in pairs.items()}[by])
        if of in wiring.by_output:
            return self._activation_slope(wiring.by_output[of], by)
        return (self.scale or ONE) if of == "E_total" else self._slope(by)

    def _activation_slope(self, neuron: Neuron, linear: str) -> Expression:
        kind = self.wiring.activations[neuron.layer]
        if linear != neuron.linear:  # softmax alone has these
            return negative(times(Name(neuron.output), Name(self.wiring.by_linear[linear].output)))
        return formulas.activation_slope(kind, linear, neuron.output)

    def _slope(self, output: str) -> Expression:
        """The derivative of the error by an output, without the loss's scale."""
        target = f"target_{self.wiring.by_output[output].name}"
        outputs = [neuron.output for neuron in self.wiring.outputs]
        return formulas.error_slope(self.case.loss.kind, output, target, outputs)

    def operands(self, name: str) -> tuple[str, ...]:
        """The names that stand in a number's formula, each once."""
        if name not in self._operands:
            self._operands[name] = tuple(dict.fromkeys(leaf.text for leaf in names(self.formula(name))))
        return self._operands[name]
