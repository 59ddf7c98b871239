"""nn_basics.sigmoid: any score to a number between 0 and 1, without overflow."""

from __future__ import annotations

import numpy as np
import torch

from checks.exercise import Case, Exercise, Part
from checks.nn_basics.common import MANNERS, limit_of, shapes, typed
from checks.probes.arrays import ArraysProbe
from checks.rules import Close, Exact
from checks.vanilla_gan.common import grid
from gan_utils import basics

Array = np.ndarray
LARGE = [1000.0, -1000.0, 0.0, 90.0, -120.0]


def _cases(rng: np.random.Generator) -> list[Case]:
    large = np.array(LARGE, dtype=np.float32) + np.float32(rng.integers(0, 8))
    return [
        _case(grid(rng, (7,), 4.0), "core"),
        _case(grid(rng, (5, 3), 6.0), "core"),
        _case(grid(rng, (2, 3, 4), 2.0), "core"),
        _case(grid(rng, (4, 1), 20.0), "core"),
        _case(np.zeros(3), "core", "zeros"),
        _case(large, "core", "1000 and -1000 among the numbers"),
        _case(large, "quiet", "1000 and -1000, no overflow on the way", "float64", quiet=True),
        _case(grid(rng, (3, 4), 6.0), "float64", dtype="float64"),
    ]


def _case(
    x: Array, part: str, title: str = "", dtype: str = "float32", *, quiet: bool = False
) -> Case:
    inputs = typed({"x": x}, dtype) | shapes(value=x.shape)
    if quiet:
        inputs["quiet"] = np.array(1)
    title = title or f"x of shape {x.shape}" + (", float64" if dtype == "float64" else "")
    return Case(part, title, inputs, limit_of(dtype))


exercise = Exercise(
    name="nn_basics.sigmoid",
    signature="sigmoid(x: Array) -> Array",
    about="1 / (1 + exp(-x)) elementwise, for any x: a new array of the shape of x",
    see="From scores to probabilities",
    parts=(
        Part("core", 3, "the values"),
        Part("quiet", 1, "large numbers without an overflow on the way"),
        Part("float64", 1, "float64 arrays"),
    ),
    probe=ArraysProbe(("x",)),
    rules={
        "value": Close(),
        **MANNERS,
        "overflowed": Exact(lambda *_: "the value is right, but NumPy met an overflow on the way"),
    },
    cases=_cases,
    reference=basics.sigmoid,
    references=("gan_utils.basics.sigmoid",),
)
variant = exercise.variant


@variant
def by_tanh(x: Array) -> Array:
    return (1 + np.tanh(x / 2)) / 2


@variant
def by_masks(x: Array) -> Array:
    y = np.empty_like(x)
    y[x >= 0] = 1 / (1 + np.exp(-x[x >= 0]))
    small = np.exp(x[x < 0])
    y[x < 0] = small / (1 + small)
    return y


@variant
def by_where_of_clipped(x: Array) -> Array:
    positive = 1 / (1 + np.exp(-np.maximum(x, 0)))
    small = np.exp(np.minimum(x, 0))
    return np.where(x >= 0, positive, small / (1 + small))


@variant
def by_logaddexp(x: Array) -> Array:
    return np.exp(-np.logaddexp(0, -x))


@variant
def by_torch(x: Array) -> torch.Tensor:
    return torch.sigmoid(torch.from_numpy(x))


@variant
def clipped_far_out(x: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))


@variant
def silenced(x: Array) -> Array:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


@variant
def one_by_one(x: Array) -> Array:
    def single(number: float) -> float:
        small = np.exp(-abs(number))
        return 1 / (1 + small) if number >= 0 else small / (1 + small)

    return np.array([single(number) for number in x.ravel()]).reshape(x.shape)
