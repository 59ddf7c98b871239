"""The known wrong ways of cnn_captcha.conv2d_loops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from checks.cnn_captcha.conv2d_loops import exercise
from gan_utils.convolution import correlate

mistake = exercise.mistake


def _slide(
    image: NDArray, kernel: NDArray, each: Callable[[NDArray], NDArray], lost: int = 0
) -> NDArray:
    """each(patch) at every place, or at all but the last `lost` rows and columns of places."""
    (height, width), (h, w) = image.shape, kernel.shape
    out = np.zeros((height - h + 1 - lost, width - w + 1 - lost))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = each(image[i : i + h, j : j + w])
    return out


@mistake(
    "kernel_turned_round",
    "The kernel is turned round by 180 degrees. That is a convolution as mathematics defines it; "
    "neural networks lay the kernel down as it is.",
    see="A window that slides",
)
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel[::-1, ::-1])


@mistake("kernel_mirrored", "The kernel is mirrored in one direction; lay it down as it is.")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel[:, ::-1])


@mistake("kernel_mirrored")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel[::-1])


@mistake("last_place_lost", "The last row and the last column of places are missing.")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return _slide(image, kernel, lambda patch: (patch * kernel).sum(), lost=1)


@mistake(
    "zeros_all_around",
    "Your result has the size of the image, or more: it was padded. Here the kernel stays inside.",
)
def _(image: NDArray, kernel: NDArray) -> NDArray:
    h, w = kernel.shape
    padded = np.pad(image, ((h // 2, (h - 1) // 2), (w // 2, (w - 1) // 2)))
    return correlate(padded, kernel)


@mistake("zeros_all_around")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    h, w = kernel.shape
    return correlate(np.pad(image, ((h - 1, h - 1), (w - 1, w - 1))), kernel)


@mistake("zeros_all_around")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    out = np.zeros(image.shape)
    inner = correlate(image, kernel)
    out[: inner.shape[0], : inner.shape[1]] = inner
    return out


@mistake("mean_for_sum", "You take the mean over the patch where the products must be summed.")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel) / kernel.size


@mistake(
    "not_accumulated",
    "Only one product of every patch is left: = where += is needed writes over the sum so far.",
)
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return _slide(image, kernel, lambda patch: patch[-1, -1] * kernel[-1, -1])


@mistake(
    "kernel_not_used",
    "The kernel's numbers do not come in element by element: each pixel of the patch has its own "
    "weight.",
)
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return _slide(image, kernel, lambda patch: patch.sum())


@mistake("kernel_not_used")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return _slide(image, kernel, lambda patch: patch.sum() * kernel.sum())


@mistake(
    "matrix_product_of_patch",
    "patch @ kernel is a matrix product. Here the two are multiplied element by element: *.",
    crash=r"matmul: Input operand 1 has a mismatch",
)
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return _slide(image, kernel, lambda patch: (patch @ kernel).sum())


@mistake("matrix_product_of_patch")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return _slide(image, kernel, lambda patch: np.dot(patch, kernel).sum())


@mistake(
    "square_only",
    "Height and width are mixed up: with a square image and kernel it would not show. Rows belong "
    "to shape[0], columns to shape[1].",
    crash=r"could not be broadcast together|out of bounds",
)
def _(image: NDArray, kernel: NDArray) -> NDArray:
    height, k = image.shape[0], kernel.shape[0]
    out = np.zeros((height - k + 1, height - k + 1))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return out


@mistake("square_only")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    k = kernel.shape[0]
    out = np.zeros((image.shape[0] - k + 1, image.shape[1] - k + 1))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return out


@mistake("square_only")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel).T


@mistake("kernel_transposed", "The kernel lies on its side: its rows are taken for columns.")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    h, w = kernel.shape
    return correlate(image, kernel.T.reshape(h, w) if h != w else kernel.T)


@mistake("stride_two", "Places are left out: the kernel moves by one pixel at a time.")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel)[::2, ::2]


@mistake("stride_two")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel)[:: kernel.shape[0], :: kernel.shape[1]]


@mistake(
    "whole_numbers",
    "The result is cut down to whole numbers: an array of integers (dtype=int) was made for it.",
)
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel).astype(int)


@mistake("negative_lost", "Negative sums come out as 0, or without their sign. Keep them.")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel).clip(0)


@mistake("negative_lost")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return np.abs(correlate(image, kernel))


@mistake("changes_input", "The values are right, but the image itself was changed on the way.")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    result = correlate(image, kernel)
    image[: result.shape[0], : result.shape[1]] = result
    return result


@exercise.limitation(
    "type_of_the_image",
    "The result has the type of the image: bytes hold neither fractions nor negative numbers. Make "
    "it with np.zeros(shape), not np.zeros_like(image).",
)
def _(image: NDArray, kernel: NDArray) -> NDArray:
    result = correlate(image, kernel)
    return result.astype(int).astype(np.uint8) if image.dtype == np.uint8 else result


@exercise.limitation("float32_inside", "The values are right, but float64 comes back as float32.")
def _(image: NDArray, kernel: NDArray) -> NDArray:
    return correlate(image, kernel).astype(np.float32)
