"""cnn_captcha.conv2d_weight_gradient: what a convolution's kernels learn from."""

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

SCALARS = ("kernel_height", "kernel_width", "stride", "padding")


def _cases(rng: np.random.Generator) -> list[Case]:
    return [_case(rng, part, at, dtype) for part, dtype, at in CONVOLUTIONS]


def _case(rng: np.random.Generator, part: str, at: Setting, dtype: str) -> Case:
    given = shapes(at)
    arrays = {"upstream": grid(rng, given["y"], 2.0), "x": grid(rng, given["x"], 3.0)}
    scalars = dict(zip(SCALARS, (at["kh"], at["kw"], at["s"], at["p"]), strict=True))
    made = case(part, title(at), arrays, scalars, dtype)
    made.inputs["shape_value"] = np.array(given["weight"])
    return made


exercise = Exercise(
    name="cnn_captcha.conv2d_weight_gradient",
    signature=(
        "conv2d_weight_gradient(upstream: Tensor, x: Tensor, kernel_height: int, "
        "kernel_width: int, stride: int, padding: int) -> Tensor"
    ),
    about="the gradient of conv2d with respect to its weight, (O, C, h, w)",
    see="The way back: to the weight",
    parts=(
        Part("core", 5, "the values"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=ArraysProbe(("upstream", "x"), SCALARS, tensors=True),
    rules={"value": Close(), **PLAIN},
    cases=_cases,
    reference=convolution.conv2d_weight_gradient,
    references=("gan_utils.convolution.conv2d_weight_gradient",),
)
variant = exercise.variant


@variant
def by_unfolding(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    columns = F.unfold(x, (h, w), padding=padding, stride=stride)  # (N, C h w, places)
    product = g.flatten(2) @ columns.transpose(1, 2)  # (N, O, C h w)
    return product.sum(0).view(g.shape[1], x.shape[1], h, w)


@variant
def place_by_place(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    x = F.pad(x, [padding] * 4)
    total = x.new_zeros(g.shape[1], x.shape[1], h, w)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            patch = x[:, :, i * stride : i * stride + h, j * stride : j * stride + w]
            total += torch.einsum("no,nchw->ochw", g[:, :, i, j], patch)
    return total


@variant
def sample_by_sample(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    total = torch.zeros((g.shape[1], x.shape[1], h, w), dtype=x.dtype)
    for n in range(len(x)):
        padded = F.pad(x[n], [padding] * 4)
        for a in range(h):
            for b in range(w):
                seen = padded[:, a::stride, b::stride][:, : g.shape[2], : g.shape[3]]
                total[:, :, a, b] += torch.einsum("oij,cij->oc", g[n], seen)
    return total


@variant
def by_autograd(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    weight = torch.zeros(g.shape[1], x.shape[1], h, w, dtype=x.dtype, requires_grad=True)
    F.conv2d(x, weight, stride=stride, padding=padding).backward(g)
    return weight.grad


@variant
def by_library(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    shape = (g.shape[1], x.shape[1], h, w)
    return torch.nn.grad.conv2d_weight(x, shape, g, stride=stride, padding=padding)


@variant
def as_a_convolution(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    """The gradient slides over the picture, spread apart by the stride; batch for channels."""
    found = F.conv2d(x.transpose(0, 1), g.transpose(0, 1), padding=padding, dilation=stride)
    return found.transpose(0, 1)[:, :, :h, :w]
