"""Adapter: how somebody's code is called, and how the quantities are found in what it leaves behind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from manual.arrays import Array
from torchref.crosschecks.call import Call, Run
from torchref.crosschecks.collect import (
    INPUT_GRADIENT_NAMES,
    LOSS_NAMES,
    as_array,
    first,
    gradient_paths,
)
from torchref.crosschecks.layout import Packing
from torchref.report import Note

Quantity = str | tuple[str, Callable[[Array], Array]]


@dataclass(frozen=True)
class Adapter:
    """How somebody's code is to be called and read.

    run          run(parameters, x, target) with their names and layouts; what it returns is searched
    parameters   their names (paths) and layouts
    gradients    where the gradient of a parameter is, for those that are not found by themselves
    quantities   their names of other quantities, as in {"a1": "forward/sigmoid1"}, or with how to turn their array
                 into ours, {"hs": ("forward/output", lambda hs: hs.swapaxes(0, 1))}
    returns      the names of what a returned tuple holds
    columns      whether examples are columns: x, target and all quantities are turned round
    """

    run: Run
    parameters: Mapping[str, Packing]
    gradients: Mapping[str, str]
    quantities: Mapping[str, Quantity]
    returns: Sequence[str]
    columns: bool

    def named(self, result: Any) -> Any:
        """What a call returned; a tuple as a dict by the names in `returns`."""
        if not self.returns:
            return result
        items = result if isinstance(result, list | tuple) else [result]
        return dict(zip(self.returns, items, strict=False))

    def turn(self, array: Array) -> Array:
        """Rows to columns and back, if examples are columns."""
        return np.ascontiguousarray(array.T) if self.columns and array.ndim == 2 else array


def trace_of(
    adapter: Adapter, is_penalised: bool, dtype: Any, made: Call, packed: Mapping[str, Array]
) -> dict[str, Array]:
    """The quantities that a call gave, by our names and in our layouts; what has a wrong shape is kept as it is."""
    result = adapter.named(made.result)
    trace: dict[str, Array] = {}
    for name, quantity in adapter.quantities.items():
        if (found := first(result, [name])) is not None:
            ours, turn = quantity if isinstance(quantity, tuple) else (quantity, adapter.turn)
            trace[ours] = np.ascontiguousarray(turn(as_array(found[1])))
    if "loss" not in trace and (found := first(result, LOSS_NAMES)) is not None and as_array(found[1]).ndim == 0:
        trace["loss"] = as_array(found[1])
    if "backward/input" not in trace and (found := first(result, INPUT_GRADIENT_NAMES)) is not None:
        trace["backward/input"] = adapter.turn(as_array(found[1]))
    for name, packing in adapter.parameters.items():
        paths = [adapter.gradients[name]] if name in adapter.gradients else [*gradient_paths(name)]
        if isinstance(result, Mapping) and not _is_new_value(result, name):
            paths.append(name)  # a dict of gradients under the parameters' own names
        if (found := first(result, paths)) is not None:
            _put(trace, "gradient", packing, as_array(found[1]))
        new = _new_value(result, name, made, packed[name])
        if new is not None:
            _put(trace, "updated", packing, new)
    if is_penalised and "loss" in trace:
        trace["objective"] = trace.pop("loss")
    return {name: _in_dtype(array, dtype) for name, array in trace.items()}


def _new_value(result: Any, name: str, made: Call, old: Array) -> Array | None:
    """A parameter's value after the call, if the call changed it in place or left another under its name."""
    if not np.array_equal(made.parameters[name], old):
        return made.parameters[name]
    found = first(result, [name])
    if found is None or not _is_new_value(result, name):
        return None
    array = as_array(found[1])
    return None if array.shape == old.shape and np.array_equal(array, old) else array


def _is_new_value(result: Any, name: str) -> bool:
    """Whether what is under a parameter's name is the parameter: always, but in a dict that has no other gradient."""
    return not isinstance(result, Mapping) or first(result, gradient_paths(name)) is not None


def _put(trace: dict[str, Array], room: str, packing: Packing, array: Array) -> None:
    if array.shape != packing.shape:
        for key in packing.holds:
            trace[f"{room}/{key}"] = array  # judged as it is: a wrong shape
        return
    for key, part in packing.unpack(array).items():
        trace[f"{room}/{key}"] = part


def _in_dtype(array: Array, dtype: Any) -> Array:
    """A Python float that stands for a float32 case's number is no wrong dtype; an integer is."""
    return array.astype(dtype) if array.ndim == 0 and array.dtype.kind == "f" else array


def call_notes(calls: Sequence[Call], traces: Sequence[Mapping[str, Array]]) -> list[Note]:
    """What two calls with the same input tell: inputs changed, answers that vary, gradients that pile up."""
    notes = [
        Note("calls", f"it changes its input {name} in place", f"它在原地修改了输入 {name}")
        for name in calls[0].changed
    ]
    notes += [Note("calls", f"it warned: {text}", f"运行时有警告：{text}") for text in calls[0].warnings]
    varying = [n for n, a in traces[0].items() if n not in traces[1] or not _same(a, traces[1][n])]
    if varying:
        shown = ", ".join(varying[:3])
        doubled = all(n in traces[1] and _same(2 * traces[0][n], traces[1][n]) for n in varying)
        if doubled:
            english = f"a second call with the same input gives twice as much: {shown} is not cleared between calls"
            chinese = f"用同样的输入再调用一次，结果变成两倍：{shown} 在两次调用之间没有清零"
        else:
            english = f"a second call with the same input gives another {shown}: something is remembered between calls"
            chinese = f"用同样的输入再调用一次，{shown} 的结果不同：两次调用之间保留了状态"
        notes.append(Note("calls", english, chinese))
    return notes


def _same(a: Array, b: Array) -> bool:
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
