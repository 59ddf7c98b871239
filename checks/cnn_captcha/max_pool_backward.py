"""cnn_captcha.max_pool_backward: the gradient goes to the winner of every window."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.common import PLAIN, case, shuffled
from checks.cnn_captcha.max_pool import POOLS, pooled
from checks.exercise import Case, Exercise, Part
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from checks.vanilla_gan.common import grid
from gan_utils import convolution


def _cases(rng: np.random.Generator) -> list[Case]:
    """No number is met twice in x: who wins a tie is nobody's mistake."""
    return [_case(rng, *row) for row in POOLS]


def _case(
    rng: np.random.Generator, part: str, dtype: str, shape: tuple[int, ...], size: int, stride: int
) -> Case:
    arrays = {"upstream": grid(rng, pooled(shape, size, stride), 3.0), "x": shuffled(rng, shape)}
    title = f"x {shape}, windows of {size}, stride {stride}"
    made = case(part, title, arrays, {"size": size, "stride": stride}, dtype)
    made.inputs["shape_value"] = np.array(shape)
    return made


exercise = Exercise(
    name="cnn_captcha.max_pool_backward",
    signature="max_pool_backward(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor",
    about="the gradient of max_pool with respect to x, windows overlapping or not",
    see="Pooling, backwards",
    parts=(
        Part("core", 6, "the values"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=ArraysProbe(("upstream", "x"), ("size", "stride"), tensors=True),
    rules={"value": Close(), **PLAIN},
    cases=_cases,
    reference=convolution.max_pool_backward,
    references=("gan_utils.convolution.max_pool_backward",),
)
variant = exercise.variant


@variant
def by_loops(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    n, c, rows, columns = upstream.shape
    grad = torch.zeros_like(x)
    for k in range(n):
        for channel in range(c):
            for i in range(rows):
                for j in range(columns):
                    top, left = i * stride, j * stride
                    window = x[k, channel, top : top + size, left : left + size]
                    at = int(window.argmax())
                    row, column = top + at // size, left + at % size
                    grad[k, channel, row, column] += upstream[k, channel, i, j]
    return grad


@variant
def by_mask(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    grad = torch.zeros_like(x)
    for i in range(upstream.shape[2]):
        for j in range(upstream.shape[3]):
            here = (..., slice(i * stride, i * stride + size), slice(j * stride, j * stride + size))
            mask = x[here] == x[here].amax(dim=(2, 3), keepdim=True)
            grad[here] += mask * upstream[:, :, i : i + 1, j : j + 1]
    return grad


@variant
def by_unpooling(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    _, at = F.max_pool2d(x, size, stride, return_indices=True)
    flat = x.new_zeros(x.shape).flatten(2)
    return flat.scatter_add_(2, at.flatten(2), upstream.flatten(2)).reshape(x.shape)


@variant
def by_autograd(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    leaf = x.clone().requires_grad_()
    F.max_pool2d(leaf, size, stride).backward(upstream)
    return leaf.grad


@variant
def in_numpy(upstream: Tensor, x: Tensor, size: int, stride: int) -> np.ndarray:
    g, a = upstream.numpy(), x.numpy()
    grad = np.zeros_like(a)
    for k, channel, i, j in np.ndindex(*g.shape):
        window = a[k, channel, i * stride : i * stride + size, j * stride : j * stride + size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        grad[k, channel, i * stride + row, j * stride + column] += g[k, channel, i, j]
    return grad


@variant
def by_folding(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    n, c, height, width = x.shape
    columns = F.unfold(x.view(n * c, 1, height, width), size, stride=stride)
    winner = F.one_hot(columns.argmax(1), size * size).transpose(1, 2).to(x.dtype)
    sent = winner * upstream.reshape(n * c, 1, -1)
    return F.fold(sent, (height, width), size, stride=stride).view(n, c, height, width)
