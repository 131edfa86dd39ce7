"""Twin losses: the elements of each kind of loss as torch computes them, and how they are rounded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from manual.losses import Loss
from torchref import rounding_losses as rules


@dataclass(frozen=True)
class LossTwin:
    """How torch computes the elements of a loss of a kind, from the loss, output and target, and their rounding."""

    elements: Callable[[Any, Tensor, Tensor], Tensor]
    rule: rules.LossRule


def _binary_cross_entropy(_: Any, output: Tensor, target: Tensor) -> Tensor:
    """torch's, but NaN where torch would raise: what is no probability has no cross-entropy."""
    if output.min() < 0 or output.max() > 1:
        return output * torch.nan
    return F.binary_cross_entropy(output, target, reduction="none")


def _weight(loss: Any, output: Tensor) -> Tensor | None:
    return torch.tensor(loss.weight, dtype=output.dtype, device=output.device) if loss.weight else None


def _by_rows(function: Callable[[Any, Tensor, Tensor], Tensor]) -> Callable[[Any, Tensor, Tensor], Tensor]:
    """A function of rows (N, C) and their targets, for outputs (…, C): torch has classes along axis 1."""

    def elements(loss: Any, output: Tensor, target: Tensor) -> Tensor:
        rows = output.reshape(-1, output.shape[-1])
        targets = target.reshape(rows.shape if target.is_floating_point() else (-1,))
        return function(loss, rows, targets).reshape(output.shape[:-1])

    return elements


def _softmax_cross_entropy(loss: Any, output: Tensor, target: Tensor) -> Tensor:
    smoothing = loss.label_smoothing
    return F.cross_entropy(output, target, _weight(loss, output), reduction="none", label_smoothing=smoothing)


def _likelihood(loss: Any, output: Tensor, target: Tensor) -> Tensor:
    return F.nll_loss(output, target, _weight(loss, output), reduction="none")


def _multi_margin(loss: Any, output: Tensor, target: Tensor) -> Tensor:
    return F.multi_margin_loss(output, target, margin=loss.margin, reduction="none")


LOSSES: dict[str, LossTwin] = {
    "absolute_error": LossTwin(lambda _, o, t: F.l1_loss(o, t, reduction="none"), rules.ABSOLUTE_ERROR),
    "squared_error": LossTwin(lambda _, o, t: F.mse_loss(o, t, reduction="none"), rules.SQUARED_ERROR),
    "half_squared_error": LossTwin(lambda _, o, t: 0.5 * F.mse_loss(o, t, reduction="none"), rules.SQUARED_ERROR),
    "binary_cross_entropy": LossTwin(_binary_cross_entropy, rules.BINARY_CROSS_ENTROPY),
    "inner_product": LossTwin(lambda _, o, t: o * t, rules.INNER_PRODUCT),
    "softmax_cross_entropy": LossTwin(_by_rows(_softmax_cross_entropy), rules.SOFTMAX_CROSS_ENTROPY),
    "negative_log_likelihood": LossTwin(_by_rows(_likelihood), rules.NEGATIVE_LOG_LIKELIHOOD),
    "huber": LossTwin(lambda loss, o, t: F.huber_loss(o, t, reduction="none", delta=loss.delta), rules.HUBER),
    "smooth_l1": LossTwin(lambda loss, o, t: F.smooth_l1_loss(o, t, reduction="none", beta=loss.beta), rules.SMOOTH_L1),
    "kl_divergence": LossTwin(
        lambda loss, o, t: F.kl_div(o, t, reduction="none", log_target=loss.log_target), rules.KL_DIVERGENCE
    ),
    "hinge": LossTwin(lambda loss, o, t: F.relu(loss.margin - t * o), rules.HINGE),
    "multi_margin": LossTwin(_by_rows(_multi_margin), rules.MULTI_MARGIN),
}


def loss_elements(loss: Loss, output: Tensor, target: Tensor) -> Tensor:
    """The elements of a loss."""
    return LOSSES[loss.kind].elements(loss, output, target)


def reduce(loss: Loss, elements: Tensor, target: Tensor | Any) -> Tensor:
    """The loss of its elements, by its reduction; with class weights a mean of class ids is over the weights."""
    weight = getattr(loss, "weight", ())
    if loss.reduction == "sum":
        return elements.sum()
    if loss.reduction == "batchmean":
        return elements.sum() / elements.shape[0]
    ids = target if isinstance(target, Tensor) else torch.tensor(target)
    if not weight or ids.is_floating_point():
        return elements.mean()
    return elements.sum() / torch.tensor(weight, dtype=elements.dtype)[ids.cpu()].sum().to(elements.device)
