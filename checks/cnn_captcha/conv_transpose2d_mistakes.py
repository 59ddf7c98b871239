"""The known wrong ways of cnn_captcha.conv_transpose2d."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.conv_transpose2d import exercise

mistake, limitation = exercise.mistake, exercise.limitation
right = F.conv_transpose2d


def _stamped(y: Tensor, weight: Tensor, stride: int, add: bool) -> Tensor:
    """Every number's stamp, without any padding; added to what is there, or written over it."""
    h, w = weight.shape[2:]
    rows, columns = y.shape[2:]
    out = y.new_zeros(len(y), weight.shape[1], (rows - 1) * stride + h, (columns - 1) * stride + w)
    for i in range(rows):
        for j in range(columns):
            here = (..., slice(i * stride, i * stride + h), slice(j * stride, j * stride + w))
            stamp = torch.einsum("no,ochw->nchw", y[:, :, i, j], weight)
            out[here] = out[here] + stamp if add else stamp
    return out


def _cut(out: Tensor, padding: int) -> Tensor:
    return out[:, :, padding : out.shape[2] - padding, padding : out.shape[3] - padding]


@mistake(
    "kernel_turned_round",
    "The kernels lie the wrong way round. As stamps they are used as they are; only written as a "
    "convolution of the spread-out y they must be turned by 180 degrees.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight.flip(2, 3), stride=stride, padding=padding)


@mistake(
    "padding_not_cut_off",
    "The padding is not cut off. On the way there it was a frame of zeros around x; what falls on "
    "that frame on the way back is thrown away, so a larger padding makes the result smaller.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight, stride=stride)


@mistake(
    "padding_added",
    "The padding makes your result larger. Here it is the other way round: the frame is cut off.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return F.pad(right(y, weight, stride=stride), [padding] * 4)


@mistake("padding_added")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(F.pad(y, [padding] * 4), weight, stride=stride)


@mistake(
    "empty_without_padding",
    "A slice such as [padding:-padding] is empty when the padding is 0.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight, stride=stride)[:, :, padding:-padding, padding:-padding]


@mistake("cut_on_one_side", "The frame is cut off on all four sides, not on two.")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight, stride=stride)[:, :, padding:, padding:]


@mistake("cut_on_one_side")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight, stride=stride)[:, :, 2 * padding :, 2 * padding :]


@mistake("cut_on_one_side")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    whole = right(y, weight, stride=stride)
    return whole[:, :, : whole.shape[2] - 2 * padding, : whole.shape[3] - 2 * padding]


@mistake(
    "not_accumulated",
    "Where stamps overlap only the last one is left: they add up. += where you have =.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return _cut(_stamped(y, weight, stride, add=False), padding)


@mistake(
    "overlaps_averaged",
    "Where stamps overlap you take the mean; they add up.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    ones = torch.ones_like(y[:, :1]), torch.ones_like(weight[:1, :1])
    count = right(*ones, stride=stride, padding=padding).clamp(min=1)
    return right(y, weight, stride=stride, padding=padding) / count


@mistake(
    "stride_ignored",
    "The stride is not used: neighbours in y put their stamps `stride` pixels apart.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight, padding=padding)


@mistake(
    "one_stride_too_large",
    "Your result is too large by some rows and columns. Count the stamps: the last one begins "
    "(H' - 1) * stride pixels down, and is one kernel high.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    whole = right(y, weight, stride=stride, padding=padding)
    return F.pad(whole, (0, max(1, stride - 1), 0, max(1, stride - 1)))


@mistake("one_stride_too_large")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    whole = right(y, weight, stride=stride, padding=padding)
    return F.pad(whole, (0, stride, 0, stride))


@mistake(
    "pixels_repeated",
    "The gaps that the stride leaves are filled with copies of y. They hold zeros: y itself "
    "appears once in every stride by stride block.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    spread = F.interpolate(y, scale_factor=stride, mode="nearest")
    keep = (y.shape[2] - 1) * stride + 1, (y.shape[3] - 1) * stride + 1
    return right(spread[:, :, : keep[0], : keep[1]], weight, padding=padding)


@mistake(
    "forward_again",
    "This is the convolution itself, the way there: its result is smaller than y.",
    crash=r"to have \d+ channels, but got \d+ channels|Kernel size can't be greater",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return F.conv2d(y, weight.transpose(0, 1), stride=stride, padding=padding)


@mistake("forward_again")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return F.conv2d(y, weight, stride=stride, padding=padding)


@mistake(
    "one_channel", "Only one channel of y comes back: all of them send their stamps, and these add."
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y[:, :1], weight[:1], stride=stride, padding=padding)


@mistake("one_channel")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y[:, -1:], weight[-1:], stride=stride, padding=padding)


@mistake("channels_alike", "All channels of the result are alike: each has kernels of its own.")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    alike = weight[:, :1].expand_as(weight)
    return right(y, alike, stride=stride, padding=padding)


@mistake("height_and_width_swapped", "Height and width are swapped.")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight, stride=stride, padding=padding).transpose(2, 3)


@mistake("height_and_width_swapped")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    whole = right(y, weight, stride=stride, padding=padding)
    return whole.transpose(2, 3).reshape(whole.shape)


@mistake("sign", "The sign is turned round.")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return -right(y, weight, stride=stride, padding=padding)


@mistake("changes_input", "The values are right, but an argument was changed on the way.")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    found = right(y.clone(), weight, stride=stride, padding=padding)
    with torch.no_grad():
        y.zero_()
    return found


@limitation(
    "no_gradient",
    "The values are right, but no gradient flows back: as a layer of a generator it could not "
    "learn. Usual causes: detach, no_grad, autograd.grad without create_graph.",
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight, stride=stride, padding=padding).detach()


@limitation(
    "part_of_the_gradient_lost", "The values are right, but y or the weight gets no gradient."
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y.detach(), weight, stride=stride, padding=padding)


@limitation("part_of_the_gradient_lost")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight.detach(), stride=stride, padding=padding)


@limitation("float32_inside", "The values are right, but float64 comes back as float32.")
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y.float(), weight.float(), stride=stride, padding=padding)


@limitation(
    "squeezed", "A side of length 1 was dropped (squeeze): a batch of one is still a batch."
)
def _(y: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    return right(y, weight, stride=stride, padding=padding).squeeze(0)
