"""The known wrong ways of cnn_captcha.max_pool."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.max_pool import exercise

mistake = exercise.mistake
right = F.max_pool2d


@mistake("average", "This is the mean of every window; asked for is the largest number.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return F.avg_pool2d(x, size, stride)


@mistake("minimum", "This is the smallest number of every window.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return -right(-x, size, stride)


@mistake("sum", "This is the sum of every window; asked for is the largest number.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return F.avg_pool2d(x, size, stride) * size**2


@mistake(
    "never_negative",
    "Where all numbers of a window are negative yours is 0: the search for the largest began at 0. "
    "Begin at the window's first number, or at minus infinity.",
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size, stride).clamp(min=0)


@mistake("largest_in_size", "You look for the largest without its sign; -9 is smaller than 1.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x.abs(), size, stride)


@mistake(
    "stride_is_the_size",
    "The stride is not used: yours moves on by a whole window. Windows may overlap.",
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size)


@mistake("stride_one", "The stride is not used: yours moves on by one pixel.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size, 1)


@mistake("window_is_the_stride", "Your windows are stride x stride; they must be size x size.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, stride, stride)


@mistake("size_and_stride_swapped", "Size and stride are swapped.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, stride, size)


@mistake(
    "window_cut_short",
    "Your windows are too small by a row and a column: a : b ends before b.",
    crash=r"Expected reduction dim \d to have non-zero size|numel\(\) == 0",
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    rows, columns = ((n - size) // stride + 1 for n in x.shape[2:])
    return right(x, size - 1, stride)[:, :, :rows, :columns]


@mistake(
    "rest_taken_too",
    "There are windows too many: what is left at the edge is too small for a window. "
    "Round down, not up.",
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size, stride, ceil_mode=True)


@mistake("rest_taken_too")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    tops, lefts = (range(0, n, stride) for n in x.shape[2:])
    rows = [
        torch.stack([x[..., i : i + size, j : j + size].amax((2, 3)) for j in lefts], dim=-1)
        for i in tops
    ]
    return torch.stack(rows, dim=-2)


@mistake(
    "last_window_lost",
    "The last row and the last column of windows are missing.",
    crash=r"stack expects a non-empty",
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size, stride)[:, :, :-1, :-1]


@mistake("last_window_lost")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    rows, columns = ((n - size - 1) // stride + 1 for n in x.shape[2:])
    return right(x, size, stride)[:, :, :rows, :columns]


@mistake("padded", "A frame was put around the picture first; here there is no padding.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size, stride, padding=size // 2)


@mistake(
    "across_channels",
    "The largest is taken over all channels together: each channel is pooled on its own.",
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    found = right(x, size, stride)
    return found.amax(1, keepdim=True).expand_as(found)


@mistake("across_channels")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size, stride).amax(1, keepdim=True)


@mistake("across_the_batch", "The largest is taken over the whole batch.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    found = right(x, size, stride)
    return found.amax(0, keepdim=True).expand_as(found)


@mistake("across_the_batch")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    found = right(x, size, stride)
    return found.amax((0, 1), keepdim=True).expand_as(found)


@mistake("one_direction", "The largest is taken along rows or columns only: a window has both.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, (size, 1), stride)[:, :, :, : (x.shape[3] - size) // stride + 1]


@mistake("one_direction")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, (1, size), stride)[:, :, : (x.shape[2] - size) // stride + 1]


@mistake("corner_only", "Only one pixel of each window is looked at.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    rows, columns = ((n - size) // stride + 1 for n in x.shape[2:])
    return x[:, :, ::stride, ::stride][:, :, :rows, :columns]


@mistake("rows_and_columns_swapped", "Rows and columns of the result are swapped.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size, stride).transpose(2, 3)


@mistake("rows_and_columns_swapped")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    found = right(x, size, stride)
    return found.transpose(2, 3).reshape(found.shape)


@mistake(
    "positions",
    "These are the positions of the largest numbers: max(dim=...) gives values and positions.",
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(-2)
    return windows.argmax(-1)


@mistake(
    "no_gradient",
    "The values are right, but no gradient flows back through them. Usual causes: item(), detach, "
    "NumPy, or a new tensor made from numbers.",
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x.detach(), size, stride)


@mistake(
    "softened", "This is a smooth version of the maximum; asked for is the largest number itself."
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    windows = x.unfold(2, size, stride).unfold(3, size, stride).flatten(-2)
    return windows.logsumexp(-1)


@mistake("changes_input", "The values are right, but the input itself was changed on the way.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    found = right(x.clone(), size, stride)
    with torch.no_grad():
        x.zero_()
    return found


@exercise.limitation("float32_inside", "The values are right, but float64 comes back as float32.")
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x.float(), size, stride)


@exercise.limitation(
    "squeezed", "A side of length 1 was dropped (squeeze): a batch of one is still a batch."
)
def _(x: Tensor, size: int, stride: int) -> Tensor:
    return right(x, size, stride).squeeze(0)
