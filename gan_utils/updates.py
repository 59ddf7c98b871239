"""Update rules of optimizers as pure functions: what one step makes of a parameter and its state.

Arrays of one shape, NumPy's or torch's alike; the conventions are those of torch.optim.
"""

from __future__ import annotations

import numpy as np


def momentum_step(
    parameter: np.ndarray,
    gradient: np.ndarray,
    velocity: np.ndarray,
    lr: float,
    momentum: float = 0.9,
) -> tuple[np.ndarray, np.ndarray]:
    """(new parameter, new velocity): v <- momentum v + g, p <- p - lr v (torch.optim.SGD)."""
    velocity = momentum * velocity + gradient
    return parameter - lr * velocity, velocity


def rmsprop_step(
    parameter: np.ndarray,
    gradient: np.ndarray,
    square: np.ndarray,
    lr: float,
    decay: float = 0.99,
    eps: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray]:
    """(new parameter, new square): s <- decay s + (1 - decay) g^2, p <- p - lr g / (sqrt s + eps).

    Tieleman and Hinton 2012; eps stands outside the root, as in torch.optim.RMSprop.
    """
    square = decay * square + (1 - decay) * gradient**2
    return parameter - lr * gradient / (square**0.5 + eps), square


def adam_step(
    parameter: np.ndarray,
    gradient: np.ndarray,
    mean: np.ndarray,
    square: np.ndarray,
    step: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(new parameter, new mean, new square) of the step that is counted from 1.

    Kingma and Ba 2015, Algorithm 1: both averages start at 0, so they are divided by 1 - beta^step
    where they are used, and kept undivided.
    """
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * gradient**2
    unbiased_mean = mean / (1 - beta1**step)
    unbiased_square = square / (1 - beta2**step)
    return parameter - lr * unbiased_mean / (unbiased_square**0.5 + eps), mean, square
