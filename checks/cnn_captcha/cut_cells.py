"""cnn_captcha.cut_cells: captchas cut into pictures of one character each."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.common import PLAIN
from checks.exercise import Case, Exercise, Part
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from gan_utils.data import captchas

CELL, WIDE = 20, 80


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, part, n, dtype)
        for part, n, dtype in [
            ("core", 2, "uint8"),
            ("core", 3, "float32"),
            ("core", 5, "uint8"),
            ("batch of one", 1, "uint8"),
            ("float64", 2, "float64"),
        ]
    ]


def _case(rng: np.random.Generator, part: str, n: int, dtype: str) -> Case:
    """Mostly white pixels with dark ones strewn in: enough to tell every cell from every other."""
    images = np.full((n, 1, CELL, WIDE), 255)
    dark = rng.random(images.shape) < 0.08
    images[dark] = rng.integers(0, 141, int(dark.sum()))
    scaled = images.astype(np.uint8) if dtype == "uint8" else (images / 127.5 - 1).astype(dtype)
    inputs = {"images": scaled, "shape_value": np.array([4 * n, 1, CELL, CELL])}
    return Case(part, f"{n} captcha{'s' * (n > 1)}, {dtype}", inputs, 1e-6)


exercise = Exercise(
    name="cnn_captcha.cut_cells",
    signature="cut_cells(images: Tensor) -> Tensor",
    about="captchas (N, 1, 20, 80) cut into cells (4 N, 1, 20, 20), in reading order",
    see="Cut them up",
    parts=(
        Part("core", 3, "the cells"),
        Part("batch of one", 1, "a single captcha"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=ArraysProbe(("images",), tensors=True),
    rules={"value": Close(), **PLAIN},
    cases=_cases,
    reference=captchas.cut_cells,
    references=("gan_utils.data.captchas.cut_cells",),
)
variant = exercise.variant


@variant
def by_reshape(images: Tensor) -> Tensor:
    four = images.reshape(-1, 1, 20, 4, 20)  # (N, 1, row, cell, column)
    return four.permute(0, 3, 1, 2, 4).reshape(-1, 1, 20, 20)


@variant
def by_loops(images: Tensor) -> Tensor:
    cells = []
    for image in images:
        for k in range(4):
            cells.append(image[:, :, 20 * k : 20 * (k + 1)])
    return torch.stack(cells)


@variant
def by_chunks(images: Tensor) -> Tensor:
    return torch.stack(images.chunk(4, dim=3), dim=1).view(-1, 1, 20, 20)


@variant
def by_unfold(images: Tensor) -> Tensor:
    cells = images.unfold(3, 20, 20)  # (N, 1, 20, 4, 20)
    return cells.permute(0, 3, 1, 2, 4).flatten(0, 1)


@variant
def into_empty(images: Tensor) -> Tensor:
    cells = torch.empty(4 * len(images), 1, 20, 20, dtype=images.dtype)
    for k in range(4):
        cells[k::4] = images[:, :, :, 20 * k : 20 * k + 20]
    return cells


@variant
def with_im2col(images: Tensor) -> Tensor:
    columns = F.unfold(images.double(), 20, stride=20)  # (N, 400, 4)
    return columns.transpose(1, 2).reshape(-1, 1, 20, 20).to(images.dtype)


@variant
def in_numpy(images: Tensor) -> np.ndarray:
    array = images.numpy()
    return np.concatenate([array[i, :, :, j : j + 20] for i in range(len(array)) for j in LEFTS])[
        :, None
    ]


LEFTS = range(0, WIDE, CELL)
