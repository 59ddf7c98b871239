"""nn_basics.carry_bias: the matrix that passes the 1 on to the next layer."""

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
        _case(rng, "core", 3, 2),
        _case(rng, "core", 2, 5),
        _case(rng, "core", 4, 4),
        _case(rng, "core", 1, 3),
        _case(rng, "core", 6, 1),
        _case(rng, "float64", 3, 4, "float64"),
    ]


def _case(
    rng: np.random.Generator, part: str, n_in: int, n_out: int, dtype: str = "float32"
) -> Case:
    arrays = {"weight": grid(rng, (n_in, n_out), 3.0), "bias": grid(rng, (n_out,), 3.0)}
    title = f"weight {(n_in, n_out)}" + (", float64" if dtype == "float64" else "")
    inputs = typed(arrays, dtype) | shapes(value=(n_in + 1, n_out + 1))
    return Case(part, title, inputs, limit_of(dtype))


exercise = Exercise(
    name="nn_basics.carry_bias",
    signature="carry_bias(weight: Array, bias: Array) -> Array",
    about="the matrix M (n_in + 1, n_out + 1) with [x, 1] M = [x W + b, 1]",
    see="The bias, three ways",
    parts=(Part("core", 3, "the matrix"), Part("float64", 1, "float64 arrays")),
    probe=ArraysProbe(("weight", "bias")),
    rules={"value": Close(), **MANNERS},
    cases=_cases,
    reference=basics.carry_bias,
    references=("gan_utils.basics.carry_bias",),
)
variant = exercise.variant


@variant
def by_block(weight: Array, bias: Array) -> Array:
    return np.block([[weight, np.zeros((len(weight), 1))], [bias[None], np.ones((1, 1))]])


@variant
def by_stacking(weight: Array, bias: Array) -> Array:
    rows = np.vstack([weight, bias])
    last = np.zeros((rows.shape[0], 1))
    last[-1] = 1
    return np.hstack([rows, last])


@variant
def by_unit_vector(weight: Array, bias: Array) -> Array:
    return np.column_stack([np.concatenate([weight, bias[None]]), np.eye(len(weight) + 1)[-1]])


@variant
def by_pad(weight: Array, bias: Array) -> Array:
    carried = np.pad(weight, ((0, 1), (0, 1)))
    carried[-1] = np.append(bias, 1)
    return carried


@variant
def by_torch(weight: Array, bias: Array) -> torch.Tensor:
    carried = torch.zeros(weight.shape[0] + 1, weight.shape[1] + 1, dtype=torch.float64)
    carried[:-1, :-1] = torch.from_numpy(weight)
    carried[-1, :-1] = torch.from_numpy(bias)
    carried[-1, -1] = 1
    return carried
