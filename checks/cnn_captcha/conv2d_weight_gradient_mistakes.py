"""The known wrong ways of cnn_captcha.conv2d_weight_gradient."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.conv2d_weight_gradient import exercise
from gan_utils.convolution import conv2d_weight_gradient as right

mistake = exercise.mistake


@mistake(
    "mean_over_the_batch",
    "You take the mean over the batch. upstream holds all divisions already (a loss that is a mean "
    "has put them there); here everything is summed.",
)
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, x, h, w, stride, padding) / len(x)


@mistake("mean_over_places", "You divide by the number of places: a kernel's gradient is a sum.")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, x, h, w, stride, padding) / (g.shape[2] * g.shape[3])


@mistake("mean_over_places")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, x, h, w, stride, padding) / (len(g) * g.shape[2] * g.shape[3])


@mistake(
    "not_accumulated",
    "Only one sample, or one place, is left: the same kernel was used everywhere, so its gradients "
    "from all places and all samples add up. = where += is needed?",
)
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g[-1:], x[-1:], h, w, stride, padding)


@mistake("not_accumulated")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g[:1], x[:1], h, w, stride, padding)


@mistake("not_accumulated")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    last = torch.zeros_like(g)
    last[:, :, -1, -1] = g[:, :, -1, -1]
    return right(last, x, h, w, stride, padding)


@mistake("not_accumulated")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    last = torch.zeros_like(g)
    last[-1, :, -1, -1] = g[-1, :, -1, -1]
    return right(last, x, h, w, stride, padding)


@mistake(
    "turned_round",
    "The gradient is turned round by 180 degrees. A flip belongs to the gradient of the input, if "
    "it is written as a convolution; here a pixel stays with its weight.",
)
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, x, h, w, stride, padding).flip(2, 3)


@mistake("stride_ignored", "The stride is not used: the patches must be those of the way there.")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    x = F.pad(x, [padding] * 4)[:, :, : g.shape[2] + h - 1, : g.shape[3] + w - 1]
    return right(g, x, h, w)


@mistake(
    "stride_ignored",
)
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return F.conv2d(x.transpose(0, 1), g.transpose(0, 1), padding=padding).transpose(0, 1)


@mistake(
    "padding_ignored",
    "The padding is not used: the patches must be those of the way there, zeros included.",
    crash=r"does not broadcast|subscript p|must match the size|batch2 tensor to have shape",
)
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, x, h, w, stride, 0)


@mistake("padding_ignored")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    x = F.pad(x, (0, 2 * padding, 0, 2 * padding))
    return right(g, x, h, w, stride)


@mistake("padding_not_zero", "What surrounds the picture are zeros, not copies of its pixels.")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, F.pad(x, [padding] * 4, mode="replicate"), h, w, stride)


@mistake(
    "channels_swapped",
    "The sides are swapped: the first counts the kernels (channels out), the second the channels "
    "in, as in the weight itself.",
)
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, x, h, w, stride, padding).transpose(0, 1)


@mistake("channels_swapped")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    found = right(g, x, h, w, stride, padding)
    return found.transpose(0, 1).reshape(found.shape)


@mistake("kernel_transposed", "Height and width of the kernel are swapped.")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, x, h, w, stride, padding).transpose(2, 3)


@mistake("kernel_transposed")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    found = right(g, x, h, w, stride, padding)
    return found.transpose(2, 3).reshape(found.shape)


@mistake(
    "channels_summed",
    "The channels of the picture are summed: each has its own weights, and so its own gradient.",
)
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    found = right(g, x, h, w, stride, padding)
    return found.sum(1, keepdim=True).expand_as(found)


@mistake("channels_summed")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    found = right(g, x, h, w, stride, padding)
    return found.sum(0, keepdim=True).expand_as(found)


@mistake(
    "upstream_ignored",
    "upstream is not used: the patches are summed as if its numbers were all 1.",
)
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(torch.ones_like(g), x, h, w, stride, padding)


@mistake("sign", "The sign is turned round. A gradient points up; the optimizer does the minus.")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return -right(g, x, h, w, stride, padding)


@mistake("not_reshaped", "The values are there, but not in the weight's shape: (O, C, h, w).")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g, x, h, w, stride, padding).flatten(1)


@mistake("one_for_each_sample", "The batch is still there: sum over the samples too.")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    pairs = zip(g, x, strict=True)
    return torch.stack([right(a[None], b[None], h, w, stride, padding) for a, b in pairs])


@mistake("changes_input", "The values are right, but an argument was changed on the way.")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    found = right(g, x, h, w, stride, padding)
    g.zero_()
    return found


@exercise.limitation("float32_inside", "The values are right, but float64 comes back as float32.")
def _(g: Tensor, x: Tensor, h: int, w: int, stride: int, padding: int) -> Tensor:
    return right(g.float(), x.float(), h, w, stride, padding)
