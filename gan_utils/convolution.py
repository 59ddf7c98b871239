"""Convolution, its two backward passes, its transpose, and max pooling, each as a few array steps.

"Convolution" is what the field calls so: the kernel slides over the picture without being turned
round (mathematics calls that cross-correlation). Each function is one idea: the picture becomes a
matrix of patches, and everything else is a matrix product with it or with its transpose (Dumoulin
and Visin 2016, "A guide to convolution arithmetic for deep learning").
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """How many places a kernel has along a side: floor((size + 2 padding - kernel) / stride) + 1.

    size, kernel, padding: pixels along that side; padding is added at both ends. Raises ValueError
    if the kernel does not fit.
    """
    free = size + 2 * padding - kernel
    if free < 0 or stride < 1:
        raise ValueError(
            f"A kernel of {kernel} pixels at stride {stride} has no place in a side of {size} with "
            f"padding {padding}: the kernel must fit, and the stride be at least 1."
        )
    return free // stride + 1


def correlate(image: NDArray, kernel: NDArray) -> NDArray:
    """A picture (H, W) under a kernel (h, w), without padding: (H - h + 1, W - w + 1).

    Every number of the result is the sum of a patch times the kernel, element by element.
    """
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijhw,hw->ij", windows, kernel)


def patches(
    image: NDArray, kernel_height: int, kernel_width: int, stride: int = 1, padding: int = 0
) -> NDArray:
    """All patches of a picture (H, W), one a row, both in reading order: (places, h * w).

    The picture is first surrounded by `padding` zeros on every side. Its product with a kernel's
    numbers in one column is the convolution.
    """
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_height, kernel_width))
    return windows[::stride, ::stride].reshape(-1, kernel_height * kernel_width)


def conv2d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """Convolution of a batch as one matrix product: (N, C, H, W) to (N, O, H', W').

    weight: (O, C, h, w), one kernel for each pair of channels; bias: (O,), or None; H' and W' are
    `output_size` of H and W.
    """
    height, width = weight.shape[2:]
    columns = F.unfold(x, (height, width), padding=padding, stride=stride)  # (N, C h w, places)
    product = weight.flatten(1) @ columns  # (N, O, places)
    if bias is not None:
        product = product + bias[:, None]
    return product.unflatten(2, (output_size(x.shape[2], height, stride, padding), -1))


def conv2d_weight_gradient(
    upstream: Tensor,
    x: Tensor,
    kernel_height: int,
    kernel_width: int,
    stride: int = 1,
    padding: int = 0,
) -> Tensor:
    """The gradient of a convolution with respect to its weight: (O, C, h, w).

    upstream: the gradient that arrives, (N, O, H', W'); x: what was convolved, (N, C, H, W).
    Summed over all places and the batch.
    """
    columns = F.unfold(x, (kernel_height, kernel_width), padding=padding, stride=stride)
    product = torch.einsum("nop,nkp->ok", upstream.flatten(2), columns)
    return product.reshape(-1, x.shape[1], kernel_height, kernel_width)


def conv2d_input_gradient(
    upstream: Tensor, weight: Tensor, height: int, width: int, stride: int = 1, padding: int = 0
) -> Tensor:
    """The gradient of a convolution with respect to its input: (N, C, height, width).

    upstream: the gradient that arrives, (N, O, H', W'); weight: (O, C, h, w). Every number of
    upstream goes back to the patch it came from, times the kernel; patches that overlap add up.
    """
    columns = weight.flatten(1).T @ upstream.flatten(2)  # (N, C h w, places)
    return F.fold(columns, (height, width), weight.shape[2:], padding=padding, stride=stride)


def conv_transpose2d(y: Tensor, weight: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """The transposed convolution, (N, O, H', W') to (N, C, H, W): conv2d's backward pass.

    weight: (O, C, h, w), as conv2d has it. H = (H' - 1) stride + h - 2 padding, the smallest
    picture from which conv2d makes H' rows. For all x and y of fitting shapes
    <conv2d(x), y> = <x, conv_transpose2d(y)>.
    """
    rows, columns = y.shape[2:]
    height = (rows - 1) * stride + weight.shape[2] - 2 * padding
    width = (columns - 1) * stride + weight.shape[3] - 2 * padding
    return conv2d_input_gradient(y, weight, height, width, stride, padding)


def max_pool(x: Tensor, size: int, stride: int) -> Tensor:
    """The largest number of every window: (N, C, H, W) to (N, C, H', W'), without padding.

    Windows of size x size start every `stride` pixels; below that they overlap. What is left at
    the lower and right edge, too small for a window, is not looked at.
    """
    return x.unfold(2, size, stride).unfold(3, size, stride).amax(dim=(-2, -1))


def max_pool_backward(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    """The gradient of `max_pool` with respect to x: (N, C, H, W).

    Each number of upstream (N, C, H', W') goes to the largest pixel of its window, the first in
    reading order if several are equal; a pixel that won several windows gets the sum.
    """
    windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(-2)  # (N, C, H', W', size²)
    rows, columns = windows.shape[2:4]
    winner = windows.argmax(dim=-1)
    row = winner // size + stride * torch.arange(rows, device=x.device)[:, None]
    column = winner % size + stride * torch.arange(columns, device=x.device)
    flat = torch.zeros_like(x).flatten(2)
    place = (row * x.shape[3] + column).flatten(2)
    return flat.scatter_add(2, place, upstream.flatten(2)).view_as(x)
