"""The known wrong ways of cnn_captcha.conv2d."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.conv2d import exercise

mistake = exercise.mistake


@mistake(
    "kernel_turned_round",
    "The kernels are turned round by 180 degrees; neural networks lay them down as they are.",
    see="A window that slides",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight.flip(2, 3), bias, stride, padding)


@mistake("bias_missing", "The bias is not added: one number for each channel of the output.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, None, stride, padding) + 0 * bias.sum()


@mistake("bias_missing")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, None, stride, padding)


@mistake(
    "bias_for_every_product",
    "The bias is added more than once to each number: once for every pixel or channel of a patch.",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, weight[0].numel() * bias, stride, padding)


@mistake("bias_for_every_product")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, weight.shape[1] * bias, stride, padding)


@mistake("bias_summed", "All channels get the same bias: each has its own.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, None, stride, padding) + bias.sum()


@mistake("bias_summed")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, None, stride, padding) + bias[0]


@mistake(
    "bias_along_a_row",
    "The biases are added along the last side, the columns. They belong to the channels, side 1: "
    "bias[:, None, None] has the shape for it.",
    crash=r"size of tensor a \(\d+\) must match the size of tensor b",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, None, stride, padding) + bias


@mistake("stride_ignored", "The stride is not used.", see="Stride and padding")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, 1, padding)


@mistake("stride_ignored")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """As many places as there should be, but one beside the other."""
    everywhere = F.conv2d(x, weight, bias, 1, padding)
    rows, columns = (-(-n // stride) for n in everywhere.shape[2:])
    return everywhere[:, :, :rows, :columns]


@mistake("stride_in_one_direction", "The stride counts in both directions, down and across.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, (stride, 1), padding)


@mistake("stride_in_one_direction")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, (1, stride), padding)


@mistake(
    "stride_inside_the_patch",
    "The stride spreads the pixels of a patch apart (a dilation). It moves the whole patch on.",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, 1, padding, dilation=stride)


@mistake("padding_ignored", "The padding is not used.", see="Stride and padding")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, stride, 0)


@mistake("padding_on_one_side", "The zeros belong on all four sides of the picture.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(F.pad(x, (0, padding, 0, padding)), weight, bias, stride)


@mistake("padding_on_one_side")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(F.pad(x, (padding, 0, padding, 0)), weight, bias, stride)


@mistake("padding_on_one_side")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, stride, (0, padding))


@mistake("padding_on_one_side")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, stride, (padding, 0))


@mistake("padding_not_zero", "What surrounds the picture are zeros, not copies of its pixels.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(F.pad(x, [padding] * 4, mode="replicate"), weight, bias, stride)


@mistake("padding_not_zero")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(F.pad(x, [padding] * 4, mode="circular"), weight, bias, stride)


@mistake(
    "batch_and_channels_mixed",
    "The numbers are right but lie in the wrong places: after the matrix product the sides come in "
    "another order, and reshape alone does not swap them. Move the channels first (permute).",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    right = F.conv2d(x, weight, bias, stride, padding)
    return right.transpose(0, 1).reshape(right.shape)


@mistake("batch_and_channels_mixed")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    right = F.conv2d(x, weight, bias, stride, padding)
    return right.permute(0, 2, 3, 1).reshape(right.shape)


@mistake("batch_and_channels_mixed")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    right = F.conv2d(x, weight, bias, stride, padding)
    return right.flatten(2).permute(2, 0, 1).reshape(right.shape)


@mistake(
    "rows_and_columns_swapped",
    "Rows and columns of the result are swapped: with square pictures it would not show.",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, stride, padding).transpose(2, 3)


@mistake("rows_and_columns_swapped")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    right = F.conv2d(x, weight, bias, stride, padding)
    return right.reshape(*right.shape[:2], right.shape[3], right.shape[2])


@mistake(
    "channels_share_a_kernel",
    "Every channel of the input has a kernel of its own, weight[o, c]; yours uses one for all.",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x.sum(1, keepdim=True), weight[:, :1], bias, stride, padding)


@mistake("only_one_channel", "Only one channel of the input is used: sum over all of them.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x[:, :1], weight[:, :1], bias, stride, padding)


@mistake("only_one_channel")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x[:, -1:], weight[:, -1:], bias, stride, padding)


@mistake("mean_for_sum", "A mean is taken over the patch, where its products must be summed.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight / weight[0].numel(), bias, stride, padding)


@mistake("mean_for_sum")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight / weight.shape[1], bias, stride, padding)


@mistake(
    "square_kernel_only",
    "The kernel's width is not used: it may differ from its height.",
    crash=r"must match the size of tensor b \(\d+\) at non-singleton dimension 4",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    k = weight.shape[2]
    columns = F.unfold(x, (k, k), padding=padding, stride=stride)
    rows = (x.shape[2] + 2 * padding - k) // stride + 1
    product = weight.flatten(1) @ columns + bias[:, None]
    return product.reshape(len(x), len(weight), rows, -1)


@mistake("whole_numbers", "The result is cut down to whole numbers.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, stride, padding).trunc()


@mistake("relu_inside", "Negative numbers come out as 0: the ReLU is a layer of its own.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, stride, padding).relu()


NO_GRADIENT = (
    "no_gradient",
    "The values are right, but no gradient flows back: nothing could learn. Usual causes: detach, "
    "no_grad, NumPy, .data, or torch.tensor(...) around numbers.",
)


@mistake(*NO_GRADIENT)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias, stride, padding).detach()


@mistake(NO_GRADIENT[0])
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return torch.tensor(F.conv2d(x, weight, bias, stride, padding).tolist(), dtype=x.dtype)


@mistake(
    "part_of_the_gradient_lost",
    "The values are right, but one of the three (picture, weight, bias) gets no gradient: it was "
    "detached, or copied by way of .data or NumPy.",
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x.detach(), weight, bias, stride, padding)


@mistake("part_of_the_gradient_lost")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight.detach(), bias, stride, padding)


@mistake("part_of_the_gradient_lost")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x, weight, bias.detach(), stride, padding)


@mistake("changes_input", "The values are right, but the picture itself was changed on the way.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    result = F.conv2d(x.clone(), weight, bias, stride, padding)
    with torch.no_grad():
        x.zero_()
    return result


@exercise.limitation("float32_inside", "The values are right, but float64 comes back as float32.")
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return F.conv2d(x.float(), weight.float(), bias.float(), stride, padding)


@exercise.limitation(
    "squeezed", "A side of length 1 was dropped (squeeze): a batch of one is still a batch."
)
def _(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    right = F.conv2d(x, weight, bias, stride, padding)
    return right.squeeze(0)
