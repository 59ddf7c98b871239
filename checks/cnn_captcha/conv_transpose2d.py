"""cnn_captcha.conv_transpose2d: the transposed convolution, which makes pictures larger."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.common import Setting, case, table
from checks.exercise import Case, Exercise, Part
from checks.probes.functions import FunctionProbe
from checks.rules import Close
from checks.vanilla_gan.common import MANNERS, grid
from gan_utils import convolution

# Here n, h and w are those of y: "n c h w, o kh kw, s p".
TRANSPOSED = table(
    [
        ("core", "float32", "2 1 3 3, 1 3 3, 1 0"),
        ("core", "float32", "3 2 4 5, 3 3 2, 1 0"),
        ("core", "float32", "2 1 2 3, 2 2 2, 2 0"),
        ("core", "float32", "2 3 3 2, 2 5 4, 2 1"),
        ("core", "float32", "2 2 3 4, 4 4 5, 3 2"),
        ("core", "float32", "2 2 3 4, 1 2 3, 3 0"),
        ("core", "float32", "3 2 4 5, 2 3 3, 1 1"),
        ("batch of one", "float32", "1 2 3 4, 3 3 2, 2 1"),
        ("gradients", "float32", "2 2 3 2, 3 3 2, 2 1"),
        ("gradients", "float32", "2 1 3 4, 2 2 3, 1 0"),
        ("float64", "float64", "2 2 2 3, 2 3 4, 2 1"),
    ]
)


def _cases(rng: np.random.Generator) -> list[Case]:
    return [_case(rng, part, at, dtype) for part, dtype, at in TRANSPOSED]


def _case(rng: np.random.Generator, part: str, at: Setting, dtype: str) -> Case:
    y, weight = (at["n"], at["o"], at["h"], at["w"]), (at["o"], at["c"], at["kh"], at["kw"])
    height, width = (
        (at[n] - 1) * at["s"] + at[k] - 2 * at["p"] for n, k in (("h", "kh"), ("w", "kw"))
    )
    arrays = {"y": grid(rng, y, 3.0), "weight": grid(rng, weight, 2.0)}
    if part == "gradients":
        arrays["weights"] = grid(rng, (at["n"], at["c"], height, width), 2.0)
    title = f"y {y}, weight {weight}, stride {at['s']}, padding {at['p']}"
    made = case(part, title, arrays, {"stride": at["s"], "padding": at["p"]}, dtype)
    made.inputs["shape"] = np.array([at["n"], at["c"], height, width])
    return made


exercise = Exercise(
    name="cnn_captcha.conv_transpose2d",
    signature="conv_transpose2d(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor",
    about="conv2d's way back as a layer: (N, O, H', W') to (N, C, H, W)",
    see="The transposed convolution",
    parts=(
        Part("core", 5, "the values"),
        Part("gradients", 1, "the gradients of the result"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=FunctionProbe(("y", "weight"), ("stride", "padding"), reduces=False),
    rules={
        "value": Close(),
        **MANNERS,
        **{f"grad_{name}": Close(f"gradient of {name}") for name in ("y", "weight")},
    },
    cases=_cases,
    reference=convolution.conv_transpose2d,
    references=(
        "gan_utils.convolution.conv_transpose2d",
        "gan_utils.convolution.conv2d_input_gradient",
    ),
)
variant = exercise.variant


@variant
def library(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return F.conv_transpose2d(y, weight, stride=stride, padding=padding)


@variant
def by_the_way_back(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    height = stride * (y.shape[2] - 1) + weight.shape[2] - 2 * padding
    width = stride * (y.shape[3] - 1) + weight.shape[3] - 2 * padding
    return convolution.conv2d_input_gradient(y, weight, height, width, stride, padding)


@variant
def stamp_by_stamp(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    n, _, rows, columns = y.shape
    _, c, h, w = weight.shape
    out = y.new_zeros(n, c, (rows - 1) * stride + h, (columns - 1) * stride + w)
    for i in range(rows):
        for j in range(columns):
            stamp = torch.einsum("no,ochw->nchw", y[:, :, i, j], weight)
            top, left = i * stride, j * stride
            out[:, :, top : top + h, left : left + w] += stamp
    return out[:, :, padding : out.shape[2] - padding, padding : out.shape[3] - padding]


@variant
def spread_and_convolved(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    n, o, rows, columns = y.shape
    h, w = weight.shape[2:]
    spread = torch.zeros(n, o, (rows - 1) * stride + 1, (columns - 1) * stride + 1).to(y)
    spread[:, :, ::stride, ::stride] = y
    a, b = h - 1 - padding, w - 1 - padding
    framed = F.pad(spread, (b, b, a, a))  # cuts off where the numbers are negative
    return F.conv2d(framed, weight.permute(1, 0, 2, 3).flip((2, 3)))


@variant
def by_folding(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    h, w = weight.shape[2:]
    columns = weight.reshape(len(weight), -1).t() @ y.flatten(2)
    height = (y.shape[2] - 1) * stride - 2 * padding + h
    width = (y.shape[3] - 1) * stride - 2 * padding + w
    return F.fold(columns, (height, width), (h, w), stride=stride, padding=padding)


@variant
def by_autograd(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    height = (y.shape[2] - 1) * stride - 2 * padding + weight.shape[2]
    width = (y.shape[3] - 1) * stride - 2 * padding + weight.shape[3]
    x = torch.zeros(len(y), weight.shape[1], height, width, dtype=y.dtype, requires_grad=True)
    there = F.conv2d(x, weight, stride=stride, padding=padding)
    return torch.autograd.grad(there, x, y, create_graph=True)[0]
