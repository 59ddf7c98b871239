"""The known wrong ways of cnn_captcha.output_size."""

from __future__ import annotations

import math

from checks.cnn_captcha.output_size import exercise

mistake = exercise.mistake


@mistake(
    "one_forgotten",
    "One is missing: a kernel that just fits (size 5, kernel 5) has one place, not none.",
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size + 2 * padding - kernel) // stride


@mistake(
    "one_inside_the_division",
    "The 1 is added before the division by the stride, and divided with the rest. The first place "
    "is there whatever the stride is; only the others are counted in strides.",
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size + 2 * padding - kernel + 1) // stride


@mistake("one_too_many", "It is one too many. Try size 5, kernel 5: a single place.")
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size + 2 * padding - kernel) // stride + 2


@mistake("padding_once", "The padding is counted once: it is added at both ends of the side.")
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size + padding - kernel) // stride + 1


@mistake(
    "padding_ignored",
    "The padding is not used: it makes the picture larger on both sides.",
    crash=r"takes (2|3) positional arguments but|takes from 2 to 3 positional arguments but",
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size - kernel) // stride + 1


@mistake("padding_subtracted", "The padding is subtracted: it makes the picture larger.")
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size - 2 * padding - kernel) // stride + 1


@mistake(
    "stride_ignored", "The stride is not used: at stride 2 the kernel takes every other place."
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return size + 2 * padding - kernel + 1


@mistake(
    "rounded_up",
    "A place is counted for which the kernel sticks out over the edge: round down, not up.",
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return math.ceil((size + 2 * padding - kernel) / stride) + 1


@mistake("rounded_up")
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return -((kernel - size - 2 * padding) // stride) + 1


@mistake(
    "rounded_to_the_nearest",
    "It is rounded to the nearest number. Round down: a kernel that sticks out has no place there.",
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return round((size + 2 * padding - kernel) / stride) + 1


@mistake(
    "not_rounded",
    "The division leaves a fraction. A number of places is whole: // divides and rounds down.",
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> float:
    return (size + 2 * padding - kernel) / stride + 1


@mistake("kernel_ignored", "The kernel's size is not used: a larger kernel has fewer places.")
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size + 2 * padding) // stride


@mistake("kernel_ignored")
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return math.ceil(size / stride)


@mistake(
    "kernel_not_divided",
    "Only the size is divided by the stride. Count the steps that the kernel can take: what is "
    "left of the side beside the kernel, in strides.",
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size + 2 * padding) // stride - kernel + 1


@mistake(
    "transposed_size",
    "This is the size that a transposed convolution gives: the way back.",
)
def _(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    return (size - 1) * stride - 2 * padding + kernel


@exercise.limitation(
    "other_defaults",
    "Left out, the stride must be 1 and the padding 0.",
)
def _(size: int, kernel: int, stride: int = 2, padding: int = 0) -> int:
    return (size + 2 * padding - kernel) // stride + 1


@exercise.limitation("other_defaults")
def _(size: int, kernel: int, stride: int = 1, padding: int = 1) -> int:
    return (size + 2 * padding - kernel) // stride + 1


@exercise.limitation("no_defaults", "The parameters stride and padding need defaults: 1 and 0.")
def _(size: int, kernel: int, stride: int, padding: int) -> int:
    return (size + 2 * padding - kernel) // stride + 1
