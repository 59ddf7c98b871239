"""nn_basics.batch_norm: a batch by its own statistics, and afterwards by the remembered ones."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.exercise import Case, Exercise, Part
from checks.nn_basics.common import MANNERS, limit_of, shapes, typed, which_are_wrong
from checks.probes.arrays import ArraysProbe
from checks.rules import Close, Exact
from checks.vanilla_gan.common import grid
from gan_utils import normalisation

Three = tuple[Tensor, Tensor, Tensor]
ARRAYS = ("x", "gamma", "beta", "running_mean", "running_var")
RESULTS = ("y", "new_mean", "new_var")
LEARNT = ("x", "gamma", "beta")
CORE, GRADIENTS = "core", "gradients"


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, CORE, 8, 3, True, momentum=0.25, eps=0.5),
        _case(rng, CORE, 5, 4, True, momentum=0.75),
        _case(rng, CORE, 4, 4, True),
        _case(rng, CORE, 6, 3, False, momentum=0.25, eps=0.5),
        _case(rng, CORE, 4, 5, False),
        _case(rng, CORE, 3, 2, True, momentum=0.5, eps=0.125, shift=50.0),
        _case(rng, CORE, 2, 6, True, momentum=0.125),
        _case(rng, GRADIENTS, 6, 3, True, momentum=0.5, eps=0.25, weights=True),
        _case(rng, GRADIENTS, 5, 2, False, momentum=0.5, eps=0.25, weights=True),
        _case(rng, "batch of one", 1, 4, False),
        _case(rng, "float64", 6, 3, True, momentum=0.25, dtype="float64"),
    ]


def _case(
    rng: np.random.Generator,
    part: str,
    n: int,
    c: int,
    training: bool,
    *,
    shift: float = 0.0,
    weights: bool = False,
    dtype: str = "float32",
    **settings: float,
) -> Case:
    spread = rng.integers(1, 5, c) / 2
    arrays = {
        "x": grid(rng, (n, c), 2.0) * spread + grid(rng, (c,), 2.0) + shift,
        "gamma": 0.5 + np.abs(grid(rng, (c,), 2.0)),
        "beta": 0.5 + np.abs(grid(rng, (c,), 2.0)),
        "running_mean": grid(rng, (c,), 2.0),
        "running_var": 0.5 + np.abs(grid(rng, (c,), 3.0)),
    }
    arrays["x"][0] += 1.0  # so that no column is constant
    if weights:
        arrays["weights"] = grid(rng, (n, c), 2.0)
    inputs = typed(arrays, dtype) | shapes(y=(n, c), new_mean=(c,), new_var=(c,))
    inputs["training"] = np.array(training)
    inputs |= {name: np.array(value) for name, value in settings.items()}
    title = f"x {(n, c)}, training {training}"
    title += "".join(f", {name} {value:g}" for name, value in settings.items())
    title += ", float64" if dtype == "float64" else ""
    return Case(part, title, inputs, limit_of(dtype))


exercise = Exercise(
    name="nn_basics.batch_norm",
    signature=(
        "batch_norm(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5) "
        "-> tuple[Tensor, Tensor, Tensor]"
    ),
    about="y (N, C), the new running mean (C,) and the new running variance (C,)",
    see="Batch norm",
    parts=(
        Part(CORE, 5, "the values"),
        Part(GRADIENTS, 2, "the gradients of y"),
        Part("batch of one", 1, "a batch of one in test mode"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=ArraysProbe(
        ARRAYS, ("training", "momentum", "eps"), RESULTS, tensors=True, differentiable=LEARNT
    ),
    rules={
        **{name: Close(name) for name in RESULTS},
        **MANNERS,
        "has_grad": Exact(lambda *_: "no gradient flows from y back to x, gamma and beta"),
        **{f"grad_{name}": Close(f"gradient of {name}") for name in LEARNT},
    },
    cases=_cases,
    reference=normalisation.batch_norm,
    references=("gan_utils.normalisation.batch_norm",),
    explain=which_are_wrong(RESULTS),
    main="y",
)
variant = exercise.variant


@variant
def by_sums(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Three:  # fmt: skip
    if not training:
        y = (x - running_mean) / torch.sqrt(running_var + eps)
        return y * gamma + beta, running_mean, running_var
    n = x.shape[0]
    mean = x.sum(0) / n
    squares = ((x - mean) ** 2).sum(0)
    y = gamma * (x - mean) * torch.rsqrt(squares / n + eps) + beta
    new_mean = (1 - momentum) * running_mean + momentum * mean
    new_var = (1 - momentum) * running_var + momentum * squares / (n - 1)
    return y, new_mean, new_var


@variant
def by_functional(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Three:  # fmt: skip
    mean, var = running_mean.clone(), running_var.clone()
    y = F.batch_norm(x, mean, var, gamma, beta, training, momentum, eps)
    return y, mean, var


@variant
def by_module(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> list[Tensor]:  # fmt: skip
    norm = nn.BatchNorm1d(x.shape[1], eps, momentum, affine=False, dtype=x.dtype)
    norm.running_mean.copy_(running_mean)
    norm.running_var.copy_(running_var)
    norm.train(training)
    return [gamma * norm(x) + beta, norm.running_mean, norm.running_var]


@variant
def by_var_and_std(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Three:  # fmt: skip
    mean, var = running_mean, running_var
    if training:
        mean, var = x.mean(dim=0), x.var(dim=0, unbiased=False)
        with torch.no_grad():
            running_mean = running_mean + momentum * (mean - running_mean)
            running_var = running_var + momentum * (x.var(dim=0) - running_var)
    std = (var + eps) ** 0.5
    return gamma / std * x + (beta - gamma * mean / std), running_mean, running_var


@variant
def keeping_sides(
    x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor,
    training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> Three:  # fmt: skip
    if training:
        mean = torch.mean(x, 0, keepdim=True)
        var = torch.square(x - mean).mean(0, keepdim=True)
        fresh = var.detach().squeeze(0) * x.size(0) / (x.size(0) - 1)
        running_mean = running_mean * (1 - momentum) + mean.detach().flatten() * momentum
        running_var = running_var * (1 - momentum) + fresh * momentum
    else:
        mean, var = running_mean[None], running_var[None]
    return gamma[None] * ((x - mean) / torch.sqrt(var + eps)) + beta, running_mean, running_var
