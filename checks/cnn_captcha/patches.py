"""cnn_captcha.patches: the matrix of patches, which makes a convolution a matrix product."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from checks.cnn_captcha.common import PLAIN, case
from checks.exercise import Case, Exercise, Part
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from checks.vanilla_gan.common import grid
from gan_utils import convolution
from gan_utils.convolution import output_size

SCALARS = ("kernel_height", "kernel_width", "stride", "padding")


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, part, image, scalars, dtype)
        for part, image, scalars, dtype in [
            ("core", (5, 5), (3, 3, 1, 0), "float32"),
            ("core", (4, 6), (3, 2, 1, 0), "float32"),
            ("core", (7, 5), (2, 3, 2, 0), "float32"),
            ("core", (4, 5), (3, 3, 1, 1), "float32"),
            ("core", (8, 6), (3, 2, 3, 2), "float32"),
            ("core", (3, 7), (3, 1, 2, 1), "float32"),
            ("defaults", (4, 5), (2, 3), "float32"),
            ("float64", (5, 4), (2, 2, 2, 1), "float64"),
        ]
    ]


def _case(
    rng: np.random.Generator,
    part: str,
    image: tuple[int, int],
    scalars: tuple[int, ...],
    dtype: str,
) -> Case:
    height, width, stride, padding = scalars if len(scalars) == 4 else (*scalars, 1, 0)
    places = output_size(image[0], height, stride, padding) * output_size(
        image[1], width, stride, padding
    )
    words = f"image {image}, kernel ({height}, {width})"
    words += f", stride {stride}, padding {padding}" if len(scalars) > 2 else ", the rest left out"
    pixels = {"image": grid(rng, image, 3.0)}
    made = case(part, words, pixels, dict(zip(SCALARS, scalars, strict=False)), dtype)
    made.inputs["shape_value"] = np.array([places, height * width])
    return made


exercise = Exercise(
    name="cnn_captcha.patches",
    signature=(
        "patches(image: NDArray, kernel_height: int, kernel_width: int, stride: int = 1, "
        "padding: int = 0) -> NDArray"
    ),
    about="all patches of an image (H, W), one a row, both in reading order",
    see="One matrix product",
    parts=(
        Part("core", 5, "the values"),
        Part("defaults", 1, "stride and padding left out"),
        Part("float64", 1, "float64 arrays"),
    ),
    probe=ArraysProbe(("image",), SCALARS),
    rules={"value": Close(), **PLAIN},
    cases=_cases,
    reference=convolution.patches,
    references=("gan_utils.convolution.patches",),
)
variant = exercise.variant


@variant
def by_loops(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    padded = np.pad(image, padding)
    rows = []
    for top in range(0, padded.shape[0] - h + 1, stride):
        for left in range(0, padded.shape[1] - w + 1, stride):
            rows.append(padded[top : top + h, left : left + w].flatten())
    return np.array(rows)


@variant
def into_zeros(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    height, width = image.shape
    around = np.zeros((height + 2 * padding, width + 2 * padding), dtype=image.dtype)
    around[padding : padding + height, padding : padding + width] = image
    out_h = output_size(height, h, stride, padding)
    out_w = output_size(width, w, stride, padding)
    matrix = np.zeros((out_h * out_w, h * w), dtype=image.dtype)
    for i in range(out_h):
        for j in range(out_w):
            patch = around[i * stride : i * stride + h, j * stride : j * stride + w]
            matrix[i * out_w + j] = patch.reshape(-1)
    return matrix


@variant
def by_index(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    padded = np.pad(image, ((padding, padding), (padding, padding)), mode="constant")
    tops = np.arange(0, padded.shape[0] - h + 1, stride)
    lefts = np.arange(0, padded.shape[1] - w + 1, stride)
    i = np.repeat(tops, len(lefts))[:, None] + np.repeat(np.arange(h), w)
    j = np.tile(lefts, len(tops))[:, None] + np.tile(np.arange(w), h)
    return padded[i, j]


@variant
def column_by_column(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    padded = np.pad(image, padding)
    out_h, out_w = ((n - k) // stride + 1 for n, k in zip(padded.shape, (h, w), strict=True))
    columns = []
    for a in range(h):
        for b in range(w):
            seen = padded[a : a + out_h * stride : stride, b : b + out_w * stride : stride]
            columns.append(seen[:out_h, :out_w].ravel())
    return np.stack(columns, axis=1)


@variant
def by_unfold(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    x = torch.from_numpy(image)[None, None]
    return F.unfold(x, (h, w), padding=padding, stride=stride)[0].T.numpy()


@variant
def tensor_out(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> torch.Tensor:
    return torch.from_numpy(by_loops(image, h, w, stride, padding))
