"""cnn_captcha.conv2d_input_gradient: what a convolution hands down to the layer before it."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.common import CONVOLUTIONS, PLAIN, Setting, case, shapes, title
from checks.exercise import Case, Exercise, Part
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from checks.vanilla_gan.common import grid
from gan_utils import convolution

SCALARS = ("height", "width", "stride", "padding")


def _cases(rng: np.random.Generator) -> list[Case]:
    return [_case(rng, part, at, dtype) for part, dtype, at in CONVOLUTIONS]


def _case(rng: np.random.Generator, part: str, at: Setting, dtype: str) -> Case:
    given = shapes(at)
    arrays = {"upstream": grid(rng, given["y"], 2.0), "weight": grid(rng, given["weight"], 2.0)}
    scalars = dict(zip(SCALARS, (at["h"], at["w"], at["s"], at["p"]), strict=True))
    made = case(part, title(at), arrays, scalars, dtype)
    made.inputs["shape_value"] = np.array(given["x"])
    return made


exercise = Exercise(
    name="cnn_captcha.conv2d_input_gradient",
    signature=(
        "conv2d_input_gradient(upstream: Tensor, weight: Tensor, height: int, width: int, "
        "stride: int, padding: int) -> Tensor"
    ),
    about="the gradient of conv2d with respect to its input, (N, C, height, width)",
    see="The way back: to the picture",
    parts=(
        Part("core", 5, "the values"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=ArraysProbe(("upstream", "weight"), SCALARS, tensors=True),
    rules={"value": Close(), **PLAIN},
    cases=_cases,
    reference=convolution.conv2d_input_gradient,
    references=(
        "gan_utils.convolution.conv2d_input_gradient",
        "gan_utils.convolution.conv_transpose2d",
    ),
)
variant = exercise.variant


@variant
def by_folding(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    columns = torch.einsum("ok,nop->nkp", weight.flatten(1), g.flatten(2))
    return F.fold(columns, (height, width), weight.shape[2:], stride=s, padding=p)


@variant
def place_by_place(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    h, w = weight.shape[2:]
    padded = g.new_zeros(len(g), weight.shape[1], height + 2 * p, width + 2 * p)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            sent = torch.einsum("no,ochw->nchw", g[:, :, i, j], weight)
            padded[:, :, i * s : i * s + h, j * s : j * s + w] += sent
    return padded[:, :, p : p + height, p : p + width]


@variant
def weight_by_weight(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    rows, columns = g.shape[2:]
    padded = torch.zeros(
        (len(g), weight.shape[1], height + 2 * p, width + 2 * p), dtype=weight.dtype
    )
    for a in range(weight.shape[2]):
        for b in range(weight.shape[3]):
            sent = torch.einsum("noij,oc->ncij", g, weight[:, :, a, b])
            padded[:, :, a : a + rows * s : s, b : b + columns * s : s][:, :, :rows, :columns] += (
                sent
            )
    return padded[:, :, p : p + height, p : p + width]


@variant
def by_autograd(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    x = torch.zeros(len(g), weight.shape[1], height, width, dtype=g.dtype, requires_grad=True)
    (found,) = torch.autograd.grad(F.conv2d(x, weight, stride=s, padding=p), x, g)
    return found


@variant
def by_library(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    shape = (len(g), weight.shape[1], height, width)
    return torch.nn.grad.conv2d_input(shape, weight, g, stride=s, padding=p)


@variant
def transposed(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    found = F.conv_transpose2d(g, weight, stride=s)
    missing = width + 2 * p - found.shape[3], height + 2 * p - found.shape[2]
    found = F.pad(found, (0, missing[0], 0, missing[1]))  # pixels that no patch reached
    return found[:, :, p : p + height, p : p + width]


@variant
def as_a_convolution(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    """upstream spread apart, in a wide frame of zeros, under the kernels turned round."""
    h, w = weight.shape[2:]
    n, o, rows, columns = g.shape
    spread = g.new_zeros(n, o, height + 2 * p - h + 1, width + 2 * p - w + 1)
    spread[:, :, : rows * s : s, : columns * s : s] = g
    framed = F.pad(spread, (w - 1, w - 1, h - 1, h - 1))
    found = F.conv2d(framed, weight.transpose(0, 1).flip(2, 3))
    return found[:, :, p : p + height, p : p + width]
