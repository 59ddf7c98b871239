"""cnn_captcha.conv2d: the convolution of a batch with channels, and its gradients."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.common import CONVOLUTIONS, Setting, case, shapes, title
from checks.exercise import Case, Exercise, Part
from checks.probes.functions import FunctionProbe
from checks.rules import Close
from checks.vanilla_gan.common import MANNERS, grid
from gan_utils import convolution
from gan_utils.convolution import output_size

NAMES = ("x", "weight", "bias")


def _cases(rng: np.random.Generator) -> list[Case]:
    return [_case(rng, part, at, dtype) for part, dtype, at in CONVOLUTIONS]


def _case(rng: np.random.Generator, part: str, at: Setting, dtype: str) -> Case:
    given = shapes(at)
    arrays = {
        "x": grid(rng, given["x"], 3.0),
        "weight": grid(rng, given["weight"], 2.0),
        "bias": grid(rng, (at["o"],), 4.0),
        "weights": grid(rng, given["y"], 2.0),
    }
    made = case(part, title(at), arrays, {"stride": at["s"], "padding": at["p"]}, dtype)
    made.inputs["shape"] = np.array(given["y"])
    return made


exercise = Exercise(
    name="cnn_captcha.conv2d",
    signature=(
        "conv2d(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) "
        "-> Tensor"
    ),
    about="the convolution of (N, C, H, W) with kernels (O, C, h, w) and biases (O,)",
    see="Channels and batches",
    parts=(
        Part("core", 8, "the values"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=FunctionProbe(NAMES, ("stride", "padding"), reduces=False),
    rules={
        "value": Close(),
        **MANNERS,
        **{f"grad_{name}": Close(f"gradient of {name}") for name in NAMES},
    },
    cases=_cases,
    reference=convolution.conv2d,
    references=("gan_utils.convolution.conv2d",),
)
variant = exercise.variant


@variant
def library(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, stride=stride, padding=padding)


@variant
def patch_by_patch(
    x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0
) -> Tensor:
    x = F.pad(x, (padding, padding, padding, padding))
    h, w = weight.shape[2:]
    rows = []
    for i in range(0, x.shape[2] - h + 1, stride):
        row = []
        for j in range(0, x.shape[3] - w + 1, stride):
            patch = x[:, None, :, i : i + h, j : j + w]
            row.append((patch * weight).sum(dim=(2, 3, 4)) + bias)
        rows.append(torch.stack(row, dim=-1))
    return torch.stack(rows, dim=-2)


@variant
def into_zeros(
    x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0
) -> Tensor:
    n, _, height, width = x.shape
    o, _, h, w = weight.shape
    x = F.pad(x, [padding] * 4)
    rows = output_size(height, h, stride, padding)
    columns = output_size(width, w, stride, padding)
    out = x.new_zeros(n, o, rows, columns)
    for i in range(rows):
        for j in range(columns):
            patch = x[:, :, i * stride : i * stride + h, j * stride : j * stride + w]
            out[:, :, i, j] = patch.reshape(n, -1) @ weight.reshape(o, -1).T + bias
    return out


@variant
def by_unfolding(
    x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0
) -> Tensor:
    h, w = weight.shape[2:]
    x = F.pad(x, [padding] * 4)
    windows = x.unfold(2, h, stride).unfold(3, w, stride)  # (N, C, H', W', h, w)
    return torch.einsum("ncijhw,ochw->noij", windows, weight) + bias.view(1, -1, 1, 1)


@variant
def one_product_for_the_batch(
    x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0
) -> Tensor:
    n, o = len(x), len(weight)
    h, w = weight.shape[2:]
    windows = F.pad(x, [padding] * 4).unfold(2, h, stride).unfold(3, w, stride)
    rows, columns = windows.shape[2:4]
    matrix = windows.permute(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, -1)
    product = matrix @ weight.reshape(o, -1).t() + bias
    return product.reshape(n, rows, columns, o).permute(0, 3, 1, 2)


@variant
def shifted_pictures(
    x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0
) -> Tensor:
    h, w = weight.shape[2:]
    rows, columns = (output_size(x.shape[i], k, stride, padding) for i, k in ((2, h), (3, w)))
    padded = F.pad(x, [padding] * 4)
    out = bias[:, None, None]
    for a in range(h):
        for b in range(w):
            seen = padded[:, :, a::stride, b::stride][:, :, :rows, :columns]
            out = out + torch.einsum("oc,ncij->noij", weight[:, :, a, b], seen)
    return out
