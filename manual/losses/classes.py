"""Classes: what the losses over classes share: ids as rows, their check, and a weight for each class."""

from math import isfinite

import numpy as np

from manual.arrays import Array, Shape
from manual.errors import must_be


def check_ids(target: Array, output_shape: Shape) -> None:
    """Raises InputError unless `target` is one class id for each row of outputs of `output_shape`."""
    classes = output_shape[-1]
    if not np.issubdtype(target.dtype, np.integer):
        raise must_be("target", "integers, the ids of classes", target.dtype)
    if target.shape != output_shape[:-1]:
        raise must_be("target", f"of shape {output_shape[:-1]}, one class id an example", target.shape)
    if target.min() < 0 or target.max() >= classes:
        raise must_be("target", f"class ids from 0 to {classes - 1}", f"{target.min()} to {target.max()}")


def one_hot(target: Array, output: Array) -> Array:
    """Rows of probabilities: the target itself, or 1 at each class id."""
    if not np.issubdtype(target.dtype, np.integer):
        return target
    return np.eye(output.shape[-1], dtype=output.dtype)[target]


def check_weight(kind: str, weight: tuple[float, ...]) -> None:
    """Raises InputError unless the weights of the classes are finite and at least 0, and one is above 0."""
    if weight and not (all(isfinite(w) and w >= 0 for w in weight) and max(weight) > 0):
        raise must_be(f"{kind}: weight", "a finite number, at least 0, for each class", weight)


def check_weight_count(kind: str, weight: tuple[float, ...], output_shape: Shape) -> None:
    """Raises InputError unless there are no weights, or one for each class."""
    if weight and len(weight) != output_shape[-1]:
        raise must_be(f"{kind}: weight", f"{output_shape[-1]} numbers, one a class", len(weight))


def total_weight(weight: tuple[float, ...], target: Array) -> float:
    """Σₙ w of the target of each example, by which torch divides a weighted mean.

    Raises    InputError if it is 0: then there is no mean
    """
    total = float(np.asarray(weight)[target].sum())
    if total <= 0:
        raise must_be("weight", "above 0 for the class of at least one example", total)
    return total
