"""A two-layer network in plain NumPy, forwards and backwards: references of the first notebook.

A batch is a matrix (N, n) with one sample a row, and a layer multiplies from the right: (N, n_in)
times (n_in, n_out). Every function gives new arrays and leaves its inputs as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np


def layer(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """x W + b, the bias as an added vector: (N, n_in), (n_in, n_out), (n_out,) to (N, n_out)."""
    return x @ weight + bias


def layer_with_ones(x: np.ndarray, stacked: np.ndarray) -> np.ndarray:
    """[x, 1] times `stacked` (n_in + 1, n_out), whose last row is the bias: (N, n_out)."""
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return np.hstack([x, ones]) @ stacked


def carry_bias(weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The matrix M (n_in + 1, n_out + 1) with [x, 1] M = [x W + b, 1]: the bias as a neuron."""
    n_in, n_out = weight.shape
    carried = np.zeros((n_in + 1, n_out + 1), dtype=weight.dtype)
    carried[:n_in, :n_out] = weight
    carried[n_in, :n_out] = bias
    carried[n_in, n_out] = 1
    return carried


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) elementwise; exp never sees a positive number, so it cannot overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def cross_entropy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Mean of -log softmax(scores)[label] over the batch: scores (N, C), labels (N,) in 0..C-1.

    By log-sum-exp with each row's largest score taken off first: finite for all finite scores.
    """
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return (log_sum - shifted[np.arange(len(labels)), labels]).mean()


def leaky_relu_backward(x: np.ndarray, upstream: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """upstream * f'(x) for f(x) = max(x, slope * x): the gradient that leaves the activation."""
    return np.where(x > 0, upstream, slope * upstream)


def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """(f(x + h e_i) - f(x - h e_i)) / 2h for every entry of x: an array of the shape of x.

    The error is h^2 f''' / 6 plus rounding of about 1e-16 |f| / h, smallest near h = 1e-5.
    """
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


def backward(
    x: np.ndarray,
    labels: np.ndarray,
    w1: np.ndarray,
    b1: np.ndarray,
    w2: np.ndarray,
    b2: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of cross_entropy(relu(x w1 + b1) w2 + b2, labels) by w1, b1, w2 and b2.

    x (N, n_in), labels (N,), w1 (n_in, H), b1 (H,), w2 (H, C), b2 (C,).
    """
    before = layer(x, w1, b1)  # (N, H)
    hidden = np.maximum(before, 0)
    scores = layer(hidden, w2, b2)  # (N, C)

    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    d_scores = exponentials / exponentials.sum(axis=1, keepdims=True)
    d_scores[np.arange(len(x)), labels] -= 1
    d_scores /= len(x)
    d_before = leaky_relu_backward(before, d_scores @ w2.T, slope=0.0)  # (N, H)
    return x.T @ d_before, d_before.sum(axis=0), hidden.T @ d_scores, d_scores.sum(axis=0)


def count_parameters(sizes: Sequence[int]) -> int:
    """Weights and biases of a stack of layers from sizes[0] to sizes[1] and so on to the last."""
    return sum(n_in * n_out + n_out for n_in, n_out in pairwise(sizes))
