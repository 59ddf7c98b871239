"""nn_basics.layer_with_ones: the bias as the weight of an input that is always 1."""

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
        _case(rng, "core", 4, 2, 6),
        _case(rng, "core", 3, 3, 4),
        _case(rng, "core", 4, 3, 3),
        _case(rng, "core", 2, 1, 5),
        _case(rng, "core", 1, 4, 3),
        _case(rng, "float64", 5, 3, 4, "float64"),
    ]


def _case(
    rng: np.random.Generator, part: str, n: int, n_in: int, n_out: int, dtype: str = "float32"
) -> Case:
    arrays = {"x": grid(rng, (n, n_in), 3.0), "stacked": grid(rng, (n_in + 1, n_out), 3.0)}
    title = f"x {(n, n_in)}, stacked {(n_in + 1, n_out)}"
    title += ", float64" if dtype == "float64" else ""
    return Case(part, title, typed(arrays, dtype) | shapes(value=(n, n_out)), limit_of(dtype))


exercise = Exercise(
    name="nn_basics.layer_with_ones",
    signature="layer_with_ones(x: Array, stacked: Array) -> Array",
    about="[x, 1] times stacked (n_in + 1, n_out), whose last row is the bias: (N, n_out)",
    see="The bias, three ways",
    parts=(Part("core", 2, "the values"), Part("float64", 1, "float64 arrays")),
    probe=ArraysProbe(("x", "stacked")),
    rules={"value": Close(), **MANNERS},
    cases=_cases,
    reference=basics.layer_with_ones,
    references=("gan_utils.basics.layer_with_ones", "gan_utils.basics.layer"),
)
variant = exercise.variant


@variant
def by_concatenate(x: Array, stacked: Array) -> Array:
    return np.concatenate([x, np.ones((x.shape[0], 1))], axis=1) @ stacked


@variant
def by_column_stack(x: Array, stacked: Array) -> Array:
    return np.dot(np.column_stack((x, np.ones(len(x)))), stacked)


@variant
def by_pad(x: Array, stacked: Array) -> Array:
    return np.pad(x, ((0, 0), (0, 1)), constant_values=1) @ stacked


@variant
def unfolded_again(x: Array, stacked: Array) -> Array:
    return x @ stacked[:-1] + stacked[-1]


@variant
def by_filling(x: Array, stacked: Array) -> Array:
    longer = np.empty((x.shape[0], x.shape[1] + 1), dtype=x.dtype)
    longer[:, :-1] = x
    longer[:, -1] = 1
    return longer @ stacked


@variant
def by_torch(x: Array, stacked: Array) -> torch.Tensor:
    x = torch.from_numpy(x)
    return torch.cat([x, torch.ones(len(x), 1)], dim=1).to(x.dtype) @ torch.from_numpy(stacked)


@variant
def by_append(x: Array, stacked: Array) -> Array:
    return np.array([np.append(row, 1.0) @ stacked for row in x])
