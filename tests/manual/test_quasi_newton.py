"""Quasi-Newton: n steps on a quadratic in n numbers, conjugate directions, torch's path without a search."""

import numpy as np
import pytest
import torch

from manual import InputError
from manual.quasi_newton import lbfgs
from tests.closeness import DIFFERENCED, assert_close


def quadratic(n, seed=0):
    """½ xᵀ A x − bᵀ x with curvatures from 1 to 30."""
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    return q @ np.diag(np.geomspace(1, 30, n)) @ q.T, rng.standard_normal(n)


@pytest.mark.parametrize("n", [2, 5, 9])
def test_a_quadratic_in_n_numbers_ends_in_n_steps(n):
    a, b = quadratic(n)
    gradient = lambda x: a @ x - b  # noqa: E731
    exact = lambda x, d: -float(gradient(x) @ d) / float(d @ a @ d)  # noqa: E731
    path = lbfgs(gradient, np.zeros(n), n, step_length=exact)
    assert_close(path[-1], np.linalg.solve(a, b), DIFFERENCED)
    assert np.abs(path[-2] - path[-1]).max() > DIFFERENCED  # and not before
    steps = np.diff(path, axis=0)
    conjugate = steps @ a @ steps.T
    assert np.abs(conjugate - np.diag(np.diag(conjugate))).max() < DIFFERENCED * np.abs(conjugate).max()


@pytest.mark.parametrize("history", [2, 100])
def test_its_path_is_torch_s(history):
    def value(p):
        return (p[0] ** 2 - 1) ** 2 + 0.3 * p[0] + 3 * p[1] ** 2 + p[0] * p[1] + (p[2] - p[1]) ** 2

    point = torch.tensor([1.5, -0.7, 2.0], dtype=torch.float64, requires_grad=True)
    settings = {"max_iter": 1, "history_size": history, "tolerance_grad": 0.0, "tolerance_change": 0.0}
    optimiser = torch.optim.LBFGS([point], lr=0.5, **settings)

    def closure():
        optimiser.zero_grad()
        loss = value(point)
        loss.backward()
        return float(loss.detach())

    theirs = [point.detach().numpy().copy()]
    for _ in range(12):
        optimiser.step(closure)
        theirs.append(point.detach().numpy().copy())

    def gradient(p):
        leaf = torch.tensor(p, requires_grad=True)
        return torch.autograd.grad(value(leaf), leaf)[0].numpy()

    assert_close(lbfgs(gradient, theirs[0], 12, learning_rate=0.5, history=history), theirs, DIFFERENCED)


def test_a_pair_against_the_curvature_is_left_out():
    path = lbfgs(lambda x: -x, np.array([1.0, 2.0]), 3)  # a hill: every pair has y · s < 0
    assert np.isfinite(path).all()
    assert np.abs(path[-1]).max() > np.abs(path[0]).max()


def test_no_steps_are_said_so():
    with pytest.raises(InputError, match="at least 1"):
        lbfgs(lambda x: x, np.zeros(2), 0)
