"""cnn_captcha.output_size: how many places a kernel has along a side."""

from __future__ import annotations

import math

import numpy as np
import torch

from checks.cnn_captcha.common import PLAIN
from checks.exercise import Case, Exercise, Part
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from gan_utils import convolution

NAMES = ("size", "kernel", "stride", "padding")


def _cases(rng: np.random.Generator) -> list[Case]:
    given = [(5, 3, 1, 0), (20, 5, 1, 0), (16, 2, 2, 0), (8, 3, 2, 0), (7, 3, 2, 1), (28, 5, 2, 2)]
    for _ in range(3):  # a stride that leaves no pixels over, and one that leaves some
        kernel, stride = int(rng.integers(2, 8)), int(rng.integers(2, 6))
        padding, places = int(rng.integers(1, 4)), int(rng.integers(8, 40))
        exact = kernel + (places - 1) * stride - 2 * padding
        given += [(exact + left, kernel, stride, padding) for left in (0, stride - 1)]
    cases = [_case("core", *numbers) for numbers in given]
    return [
        *cases,
        _case("core", 9, 9, 1, 0),
        _case("core", 12, 1, 1, 0),
        _case("defaults", int(rng.integers(9, 30)), 4, 1),
        _case("defaults", int(rng.integers(9, 30)), 6),
    ]


def _case(part: str, *numbers: int) -> Case:
    words = [f"{name} {number}" for name, number in zip(NAMES, numbers, strict=False)]
    inputs = dict(zip(NAMES, map(np.array, numbers), strict=False))
    return Case(part, ", ".join(words), inputs, 1e-9)


exercise = Exercise(
    name="cnn_captcha.output_size",
    signature="output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int",
    about="how many places a kernel has along a side of `size` pixels",
    see="Stride and padding",
    parts=(Part("core", 3, "the number"), Part("defaults", 1, "stride and padding left out")),
    probe=ArraysProbe((), NAMES),
    rules={"value": Close(), **PLAIN},
    cases=_cases,
    reference=convolution.output_size,
    references=("gan_utils.convolution.output_size",),
)
variant = exercise.variant


@variant
def by_floor_division(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size + 2 * padding - kernel + stride) // stride


@variant
def by_floor(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return math.floor((size - kernel + 2 * padding) / stride + 1)


@variant
def by_counting(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    places, first = 0, -padding
    while first + kernel <= size + padding:
        places, first = places + 1, first + stride
    return places


@variant
def by_range(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return len(range(0, size + 2 * padding - kernel + 1, stride))


@variant
def as_array(size: int, kernel: int, stride: int = 1, padding: int = 0) -> np.ndarray:
    return np.floor((size + 2 * padding - kernel) / stride) + 1


@variant
def by_trying(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    row = torch.zeros(1, 1, size)
    return torch.conv1d(row, torch.zeros(1, 1, kernel), stride=stride, padding=padding).shape[2]
