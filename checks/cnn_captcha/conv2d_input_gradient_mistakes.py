"""The known wrong ways of cnn_captcha.conv2d_input_gradient."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.conv2d_input_gradient import exercise
from gan_utils.convolution import conv2d_input_gradient as right

mistake = exercise.mistake


@mistake(
    "empty_without_padding",
    "A slice such as [padding:-padding] is empty when the padding is 0. Count from the left: "
    "[padding : padding + height].",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight, height + 2 * p, width + 2 * p, s)[:, :, p:-p, p:-p]


@mistake(
    "frame_left_on",
    "The frame of zeros was not cut off again: the gradient has the picture's size, without the "
    "padding.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight, height + 2 * p, width + 2 * p, s)


@mistake(
    "padding_ignored",
    "The gradient is shifted, as if there were no padding. The frame of zeros lay on all four "
    "sides, so the picture begins `padding` rows down and `padding` columns across.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight, height + 2 * p, width + 2 * p, s)[:, :, :height, :width]


@mistake(
    "frame_cut_on_one_side",
    "The gradient is shifted: cut `padding` rows and columns off on each side, not all on one.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight, height + 2 * p, width + 2 * p, s)[:, :, 2 * p :, 2 * p :]


@mistake(
    "not_accumulated",
    "Where patches overlap only the last one is left. A pixel that lay in several patches gets the "
    "sum: += where you have =.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    h, w = weight.shape[2:]
    padded = g.new_zeros(len(g), weight.shape[1], height + 2 * p, width + 2 * p)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            sent = torch.einsum("no,ochw->nchw", g[:, :, i, j], weight)
            padded[:, :, i * s : i * s + h, j * s : j * s + w] = sent
    return padded[:, :, p : p + height, p : p + width]


@mistake(
    "kernel_turned_round",
    "The kernels lie the wrong way round. Sent back patch by patch they are used as they are; only "
    "written as a convolution of upstream they must be turned by 180 degrees.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight.flip(2, 3), height, width, s, p)


@mistake(
    "stride_ignored",
    "The stride is not used: neighbours in upstream come from patches that lie `stride` apart.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    reach = g.shape[2] + weight.shape[2] - 1, g.shape[3] + weight.shape[3] - 1
    found = right(g, weight, *reach)
    found = F.pad(found, (0, width + 2 * p, 0, height + 2 * p))
    return found[:, :, p : p + height, p : p + width]


@mistake("stride_ignored")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return F.conv_transpose2d(g, weight, stride=1, padding=p)


@mistake(
    "pixels_left_over_lost",
    "The gradient is smaller than the picture. Pixels that no patch reached, at the lower and "
    "right edge, have the gradient 0, but they are there: that is what height and width are for.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return F.conv_transpose2d(g, weight, stride=s, padding=p)


@mistake(
    "forward_again",
    "upstream is convolved as on the way there: without the wide frame of zeros the result is "
    "smaller than the picture.",
    crash=r"to have \d+ channels, but got \d+ channels",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return F.conv2d(g, weight.transpose(0, 1), stride=s, padding=p)


@mistake("forward_again")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return F.conv2d(g, weight, stride=s, padding=p)


@mistake(
    "one_output_channel",
    "Only one of the output's channels comes back: every kernel sends its share, and they add up.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g[:, -1:], weight[-1:], height, width, s, p)


@mistake("one_output_channel")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g[:, :1], weight[:1], height, width, s, p)


@mistake(
    "channels_summed",
    "All channels of the picture get the same gradient: each has its own kernels.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    found = right(g, weight, height, width, s, p)
    return found.sum(1, keepdim=True).expand_as(found)


@mistake("channels_summed")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight[:, :1].expand_as(weight), height, width, s, p)


@mistake("height_and_width_swapped", "Height and width are swapped.")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight, height, width, s, p).transpose(2, 3)


@mistake("height_and_width_swapped")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    found = right(g, weight, height, width, s, p)
    return found.transpose(2, 3).reshape(found.shape)


@mistake("mean_over_the_batch", "A division too many: every sample's gradient is its own.")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight, height, width, s, p) / len(g)


@mistake(
    "overlaps_averaged",
    "Where patches overlap you take the mean. The chain rule adds: each patch is a way of its own.",
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    count = right(torch.ones_like(g[:, :1]), torch.ones_like(weight[:1]), height, width, s, p)
    return right(g, weight, height, width, s, p) / count.clamp(min=1)


@mistake("upstream_ignored", "upstream is not used: the kernels are spread as if it were all 1.")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(torch.ones_like(g), weight, height, width, s, p)


@mistake("sign", "The sign is turned round. A gradient points up; the optimizer does the minus.")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return -right(g, weight, height, width, s, p)


@mistake("changes_input", "The values are right, but an argument was changed on the way.")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    found = right(g, weight, height, width, s, p)
    g.zero_()
    return found


@exercise.limitation("float32_inside", "The values are right, but float64 comes back as float32.")
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g.float(), weight.float(), height, width, s, p)


@exercise.limitation(
    "squeezed", "A side of length 1 was dropped (squeeze): a batch of one is still a batch."
)
def _(g: Tensor, weight: Tensor, height: int, width: int, s: int, p: int) -> Tensor:
    return right(g, weight, height, width, s, p).squeeze(0)
