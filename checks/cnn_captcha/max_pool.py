"""cnn_captcha.max_pool: the largest number of every window, windows overlapping or not."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.common import case, shuffled
from checks.exercise import Case, Exercise, Part
from checks.probes.functions import FunctionProbe
from checks.rules import Close
from checks.vanilla_gan.common import MANNERS, grid
from gan_utils import convolution
from gan_utils.convolution import output_size

# (part, type, shape of x, size, stride); also for max_pool_backward
POOLS = (
    ("core", "float32", (2, 2, 4, 6), 2, 2),
    ("core", "float32", (3, 1, 5, 4), 2, 1),
    ("core", "float32", (2, 3, 7, 5), 3, 2),
    ("core", "float32", (2, 1, 8, 6), 3, 1),
    ("core", "float32", (2, 2, 7, 8), 2, 3),
    ("core", "float32", (3, 2, 5, 7), 2, 2),
    ("batch of one", "float32", (1, 2, 6, 5), 3, 2),
    ("float64", "float64", (2, 2, 5, 6), 3, 2),
)


def pooled(shape: tuple[int, ...], size: int, stride: int) -> tuple[int, ...]:
    """The shape of what comes out."""
    return (*shape[:2], *(output_size(n, size, stride) for n in shape[2:]))


def _cases(rng: np.random.Generator) -> list[Case]:
    return [_case(rng, *row) for row in POOLS]


def _case(
    rng: np.random.Generator, part: str, dtype: str, shape: tuple[int, ...], size: int, stride: int
) -> Case:
    out = pooled(shape, size, stride)
    arrays = {"x": shuffled(rng, shape), "weights": grid(rng, out, 2.0)}
    title = f"x {shape}, windows of {size}, stride {stride}"
    made = case(part, title, arrays, {"size": size, "stride": stride}, dtype)
    made.inputs["shape"] = np.array(out)
    return made


exercise = Exercise(
    name="cnn_captcha.max_pool",
    signature="max_pool(x: Tensor, size: int, stride: int) -> Tensor",
    about="the largest number of every size x size window: (N, C, H, W) to (N, C, H', W')",
    see="Pooling",
    parts=(
        Part("core", 4, "the values"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=FunctionProbe(("x",), ("size", "stride"), reduces=False),
    rules={"value": Close(), **MANNERS, "grad_x": Close("gradient of x")},
    cases=_cases,
    reference=convolution.max_pool,
    references=("gan_utils.convolution.max_pool",),
)
variant = exercise.variant


@variant
def library(x: Tensor, size: int, stride: int) -> Tensor:
    return F.max_pool2d(x, size, stride)


@variant
def by_loops(x: Tensor, size: int, stride: int) -> Tensor:
    rows = [
        torch.stack(
            [
                x[:, :, i : i + size, j : j + size].amax(dim=(2, 3))
                for j in range(0, x.shape[3] - size + 1, stride)
            ],
            dim=-1,
        )
        for i in range(0, x.shape[2] - size + 1, stride)
    ]
    return torch.stack(rows, dim=-2)


@variant
def into_zeros(x: Tensor, size: int, stride: int) -> Tensor:
    n, c, height, width = x.shape
    rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
    out = torch.zeros(n, c, rows, columns, dtype=x.dtype)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + size, left : left + size]
            out[:, :, i, j] = window.reshape(n, c, -1).max(dim=-1).values
    return out


@variant
def rows_then_columns(x: Tensor, size: int, stride: int) -> Tensor:
    return x.unfold(2, size, stride).amax(-1).unfold(3, size, stride).amax(-1)


@variant
def by_maximum(x: Tensor, size: int, stride: int) -> Tensor:
    rows, columns = (output_size(n, size, stride) for n in x.shape[2:])
    best = None
    for a in range(size):
        for b in range(size):
            seen = x[:, :, a::stride, b::stride][:, :, :rows, :columns]
            best = seen if best is None else torch.maximum(best, seen)
    return best


@variant
def by_unfolding(x: Tensor, size: int, stride: int) -> Tensor:
    n, c = x.shape[:2]
    columns = F.unfold(x.reshape(n * c, 1, *x.shape[2:]), size, stride=stride)
    return columns.max(dim=1)[0].reshape(n, c, (x.shape[2] - size) // stride + 1, -1)
