"""cnn_captcha.conv2d_loops: a picture under one kernel, in NumPy."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from checks.cnn_captcha.common import PLAIN
from checks.exercise import Case, Exercise, Part
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from checks.vanilla_gan.common import grid
from gan_utils import convolution


def _cases(rng: np.random.Generator) -> list[Case]:
    cases = [
        _case(rng, part, image, kernel)
        for part, image, kernel in [
            ("core", (5, 5), (3, 3)),
            ("core", (4, 7), (3, 2)),
            ("core", (6, 5), (1, 4)),
            ("core", (8, 6), (5, 2)),
            ("core", (4, 3), (4, 3)),
            ("core", (3, 5), (1, 1)),
        ]
    ]
    image = rng.integers(0, 256, (5, 6)).astype(np.uint8)
    kernel = np.array([[-1.5, 0.25, 1], [2, -0.5, 0.75]]) * rng.choice([-1, 1])
    inputs = {
        "image": image,
        "kernel": kernel.astype(np.float32),
        "shape_value": np.array([4, 4]),
    }
    return [
        *cases,
        Case("bytes", "an image of bytes (uint8), (5, 6)", inputs),
        _case(rng, "float64", (5, 4), (2, 3), "float64"),
    ]


def _case(
    rng: np.random.Generator,
    part: str,
    image: tuple[int, int],
    kernel: tuple[int, int],
    dtype: str = "float32",
) -> Case:
    shape = [n - k + 1 for n, k in zip(image, kernel, strict=True)]
    inputs = {
        "image": grid(rng, image, 3.0).astype(dtype),
        "kernel": grid(rng, kernel, 2.0).astype(dtype),
        "shape_value": np.array(shape),
    }
    double = dtype == "float64"
    title = f"image {image}, kernel {kernel}" + ", float64" * double
    return Case(part, title, inputs, 1e-9 if double else 1e-4)


exercise = Exercise(
    name="cnn_captcha.conv2d_loops",
    signature="conv2d_loops(image: NDArray, kernel: NDArray) -> NDArray",
    about="the kernel slid over the image, without padding: (H - h + 1, W - w + 1)",
    see="A window that slides",
    parts=(
        Part("core", 4, "the values"),
        Part("bytes", 1, "an image of bytes"),
        Part("float64", 1, "float64 arrays"),
    ),
    probe=ArraysProbe(("image", "kernel")),
    rules={"value": Close(), **PLAIN},
    cases=_cases,
    reference=convolution.correlate,
    references=("gan_utils.convolution.correlate", "gan_utils.convolution.patches"),
)
variant = exercise.variant


@variant
def two_loops(image: NDArray, kernel: NDArray) -> NDArray:
    h, w = kernel.shape
    out = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)
    return out


@variant
def four_loops(image: NDArray, kernel: NDArray) -> NDArray:
    (height, width), (h, w) = image.shape, kernel.shape
    out = np.zeros((height - h + 1, width - w + 1))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            for a in range(h):
                for b in range(w):
                    out[i, j] += image[i + a, j + b] * kernel[a, b]
    return out


@variant
def list_of_sums(image: NDArray, kernel: NDArray) -> NDArray:
    (height, width), (h, w) = image.shape, kernel.shape
    sums = [
        (image[i : i + h, j : j + w] * kernel).sum()
        for i in range(height - h + 1)
        for j in range(width - w + 1)
    ]
    return np.array(sums).reshape(height - h + 1, -1)


@variant
def shifted_pictures(image: NDArray, kernel: NDArray) -> NDArray:
    rows, columns = (n - k + 1 for n, k in zip(image.shape, kernel.shape, strict=True))
    return sum(
        kernel[a, b] * image[a : a + rows, b : b + columns] for a, b in np.ndindex(*kernel.shape)
    )


@variant
def matrix_product(image: NDArray, kernel: NDArray) -> NDArray:
    matrix = convolution.patches(image, *kernel.shape)
    return (matrix @ kernel.ravel()).reshape(image.shape[0] - kernel.shape[0] + 1, -1)


@variant
def torch_inside(image: NDArray, kernel: NDArray) -> NDArray:
    x, weight = torch.tensor(image).double(), torch.tensor(kernel).double()
    return F.conv2d(x[None, None], weight[None, None])[0, 0].numpy()


@variant
def tensor_out(image: NDArray, kernel: NDArray) -> torch.Tensor:
    return torch.from_numpy(two_loops(image, kernel))
