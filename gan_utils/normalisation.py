"""Batch norm and layer norm written out in torch: references of the first notebook."""

from __future__ import annotations

import torch
from torch import Tensor


def batch_norm(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Tensor, Tensor, Tensor]:
    """(y, new running mean, new running variance) of batch norm on x (N, C); the rest are (C,).

    training: y takes the batch's mean and biased variance, and the running ones move towards the
    batch's by `momentum`, the variance towards the unbiased one, as in torch.nn.BatchNorm1d; N must
    be at least 2. Else y takes the running ones, which come back as they were.
    (Ioffe and Szegedy 2015, algorithms 1 and 2.)
    """
    if training:
        mean, var = x.mean(dim=0), x.var(dim=0, correction=0)
        unbiased = var * len(x) / (len(x) - 1)
        running_mean = torch.lerp(running_mean, mean.detach(), momentum)
        running_var = torch.lerp(running_var, unbiased.detach(), momentum)
    else:
        mean, var = running_mean, running_var
    return gamma * (x - mean) / (var + eps).sqrt() + beta, running_mean, running_var


def layer_norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    """Every sample by its own mean and biased variance: x (..., D), gamma and beta (D,), like x.

    Ba, Kiros and Hinton 2016. The same in training and in use.
    """
    centred = x - x.mean(dim=-1, keepdim=True)
    var = centred.square().mean(dim=-1, keepdim=True)
    return gamma * centred / (var + eps).sqrt() + beta
