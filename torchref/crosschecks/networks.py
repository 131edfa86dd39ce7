"""Networks: somebody's code beside one of our network specifications: run it, find its arrays, examine them."""

from collections.abc import Mapping

import numpy as np

from manual.arrays import Array
from manual.case import Case
from torchref.crosschecks.adapter import Adapter, call_notes, trace_of
from torchref.crosschecks.call import CrashedError, call
from torchref.crosschecks.collect import LOSS_NAMES, as_array, first
from torchref.crosschecks.vacuity import vacuity_note
from torchref.crosschecks.witness import testify, witness_note
from torchref.proofread import proofread
from torchref.report import Note, Report

Trace = Mapping[str, Array]


def check_network(adapter: Adapter, case: Case, title: str, better: Case | None = None) -> Report:
    """Runs somebody's code on a case, twice, and reports on every quantity that it gives.

    `better` is a case drawn to discriminate. What the given one is blind to is said, and the better one is checked too:
    if only that shows mistakes, the report is about it.
    """
    report, trace = _check(adapter, case, title)
    if better is None or report.crashed:
        return report
    note = vacuity_note(case, better, trace)
    if note is None:
        return report
    beyond, _ = _check(adapter, better, f"{title}, on a case drawn to discriminate")
    if report.ok and beyond.errors:
        return beyond.with_notes(note)
    return report.with_notes(note)


def _check(adapter: Adapter, case: Case, title: str) -> tuple[Report, Trace]:
    packed = {name: packing.pack(case.given) for name, packing in adapter.parameters.items()}
    x, target = adapter.turn(case.x), adapter.turn(case.target)
    try:
        calls = [call(adapter.run, packed, x, target) for _ in range(2)]
    except CrashedError as error:
        return Report(title, crashed=str(error)), {}
    traces = [_by_rooms(case, trace_of(adapter, bool(case.penalty), case.dtype, made, packed)) for made in calls]
    if not traces[0]:
        wanted = ", ".join(adapter.parameters) or "any parameter"
        nothing = f"nothing to judge was found: no loss, and no gradient or new value of {wanted}"
        return Report(title, crashed=nothing), {}
    report = proofread(title, case, traces[0]).with_notes(*call_notes(calls, traces))
    if report.errors and (note := _ask_the_witness(adapter, case, packed, traces[0])) is not None:
        report = report.with_notes(note)
    return report, traces[0]


def _by_rooms(case: Case, trace: Trace) -> Trace:
    """The trace with the new values of states, such as running means, under their own names."""
    states = {f"updated/{name}": f"state/{name}" for name in case.states}
    return {states.get(name, name): value for name, value in trace.items()}


def _ask_the_witness(adapter: Adapter, case: Case, packed: Trace, trace: Trace) -> Note | None:
    """Whether the code's gradients are the derivative of the code's own loss, where it gives both."""
    if "loss" not in trace and "objective" not in trace:
        return None
    gradients = {}
    for name, packing in adapter.parameters.items():
        parts = {key: _gradient(case, trace, key) for key in packing.holds}
        known = {key: part for key, part in parts.items() if part is not None}
        if len(known) == len(parts) and all(part.shape == case.given[key].shape for key, part in known.items()):
            zeros = {key: np.zeros(shape) for key, shape in packing.shapes.items()}
            gradients[name] = packing.pack({**zeros, **known})
    if not gradients:
        return None

    def loss_of(parameters: Trace) -> complex:
        made = call(adapter.run, parameters, adapter.turn(case.x), adapter.turn(case.target))
        result = adapter.named(made.result)
        found = first(result, [*(n for n, q in adapter.quantities.items() if q == "loss"), *LOSS_NAMES])
        return complex(as_array(found[1])) if found else complex("nan")

    testimony = testify(loss_of, packed, gradients)
    return None if testimony is None else witness_note(testimony)


def _gradient(case: Case, trace: Trace, key: str) -> Array | None:
    """A parameter's gradient as the code gives it, or as its new value tells it: (old − new) / learning rate."""
    if f"gradient/{key}" in trace:
        return trace[f"gradient/{key}"]
    if (
        key in case.parameters
        and case.optimiser.kind == "sgd"  # any other rule's step is not a multiple of the gradient
        and not case.clipping
        and f"updated/{key}" in trace
        and trace[f"updated/{key}"].shape == case.parameters[key].shape
    ):
        return np.asarray((case.parameters[key] - trace[f"updated/{key}"]) / case.optimiser.learning_rate)
    return None
