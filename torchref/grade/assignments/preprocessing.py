"""Preprocessing: a transformation taken from one set and applied to another."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from torchref.grade.assignment import Assignment

assignment = Assignment(
    "preprocessing",
    "Preprocessing: standardise, min-max, whiten",
    "数据预处理：标准化、最小-最大缩放、白化",
    text="Every function takes what it needs from the set `fitted` and applies it to the set `x`; examples are rows.",
    text_chinese="每个函数从集合 fitted 取得所需的量，用于集合 x；每行一个样本。",
)


@assignment.inputs
def inputs(rng: np.random.Generator) -> dict[str, Any]:
    """Two sets of correlated columns of different size and place."""
    mixing = rng.standard_normal((4, 4)) * np.array([0.5, 1, 2, 3]) + np.eye(4)
    return {name: rng.standard_normal((n, 4)) @ mixing + 5 for name, n in (("fitted", 20), ("x", 7))}


@assignment.task(
    2,
    title="Standardise",
    title_chinese="标准化",
    text_chinese="(x − μ) / σ，逐列；μ 和 σ 取自 fitted，σ 除以 N。fitted (N, D)、x (M, D) -> (M, D)",
)
def standardise(fitted: Tensor, x: Tensor) -> Tensor:
    """(x − μ) / σ, column by column, with μ and σ of fitted; σ divides by N. fitted (N, D), x (M, D) -> (M, D)"""
    return (x - fitted.mean(0)) / fitted.std(0, correction=0)


@assignment.task(
    1,
    title="Min-max",
    title_chinese="最小-最大缩放",
    text_chinese="(x − min) / (max − min)，逐列；min 和 max 取自 fitted。fitted (N, D)、x (M, D) -> (M, D)",
)
def min_max(fitted: Tensor, x: Tensor) -> Tensor:
    """(x − min) / (max − min), column by column, with those of fitted. fitted (N, D), x (M, D) -> (M, D)"""
    least = fitted.amin(0)
    return (x - least) / (fitted.amax(0) - least)


@assignment.task(
    3,
    title="ZCA whitening",
    title_chinese="ZCA 白化",
    text_chinese="(x − μ) C^(−½)；μ 和协方差 C（除以 N）取自 fitted，C^(−½) 对称。fitted (N, D)、x (M, D) -> (M, D)",
)
def whiten(fitted: Tensor, x: Tensor) -> Tensor:
    """(x − μ) C^(−½), μ and the covariance C (over N) of fitted, C^(−½) symmetric. fitted (N, D), x (M, D) -> (M, D)"""
    return (x - fitted.mean(0)) @ _inverse_root(torch.cov(fitted.T, correction=0))


def _inverse_root(covariance: Tensor) -> Tensor:
    variances, directions = torch.linalg.eigh(covariance)
    return directions / variances.sqrt() @ directions.T


OWN = (
    "the set x is transformed by its own numbers and not by those of fitted",
    "用了 x 自己的统计量，而不是 fitted 的",
)
ONE_LESS = ("the spread divides by N − 1 and not by N", "方差除以了 N − 1，而不是 N")


@assignment.mistake("standardise", "own-statistics", *OWN)
def _own_mean(fitted: Tensor, x: Tensor) -> Tensor:
    return standardise(x, x)


@assignment.mistake("standardise", "one-less", *ONE_LESS)
def _one_less(fitted: Tensor, x: Tensor) -> Tensor:
    return (x - fitted.mean(0)) / fitted.std(0)


@assignment.mistake(
    "standardise", "variance", "it is divided by the variance and not by its root", "除以了方差，没有开方"
)
def _variance(fitted: Tensor, x: Tensor) -> Tensor:
    return (x - fitted.mean(0)) / fitted.var(0, correction=0)


@assignment.mistake(
    "standardise", "whole-array", "mean and spread are those of the whole array and not of each column", "没有逐列计算"
)
def _whole_array(fitted: Tensor, x: Tensor) -> Tensor:
    return (x - fitted.mean()) / fitted.std(correction=0)


@assignment.mistake("min_max", "own-statistics", *OWN)
def _own_range(fitted: Tensor, x: Tensor) -> Tensor:
    return min_max(x, x)


@assignment.mistake(
    "min_max", "divided-by-the-maximum", "it is divided by the maximum and not by the range", "除以了最大值"
)
def _by_the_maximum(fitted: Tensor, x: Tensor) -> Tensor:
    return (x - fitted.amin(0)) / fitted.amax(0)


@assignment.mistake(
    "min_max", "whole-array", "least and largest are those of the whole array and not of each column", "没有逐列计算"
)
def _whole_range(fitted: Tensor, x: Tensor) -> Tensor:
    return (x - fitted.min()) / (fitted.max() - fitted.min())


@assignment.mistake("whiten", "own-statistics", *OWN)
def _own_covariance(fitted: Tensor, x: Tensor) -> Tensor:
    return whiten(x, x)


@assignment.mistake("whiten", "one-less", *ONE_LESS)
def _sample_covariance(fitted: Tensor, x: Tensor) -> Tensor:
    return (x - fitted.mean(0)) @ _inverse_root(torch.cov(fitted.T))


@assignment.mistake(
    "whiten", "covariance-inverted", "the covariance is inverted without its root", "取了协方差的逆，没有开方"
)
def _inverted(fitted: Tensor, x: Tensor) -> Tensor:
    return (x - fitted.mean(0)) @ torch.linalg.inv(torch.cov(fitted.T, correction=0))


@assignment.mistake("whiten", "not-centred", "the mean of fitted is not taken away", "没有减去 fitted 的均值")
def _not_centred(fitted: Tensor, x: Tensor) -> Tensor:
    return x @ _inverse_root(torch.cov(fitted.T, correction=0))
