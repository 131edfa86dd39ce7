"""Activations as functions of complex numbers, for the complex step: each written anew, away from its kinks."""

from math import pi, sqrt

import numpy as np


def erf(z):
    """2/√π e^(−z²) Σ 2ⁿ z^(2n+1) / (1 · 3 … (2n + 1)): analytic, and without cancellation on the real axis."""
    term = total = z + 0j
    for n in range(1, 150):
        term = term * 2 * z * z / (2 * n + 1)
        total = total + term
    return 2 / sqrt(pi) * np.exp(-z * z) * total


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gelu_tanh(z):
    return 0.5 * z * (1 + np.tanh(sqrt(2 / pi) * (z + 0.044715 * z**3)))


def log_softmax(z):
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


SELU = (1.0507009873554805, 1.6732632423543772)

# kind -> function of the layer and of complex numbers z
FORMS = {
    "identity": lambda _, z: z,
    "relu": lambda _, z: np.where(z.real > 0, z, 0),
    "sigmoid": lambda _, z: sigmoid(z),
    "tanh": lambda _, z: np.tanh(z),
    "softmax": lambda _, z: np.exp(log_softmax(z)),
    "log_softmax": lambda _, z: log_softmax(z),
    "leaky_relu": lambda layer, z: np.where(z.real > 0, z, layer.slope * z),
    "elu": lambda layer, z: np.where(z.real > 0, z, layer.alpha * (np.exp(z) - 1)),
    "selu": lambda _, z: SELU[0] * np.where(z.real > 0, z, SELU[1] * (np.exp(z) - 1)),
    "softplus": lambda layer, z: np.log(1 + np.exp(layer.beta * z)) / layer.beta,
    "silu": lambda _, z: z * sigmoid(z),
    "gelu": lambda _, z: 0.5 * z * (1 + erf(z / sqrt(2))),
    "gelu_tanh": lambda _, z: gelu_tanh(z),
    "hardtanh": lambda layer, z: np.where((z.real > layer.low) & (z.real < layer.high), z, 0),
}
