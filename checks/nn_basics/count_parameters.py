"""nn_basics.count_parameters: how large a network is, before it is built."""

from __future__ import annotations

import itertools
from math import prod

import numpy as np
from torch import nn

from checks.exercise import Case, Exercise, Part
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from gan_utils import basics


def _cases(rng: np.random.Generator) -> list[Case]:
    drawn = [rng.integers(2, 60, size).tolist() for size in (3, 4, 6)]
    known = [[2, 3, 1], [784, 256, 256, 1], [200, 500, 32]]
    core = [_case("core", sizes) for sizes in (*known, *drawn)]
    return [*core, _case("one layer", rng.integers(2, 40, 2).tolist()), _case("one layer", [1, 1])]


def _case(part: str, sizes: list[int]) -> Case:
    return Case(part, f"sizes {sizes}", {"sizes": np.array(sizes)}, 1e-9)


exercise = Exercise(
    name="nn_basics.count_parameters",
    signature="count_parameters(sizes: list[int]) -> int",
    about="weights and biases of a stack of layers from sizes[0] to sizes[1] ... to sizes[-1]",
    see="Count before you build",
    parts=(Part("core", 2, "the count"), Part("one layer", 1, "a single layer")),
    probe=ArraysProbe((), ("sizes",), lists=("sizes",)),
    rules={"value": Close(), "changed": Close()},
    cases=_cases,
    reference=basics.count_parameters,
    references=("gan_utils.basics.count_parameters",),
)
variant = exercise.variant


@variant
def with_the_extra_input(sizes: list[int]) -> int:
    return sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))


@variant
def by_index(sizes: list[int]) -> int:
    total = 0
    for i in range(1, len(sizes)):
        total += sizes[i - 1] * sizes[i]
        total += sizes[i]
    return total


@variant
def weights_and_biases_apart(sizes: list[int]) -> int:
    weights = sum(prod(pair) for pair in itertools.pairwise(sizes))
    return weights + sum(sizes[1:])


@variant
def by_dot(sizes: list[int]) -> float:
    array = np.array(sizes)
    return np.dot(array[:-1] + 1, array[1:])


@variant
def by_building_it(sizes: list[int]) -> int:
    layers = [nn.Linear(a, b, device="meta") for a, b in itertools.pairwise(sizes)]
    return sum(p.numel() for layer in layers for p in layer.parameters())


@variant
def as_a_float(sizes: list[int]) -> float:
    return float(basics.count_parameters(sizes))
