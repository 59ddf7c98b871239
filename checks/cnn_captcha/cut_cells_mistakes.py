"""The known wrong ways of cnn_captcha.cut_cells."""

from __future__ import annotations

import torch
from torch import Tensor

from checks.cnn_captcha.cut_cells import exercise
from gan_utils.data.captchas import cut_cells as right

mistake = exercise.mistake


@mistake(
    "rows_scrambled",
    "reshape alone cannot cut a picture downwards: it takes numbers row by row, so 400 of them "
    "are five rows of the captcha. Split along the last side, or reshape to (N, 1, 20, 4, 20) and "
    "move the side of length 4 forward.",
)
def _(images: Tensor) -> Tensor:
    return images.reshape(-1, 1, 20, 20)


@mistake(
    "captchas_torn_apart",
    "The cells are right, but in another order: all first characters, then all second ones. In "
    "reading order the four of a captcha follow each other, as its labels do. stack them along a "
    "new side 1, then flatten; or loop over the captchas outside.",
)
def _(images: Tensor) -> Tensor:
    return torch.cat(images.split(20, dim=3))


@mistake("captchas_torn_apart")
def _(images: Tensor) -> Tensor:
    return torch.stack(images.chunk(4, dim=3)).reshape(-1, 1, 20, 20)


@mistake(
    "cells_on_their_side", "Rows and columns of each cell are swapped: the characters lie down."
)
def _(images: Tensor) -> Tensor:
    return right(images).transpose(2, 3)


@mistake("right_to_left", "The four cells of a captcha come from right to left.")
def _(images: Tensor) -> Tensor:
    return right(images).unflatten(0, (-1, 4)).flip(1).flatten(0, 1)


@mistake("mirrored", "The cells are mirrored.")
def _(images: Tensor) -> Tensor:
    return right(images).flip(3)


@mistake("one_cell_repeated", "The same cell comes four times: the cut must move on by 20 pixels.")
def _(images: Tensor) -> Tensor:
    return images[:, :, :, :20].repeat_interleave(4, dim=0)


@mistake("one_cell_repeated")
def _(images: Tensor) -> Tensor:
    return images[:, :, :, 60:].repeat_interleave(4, dim=0)


@mistake(
    "cuts_beside",
    "The cuts lie beside where they belong: at columns 0, 20, 40 and 60 a cell begins.",
)
def _(images: Tensor) -> Tensor:
    return right(images.roll(-1, dims=3))


@mistake("cuts_beside")
def _(images: Tensor) -> Tensor:
    return right(images.roll(1, dims=3))


@mistake("every_fourth_column", "A cell is made of every fourth column, not of 20 neighbours.")
def _(images: Tensor) -> Tensor:
    return torch.stack([images[:, :, :, k::4] for k in range(4)], dim=1).flatten(0, 1)


@mistake(
    "batch_side_left",
    "The cells still lie in groups of four: make one batch of them, (4 N, 1, 20, 20).",
)
def _(images: Tensor) -> Tensor:
    return right(images).unflatten(0, (-1, 4))


@mistake("batch_side_left")
def _(images: Tensor) -> Tensor:
    return torch.stack(images.split(20, dim=3))


@mistake("channel_lost", "The side of the channel is missing: (4 N, 1, 20, 20).")
def _(images: Tensor) -> Tensor:
    return right(images).squeeze(1)


@mistake("first_captcha_only", "Only one captcha was cut up.")
def _(images: Tensor) -> Tensor:
    return right(images)[:4] if len(images) > 1 else right(images)[:3]


@mistake("first_captcha_only")
def _(images: Tensor) -> Tensor:
    return right(images)[-4:] if len(images) > 1 else right(images)[1:]


@mistake("flattened", "The cells were flattened to rows of 400: leave them as pictures.")
def _(images: Tensor) -> Tensor:
    return right(images).flatten(1)


@mistake(
    "rescaled", "The pixels have other values than in the captcha: cut, and change nothing else."
)
def _(images: Tensor) -> Tensor:
    return right(images) / 255


@mistake("rescaled")
def _(images: Tensor) -> Tensor:
    return right(images) / 127.5 - 1


@mistake("rescaled")
def _(images: Tensor) -> Tensor:
    return 255 - right(images)


@mistake("changes_input", "The cells are right, but the captchas themselves were changed.")
def _(images: Tensor) -> Tensor:
    cells = right(images).clone()
    images.zero_()
    return cells


@exercise.limitation("float32_inside", "The cells are right, but float64 comes back as float32.")
def _(images: Tensor) -> Tensor:
    return right(images).float()


@exercise.limitation(
    "squeezed", "squeeze() dropped the batch of one too: a single captcha is still a batch."
)
def _(images: Tensor) -> Tensor:
    found = images.squeeze()
    if found.ndim == 2:
        raise IndexError("Dimension out of range (expected to be in range of [-2, 1], but got 2)")
    return right(images)
