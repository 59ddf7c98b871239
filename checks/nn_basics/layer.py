"""nn_basics.layer: a layer of neurons as a matrix product."""

from __future__ import annotations

import numpy as np
import torch

from checks.exercise import Case, Exercise, Part
from checks.nn_basics.common import MANNERS, limit_of, shapes, typed
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from checks.vanilla_gan.common import grid
from gan_utils import basics

Array = np.ndarray


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, "core", 5, 3, 2),
        _case(rng, "core", 4, 2, 7),
        _case(rng, "core", 4, 4, 4),
        _case(rng, "core", 3, 6, 1, scale=200.0),
        _case(rng, "core", 6, 1, 3),
        _case(rng, "batch of one", 1, 4, 3),
        _case(rng, "batch of one", 1, 3, 3),
        _case(rng, "float64", 5, 3, 4, dtype="float64"),
    ]


def _case(
    rng: np.random.Generator,
    part: str,
    n: int,
    n_in: int,
    n_out: int,
    scale: float = 3.0,
    dtype: str = "float32",
) -> Case:
    arrays = {
        "x": grid(rng, (n, n_in), scale),
        "weight": grid(rng, (n_in, n_out), 2.0),
        "bias": grid(rng, (n_out,), 4.0),
    }
    title = f"x {(n, n_in)}, weight {(n_in, n_out)}" + (", float64" if dtype == "float64" else "")
    return Case(part, title, typed(arrays, dtype) | shapes(value=(n, n_out)), limit_of(dtype))


exercise = Exercise(
    name="nn_basics.layer",
    signature="layer(x: Array, weight: Array, bias: Array) -> Array",
    about="x W + b for x (N, n_in), weight (n_in, n_out), bias (n_out,): a new array (N, n_out)",
    see="A layer is a matrix product",
    parts=(
        Part("core", 2, "the values"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 arrays"),
    ),
    probe=ArraysProbe(("x", "weight", "bias")),
    rules={"value": Close(), **MANNERS},
    cases=_cases,
    reference=basics.layer,
    references=("gan_utils.basics.layer", "gan_utils.basics.layer_with_ones"),
)
variant = exercise.variant


@variant
def by_dot(x: Array, weight: Array, bias: Array) -> Array:
    return np.dot(x, weight) + bias


@variant
def by_einsum(x: Array, weight: Array, bias: Array) -> Array:
    return np.einsum("ni,io->no", x, weight) + bias.reshape(1, -1)


@variant
def by_loops(x: Array, weight: Array, bias: Array) -> Array:
    y = np.zeros((x.shape[0], weight.shape[1]))
    for n in range(x.shape[0]):
        for o in range(weight.shape[1]):
            y[n, o] = sum(x[n, i] * weight[i, o] for i in range(x.shape[1])) + bias[o]
    return y


@variant
def by_torch(x: Array, weight: Array, bias: Array) -> torch.Tensor:
    return torch.from_numpy(x) @ torch.from_numpy(weight) + torch.from_numpy(bias)


@variant
def by_columns(x: Array, weight: Array, bias: Array) -> Array:
    return (weight.T @ x.T + bias[:, None]).T


@variant
def by_broadcast(x: Array, weight: Array, bias: Array) -> Array:
    return (x[:, :, None] * weight[None]).sum(axis=1) + bias
