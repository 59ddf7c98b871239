"""The known wrong ways of nn_basics.layer_norm."""

from __future__ import annotations

import torch
from torch import Tensor

from checks.nn_basics.layer_norm import exercise
from gan_utils.normalisation import layer_norm

mistake = exercise.mistake


def _centred(x: Tensor) -> Tensor:
    return x - x.mean(-1, keepdim=True)


def _var(x: Tensor, correction: int = 0) -> Tensor:
    return x.var(-1, correction=correction, keepdim=True)


@mistake(
    "over_the_batch",
    "Mean and variance are taken down the batch: that is batch norm. Layer norm takes them along "
    "each sample, over the last dimension.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * (x - x.mean(0)) / (x.var(0, correction=0) + eps).sqrt() + beta


@mistake(
    "over_everything",
    "One mean and one variance are taken of all numbers: every sample has its own.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * (x - x.mean()) / (x.var(correction=0) + eps).sqrt() + beta


@mistake(
    "unbiased",
    "The variance is the unbiased one: x.var() divides by D - 1 unless told otherwise, "
    "correction=0. Here it is D.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * _centred(x) / (_var(x, 1) + eps).sqrt() + beta


@mistake(
    "eps_outside_root",
    "eps is added to the standard deviation; it belongs inside the root: sqrt(var + eps).",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * _centred(x) / (_var(x).sqrt() + eps) + beta


@mistake("eps_ignored", "The argument `eps` is not used, or stands at a fixed number.")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return layer_norm(x, gamma, beta, 1e-5)


@mistake("eps_ignored")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return layer_norm(x, gamma, beta, 0.0)


@mistake("root_missing", "x is divided by the variance; it must be divided by its square root.")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * _centred(x) / (_var(x) + eps) + beta


@mistake("not_divided", "x is centred, but not divided by its spread.")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * _centred(x) + beta


@mistake("mean_not_removed", "The mean is not taken off before the division (that is RMS norm).")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * x / (x.square().mean(-1, keepdim=True) + eps).sqrt() + beta


@mistake("mean_not_removed")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * x / (_var(x) + eps).sqrt() + beta


@mistake("gamma_missing", "gamma is missing: it multiplies what was normalised.")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return layer_norm(x, torch.ones_like(gamma), beta, eps) + 0 * gamma


@mistake("beta_missing", "beta is missing: it is added at the end.")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return layer_norm(x, gamma, 0 * beta, eps)


@mistake("gamma_and_beta_missing", "gamma and beta are missing: gamma * normalised + beta.")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return layer_norm(x, torch.ones_like(gamma), torch.zeros_like(beta), eps)


@mistake(
    "gamma_and_beta_swapped",
    "gamma and beta have changed places: gamma multiplies, beta is added.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return layer_norm(x, beta, gamma, eps)


@mistake(
    "beta_scaled",
    "beta is multiplied by gamma: it is added after the multiplication.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * (layer_norm(x, torch.ones_like(gamma), 0 * beta, eps) + beta)


@mistake(
    "side_lost",
    "The statistics lost their side: (N,) against (N, D). keepdim=True keeps it, as (N, 1).",
    crash=r"must match the size of tensor",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * (x - x.mean(-1)) / (x.var(-1, correction=0) + eps).sqrt() + beta


@mistake(
    "statistics_detached",
    "The values are right, but the gradient is not: mean and variance depend on x too, and the "
    "gradient must flow through them.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    mean, var = x.mean(-1, keepdim=True).detach(), _var(x).detach()
    return gamma * (x - mean) / (var + eps).sqrt() + beta


@mistake("statistics_detached")
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return gamma * _centred(x) / (_var(x).detach() + eps).sqrt() + beta


@mistake(
    "no_gradient",
    "The values are right, but no gradient flows back: stay with torch operations, without "
    "detach, no_grad or NumPy.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    with torch.no_grad():
        return layer_norm(x, gamma, beta, eps)


@mistake(
    "changes_input",
    "A tensor that your function was given has changed: methods that end in an underscore, -= and "
    "/= write into it.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    y = layer_norm(x, gamma, beta, eps)
    with torch.no_grad():
        x -= x.mean(-1, keepdim=True)
    return y


@exercise.limitation(
    "two_dimensions_only",
    "Right for (N, D), but with more dimensions the statistics must still run over the last one: "
    "dim=-1, not dim=1.",
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    mean, var = x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)
    return gamma * (x - mean) / (var + eps).sqrt() + beta


@exercise.limitation(
    "float32_inside", "The values are right, but float64 comes back as float32: x.float() inside?"
)
def _(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return layer_norm(x.float(), gamma.float(), beta.float(), eps)
