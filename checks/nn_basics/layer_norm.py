"""nn_basics.layer_norm: every sample by its own statistics."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.exercise import Case, Exercise, Part
from checks.nn_basics.common import limit_of, typed
from checks.probes.functions import FunctionProbe
from checks.rules import Close
from checks.vanilla_gan.common import MANNERS, grid
from gan_utils import normalisation


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, "core", (5, 4), eps=0.5),
        _case(rng, "core", (3, 8)),
        _case(rng, "core", (4, 4), eps=0.125),
        _case(rng, "core", (1, 6), eps=0.25),
        _case(rng, "core", (2, 5), shift=50.0),
        _case(rng, "more dimensions", (2, 3, 4), eps=0.25),
        _case(rng, "float64", (4, 3), eps=0.25, dtype="float64"),
    ]


def _case(
    rng: np.random.Generator,
    part: str,
    shape: tuple[int, ...],
    *,
    eps: float | None = None,
    shift: float = 0.0,
    dtype: str = "float32",
) -> Case:
    arrays = {
        "x": grid(rng, shape, 2.0) + shift,
        "gamma": 0.5 + np.abs(grid(rng, shape[-1:], 2.0)),
        "beta": 0.5 + np.abs(grid(rng, shape[-1:], 2.0)),
        "weights": grid(rng, shape, 2.0),
    }
    arrays["x"][..., 0] += 1.0  # so that no sample is constant
    inputs = typed(arrays, dtype)
    title = f"x {shape}" + (", eps left at its default" if eps is None else f", eps {eps:g}")
    if eps is not None:
        inputs["eps"] = np.array(eps)
    return Case(part, title + (", float64" if dtype == "float64" else ""), inputs, limit_of(dtype))


exercise = Exercise(
    name="nn_basics.layer_norm",
    signature="layer_norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor",
    about="gamma (x - mean) / sqrt(var + eps) + beta over the last dimension: like x",
    see="Layer norm",
    parts=(
        Part("core", 3, "the values and gradients"),
        Part("more dimensions", 1, "x of shape (N, T, D)"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=FunctionProbe(("x", "gamma", "beta"), ("eps",), reduces=False, like="x"),
    rules={
        "value": Close(),
        **MANNERS,
        **{f"grad_{name}": Close(f"gradient of {name}") for name in ("x", "gamma", "beta")},
    },
    cases=_cases,
    reference=normalisation.layer_norm,
    references=("gan_utils.normalisation.layer_norm",),
)
variant = exercise.variant


@variant
def by_functional(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], gamma, beta, eps)


@variant
def by_module(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    norm = nn.LayerNorm(x.shape[-1], eps, elementwise_affine=False)
    return gamma * norm(x) + beta


@variant
def by_var(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    mean, var = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
    return (x - mean) * torch.rsqrt(var + eps) * gamma + beta


@variant
def by_sums(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    d = x.shape[-1]
    centred = x - (x.sum(-1) / d).unsqueeze(-1)
    var = ((centred**2).sum(-1) / d).unsqueeze(-1)
    return gamma * centred / torch.sqrt(var + eps) + beta


@variant
def by_std(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    std = x.std(dim=-1, correction=0, keepdim=True)
    return (x - x.mean(dim=-1, keepdim=True)) / (std**2 + eps) ** 0.5 * gamma + beta


@variant
def row_by_row(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    rows = x.reshape(-1, x.shape[-1])
    done = [gamma * (r - r.mean()) / (r.var(correction=0) + eps).sqrt() + beta for r in rows]
    return torch.stack(done).reshape(x.shape)
