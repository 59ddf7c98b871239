"""The known wrong ways of cnn_captcha.max_pool_backward."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.max_pool_backward import exercise
from gan_utils.convolution import max_pool_backward as right

mistake = exercise.mistake


@mistake(
    "not_accumulated",
    "Where windows overlap only the last one is left. A pixel that wins several windows gets the "
    "sum of their gradients: += where you have =.",
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    """= at the winner alone."""
    _, at = F.max_pool2d(x, size, stride, return_indices=True)
    flat = torch.zeros_like(x).flatten(2)
    for k in range(at.flatten(2).shape[2]):
        one = at.flatten(2)[:, :, k : k + 1]
        flat.scatter_(2, one, upstream.flatten(2)[:, :, k : k + 1])
    return flat.view_as(x)


@mistake("not_accumulated")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    """= on the whole window."""
    grad = torch.zeros_like(x)
    for i in range(upstream.shape[2]):
        for j in range(upstream.shape[3]):
            here = (..., slice(i * stride, i * stride + size), slice(j * stride, j * stride + size))
            mask = x[here] == x[here].amax(dim=(2, 3), keepdim=True)
            grad[here] = mask * upstream[:, :, i : i + 1, j : j + 1]
    return grad


def _to_all(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    """The gradient of the sum over every window."""
    leaf = x.clone().requires_grad_()
    summed = leaf.unfold(2, size, stride).unfold(3, size, stride).sum((-2, -1))
    return torch.autograd.grad(summed, leaf, upstream)[0]


@mistake(
    "to_the_whole_window",
    "Every pixel of a window gets the gradient. Only the largest one decided about the result.",
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return _to_all(upstream, x, size, stride)


@mistake(
    "shared_equally",
    "Every pixel of a window gets an equal share: that is the way back of average pooling.",
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return _to_all(upstream, x, size, stride) / size**2


@mistake("to_the_corner", "The gradient goes to a fixed pixel of each window, not to the largest.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    grad = torch.zeros_like(x)
    rows, columns = upstream.shape[2:]
    grad[:, :, : rows * stride : stride, : columns * stride : stride] = upstream
    return grad


@mistake("to_the_smallest", "The gradient goes to the smallest pixel of each window.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream, -x, size, stride)


@mistake("to_the_largest_in_size", "The winner is sought without the sign: -9 is smaller than 1.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream, x.abs(), size, stride)


@mistake(
    "upstream_ignored",
    "upstream is not used: winners get 1, or how often they won. Multiply by what arrives.",
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(torch.ones_like(upstream), x, size, stride)


@mistake("upstream_ignored")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return (right(torch.ones_like(upstream), x, size, stride) > 0).to(x.dtype)


@mistake(
    "times_the_pixel",
    "The gradient is multiplied by the pixel itself. The result *is* the pixel, so its derivative "
    "is 1.",
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream, x, size, stride) * x


@mistake("times_the_pixel")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(torch.ones_like(upstream), x, size, stride) * x


@mistake("stride_ignored", "The stride is not used: your windows follow one another edge to edge.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    rows, columns = upstream.shape[2:]
    wide = F.pad(x, (0, columns * size, 0, rows * size), value=-1e9)
    windows = wide[:, :, : rows * size, : columns * size]
    grad = F.pad(right(upstream, windows, size, size), (0, x.shape[3], 0, x.shape[2]))
    return grad[:, :, : x.shape[2], : x.shape[3]]


@mistake("stride_ignored")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    rows, columns = upstream.shape[2:]
    windows = x[:, :, : rows + size - 1, : columns + size - 1]
    grad = right(upstream, windows, size, 1)
    return F.pad(grad, (0, x.shape[3] - grad.shape[3], 0, x.shape[2] - grad.shape[2]))


@mistake(
    "winner_of_all_channels",
    "One winner for all channels: each channel of each sample has winners of its own.",
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream, x.amax(1, keepdim=True).expand_as(x), size, stride)


@mistake("winner_of_all_channels")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream, x[:, :1].expand_as(x).contiguous(), size, stride)


@mistake("winner_of_all_channels")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    grad = torch.zeros_like(x)
    for i in range(upstream.shape[2]):
        for j in range(upstream.shape[3]):
            here = (..., slice(i * stride, i * stride + size), slice(j * stride, j * stride + size))
            mask = x[here] == x[here].max()
            grad[here] += mask * upstream[:, :, i : i + 1, j : j + 1]
    return grad


def _placed(
    upstream: Tensor,
    x: Tensor,
    size: int,
    begin: int,  # how far apart windows begin when the winner is put into the picture
    read: Callable[[Tensor], tuple[Tensor, Tensor]],  # from its position to row and column
    step: int,  # how far apart they began when it was sought
) -> Tensor:
    windows = x.unfold(2, size, step).unfold(3, size, step).flatten(-2)
    row, column = read(windows.argmax(-1))
    row = (row + begin * torch.arange(upstream.shape[2])[:, None]).clamp(max=x.shape[2] - 1)
    column = (column + begin * torch.arange(upstream.shape[3])).clamp(max=x.shape[3] - 1)
    place = (row * x.shape[3] + column).flatten(2)
    flat = torch.zeros_like(x).flatten(2)
    return flat.scatter_add(2, place, upstream.flatten(2)).view_as(x)


@mistake(
    "position_misread",
    "The winner's row and column within its window are swapped: at // size is the row, at % size "
    "the column.",
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return _placed(upstream, x, size, stride, lambda at: (at % size, at // size), stride)


@mistake("position_misread")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    width = x.shape[3]  # of the picture, where the window's is meant
    return _placed(upstream, x, size, stride, lambda at: (at // width, at % width), stride)


@mistake(
    "window_not_added",
    "The position is that within the window: add where the window begins, i * stride down and "
    "j * stride across.",
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return _placed(upstream, x, size, 0, lambda at: (at // size, at % size), stride)


@mistake("window_not_added")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return _placed(upstream, x, size, 1, lambda at: (at // size, at % size), stride)


@mistake("mean_over_the_batch", "A division too many: every sample's gradient is its own.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream, x, size, stride) / len(x)


@mistake("overlaps_averaged", "A pixel that wins several windows gets the sum, not the mean.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    won = right(torch.ones_like(upstream), x, size, stride).clamp(min=1)
    return right(upstream, x, size, stride) / won


@mistake("sign", "The sign is turned round. A gradient points up; the optimizer does the minus.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return -right(upstream, x, size, stride)


@mistake("rows_and_columns_swapped", "Rows and columns of the result are swapped.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream, x, size, stride).transpose(2, 3)


@mistake("changes_input", "The values are right, but an argument was changed on the way.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    found = right(upstream, x, size, stride)
    x.copy_(found)
    return found


@exercise.limitation("float32_inside", "The values are right, but float64 comes back as float32.")
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream.float(), x.float(), size, stride)


@exercise.limitation(
    "squeezed", "A side of length 1 was dropped (squeeze): a batch of one is still a batch."
)
def _(upstream: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return right(upstream, x, size, stride).squeeze(0)
