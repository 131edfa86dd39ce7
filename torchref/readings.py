"""Readings: what else a difference may mean: another convention, or the exact gradient of another loss."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from manual.arrays import Array
from manual.errors import InputError
from manual.losses import LOSSES, Loss
from torchref import twin
from torchref.diagnosis import Finding, test_of
from torchref.report import Note
from torchref.steps import Examination
from torchref.verdict import Verdict


def readings(examination: Examination, findings: Sequence[Finding], right: Mapping[str, Array]) -> Iterator[Note]:
    """Notes on the findings that have a second reading; `right` is what right code gets from the start."""
    conventions = [*_another_loss_throughout(examination, findings), *_frozen_or_not(findings)]
    yield from conventions
    yield from _not_from_what_was_handed_over(examination, findings, right)
    for finding in findings:
        if not conventions:
            yield from _gradient_of_another_loss(examination, finding)
        yield from _transposed(finding)


def _not_from_what_was_handed_over(
    examination: Examination, findings: Sequence[Finding], right: Mapping[str, Array]
) -> Iterator[Note]:
    """Quantities that do not follow from the wrong values before them, and are right all the same.

    What is inside a layer is left out: torch's own layers do not show it.
    """
    wrong = [f.step.name for f in findings if f.step.verdict is Verdict.DIFFERS and f.step.name in right]
    names = tuple(name for name in wrong if test_of(examination, name).fits(right[name]))
    if names:
        listed = ", ".join(names)
        english = f"right all the same, though not what the wrong values before them give: {listed}"
        yield Note("reading", english, f"虽不是由前面的错误值得出，但本身是对的：{listed}", names)


def _another_loss_throughout(examination: Examination, findings: Sequence[Finding]) -> Iterator[Note]:
    """One and the same factor on the loss and all that comes of it: the code has another loss, and is right for it."""
    wrong = {f.step.name: f.step.comparison for f in findings if f.step.verdict is Verdict.DIFFERS}
    if "loss" not in wrong and "loss/elements" not in wrong:
        return
    loss = wrong.get("loss") or wrong["loss/elements"]
    if not loss.expected:
        return
    factor = loss.got / loss.expected
    behind = [n for n in wrong if n.startswith(("backward/", "gradient/", "updated/"))]
    if not behind or not all(_is_multiple(examination, name, factor) for name in behind):
        return
    name = _name_of_loss(examination, float(examination.values["loss"]))
    english = f"its loss is {factor:.6g} times the declared one{name}, and its gradients are that loss's: a convention"
    chinese = f"它的损失是声明的 {factor:.6g} 倍{name}，梯度与之相符：这是约定不同，不是错误"
    yield Note("convention", english, chinese, (*(n for n in wrong if n.startswith("loss")), *behind))


def _is_multiple(examination: Examination, name: str, factor: float) -> bool:
    """Whether a gradient is `factor` times what it should be, and an update the one that such a gradient makes."""
    test = test_of(examination, name)
    value = examination.expected[name].value
    if name.startswith("updated/"):
        old = examination.case.parameters[name.removeprefix("updated/")].astype(np.float64)
        return test.fits(old + factor * (value - old))
    return test.fits(factor * value)


def _name_of_loss(examination: Examination, value: float) -> str:
    """The name of the loss with the value that was found, if manual has one, in brackets."""
    case = examination.case
    outputs = torch.tensor(np.asarray(examination.values[f"forward/{case.network.names[-1]}"], np.float64))
    for loss in _other_losses(examination):
        target = _target(examination)
        found = float(twin.reduce(loss, twin.loss_elements(loss, outputs, target), target))
        if abs(found - value) <= 1e-6 * abs(value):
            return f" ({loss.name})"
    return ""


def _other_losses(examination: Examination) -> Iterator[Loss]:
    """Every loss that could have been meant with these outputs and targets, but for the declared one."""
    case, target = examination.case, examination.case.target
    shape = examination.expected[f"forward/{case.network.names[-1]}"].value.shape
    for make in LOSSES.values():
        try:
            make().check_target(target, shape)
        except InputError:
            continue
        yield from (make(r) for r in make.reductions if make(r).name != case.loss.name)


def _target(examination: Examination) -> Tensor:
    target = twin.tensor(examination.case.target)
    return target.double() if target.is_floating_point() else target


def _gradient_of_another_loss(examination: Examination, finding: Finding) -> Iterator[Note]:
    """Whether a wrong gradient at the network's end is the exact gradient of another loss."""
    names = examination.case.network.names
    quantity = finding.step.name
    ends = {f"backward/{names[-1]}": 0, f"backward/{names[-2]}" if len(names) > 1 else "": 1}
    if finding.step.verdict is not Verdict.DIFFERS or quantity not in ends:
        return
    test = test_of(examination, quantity)
    for loss in _other_losses(examination):
        for gradient, of in _gradients(examination, loss, ends[quantity]):
            if np.isfinite(gradient).all() and test.fits(gradient):
                english = f"{quantity} is the exact gradient of another loss: {loss.name}{of}"
                chinese = f"{quantity} 恰好是另一个损失的梯度：{loss.name}"
                yield Note("reading", english, chinese)
                return


def _gradients(examination: Examination, loss: Loss, layers_back: int) -> Iterator[tuple[Array, str]]:
    """The gradient of a loss at the network's end, and that of the loss applied to the scores before the activation."""
    names = examination.case.network.names
    place = len(names) - 1 - layers_back
    leaf = torch.tensor(np.asarray(examination.values[f"forward/{names[place]}"], np.float64)).requires_grad_()
    module = twin.build_layer(examination.case.network.nodes[-1].layer).double() if layers_back else torch.nn.Identity()
    target = _target(examination)
    graphs = [(module(leaf), "")]
    if layers_back and loss.kind == "softmax_cross_entropy":
        graphs = [(leaf * 1, " of the scores")]
    for outputs, of in graphs:
        value = twin.reduce(loss, twin.loss_elements(loss, outputs, target), target)
        if torch.isfinite(value):
            yield twin.array(torch.autograd.grad(value, leaf)[0]), of


def _frozen_or_not(findings: Sequence[Finding]) -> Iterator[Note]:
    """All that differs in the updates is that biases are updated where they were to stay, or the other way round."""
    names = {e.name for f in findings if f.step.name.startswith("updated/") for e in f.explanations}
    updates = tuple(f.step.name for f in findings if f.step.name.startswith("updated/"))
    if updates and all("bias" in name for name in updates) and names in ({"frozen-updated"}, {"not-updated"}):
        done = "updates" if names == {"frozen-updated"} else "does not update"
        zh = "更新了" if names == {"frozen-updated"} else "没有更新"
        english = f"it {done} the biases, which was declared otherwise: a convention"
        yield Note("convention", english, f"它{zh}偏置，与声明不同：这是约定不同", updates)


def _transposed(finding: Finding) -> Iterator[Note]:
    """A wrong shape that is the right one turned round."""
    reason = finding.step.comparison.reason
    if finding.step.verdict is not Verdict.WRONG_SHAPE:
        return
    shapes = [part.split(")")[0] for part in reason.split("(")[1:]]
    wanted, got = ([p.strip() for p in s.split(",") if p.strip()] for s in (shapes[0], shapes[-1]))
    if wanted == got[::-1] and len(wanted) == 2:
        english = f"{finding.step.name} has the shape of its transpose: if it is stored so, give its layout with .T"
        yield Note("shape", english, f"{finding.step.name} 的形状是转置后的形状：若有意如此存放，请在布局中加 .T")
