"""The known wrong ways of cnn_captcha.patches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from checks.cnn_captcha.patches import exercise
from gan_utils.convolution import patches

mistake = exercise.mistake
windows = np.lib.stride_tricks.sliding_window_view


@mistake("transposed", "The matrix lies on its side: one patch a row, not one patch a column.")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(image, h, w, stride, padding).T


@mistake(
    "kernel_sides_swapped",
    "The kernel's height and width are swapped: the height goes down the rows of the image.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(image, w, h, stride, padding)


@mistake("square_kernel_only", "The kernel's width is not used: it may differ from its height.")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(image, h, h, stride, padding)


@mistake(
    "stride_ignored",
    "The stride is not used: at stride 2 every other row and every other column of places is left "
    "out.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(image, h, w, 1, padding)


@mistake("stride_ignored")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    """As many places as there should be, but one beside the other."""
    found = windows(np.pad(image, padding), (h, w))
    rows, columns = (-(-n // stride) for n in found.shape[:2])
    return found[:rows, :columns].reshape(-1, h * w)


@mistake("stride_in_one_direction", "The stride counts in both directions, down and across.")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return windows(np.pad(image, padding), (h, w))[::stride].reshape(-1, h * w)


@mistake("stride_in_one_direction")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return windows(np.pad(image, padding), (h, w))[:, ::stride].reshape(-1, h * w)


@mistake(
    "stride_inside_the_patch",
    "The stride spreads the pixels of a patch apart. It moves the whole patch on; its pixels stay "
    "neighbours.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    reach = (h - 1) * stride + 1, (w - 1) * stride + 1
    spread = windows(np.pad(image, padding), reach)[..., ::stride, ::stride]
    return spread.reshape(-1, h * w)


@mistake(
    "padding_ignored",
    "The padding is not used: the image is to be surrounded by rows and columns of zeros first.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(image, h, w, stride, 0)


@mistake("padding_on_one_side", "The zeros belong on all four sides of the image.")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(np.pad(image, (0, padding)), h, w, stride)


@mistake("padding_on_one_side")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(np.pad(image, (padding, 0)), h, w, stride)


@mistake("padding_on_one_side")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(np.pad(image, ((padding, padding), (0, 0))), h, w, stride)


@mistake("padding_on_one_side")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(np.pad(image, ((0, 0), (padding, padding))), h, w, stride)


OTHER = ("padding_not_zero", "What surrounds the image are zeros, not copies of its pixels.")
for _mode in ("edge", "reflect", "wrap", "symmetric"):

    @mistake(*(OTHER if _mode == "edge" else OTHER[:1]))
    def _(
        image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0, mode: str = _mode
    ) -> NDArray:
        return patches(np.pad(image, padding, mode=mode), h, w, stride)


@mistake(OTHER[0])
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(np.pad(image, padding, constant_values=1), h, w, stride)


@mistake(
    "places_down_the_columns",
    "The patches come column by column. Reading order goes along a row of places first.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    found = windows(np.pad(image, padding), (h, w))[::stride, ::stride]
    return found.transpose(1, 0, 2, 3).reshape(-1, h * w)


@mistake(
    "pixels_down_the_columns",
    "Within a patch the pixels come column by column; the kernel is flattened row by row.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    found = windows(np.pad(image, padding), (h, w))[::stride, ::stride]
    return found.transpose(0, 1, 3, 2).reshape(-1, h * w)


@mistake("turned_round", "Every patch is turned round. Leave its pixels in reading order.")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(image, h, w, stride, padding)[:, ::-1]


@mistake(
    "last_place_lost",
    "The last row and the last column of places are missing: range(a) ends at a - 1.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    padded = np.pad(image, padding)
    tops = range(0, padded.shape[0] - h, stride)
    lefts = range(0, padded.shape[1] - w, stride)
    found = [padded[i : i + h, j : j + w].ravel() for i in tops for j in lefts]
    return np.array(found).reshape(-1, h * w)


@mistake(
    "tiles",
    "The patches do not overlap: the image was cut into tiles. A patch begins at every place.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return windows(np.pad(image, padding), (h, w))[::h, ::w].reshape(-1, h * w)


@mistake(
    "not_flattened",
    "The patches still have four sides. One patch a row: reshape to (places, h * w).",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return windows(np.pad(image, padding), (h, w))[::stride, ::stride]


@mistake("not_flattened")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return windows(np.pad(image, padding), (h, w))[::stride, ::stride].reshape(-1, h, w)


@mistake(
    "whole_numbers",
    "The pixels are cut down to whole numbers: an array of integers was made for them.",
)
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(image, h, w, stride, padding).astype(int)


@mistake("changes_input", "The values are right, but the image itself was changed on the way.")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    found = patches(image, h, w, stride, padding).copy()
    image[:] = 0
    return found


@exercise.limitation("float32_inside", "The values are right, but float64 comes back as float32.")
def _(image: NDArray, h: int, w: int, stride: int = 1, padding: int = 0) -> NDArray:
    return patches(image, h, w, stride, padding).astype(np.float32)


@exercise.limitation("no_defaults", "The parameters stride and padding need defaults: 1 and 0.")
def _(image: NDArray, h: int, w: int, stride: int, padding: int) -> NDArray:
    return patches(image, h, w, stride, padding)
