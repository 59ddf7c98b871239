"""The known wrong ways of nn_basics.sigmoid."""

from __future__ import annotations

import numpy as np

from checks.nn_basics.common import CHANGES_INPUT, FLOAT32
from checks.nn_basics.sigmoid import Array, exercise
from gan_utils import basics

mistake = exercise.mistake


@mistake(
    "infinity_over_infinity",
    "For large x this divides infinity by infinity, which is NaN. exp must never see a large "
    "positive number: use exp(-|x|).",
)
def _(x: Array) -> Array:
    return np.exp(x) / (1 + np.exp(x))


@mistake(
    "sign_in_exponent",
    "This falls where it must rise: the exponent has the wrong sign, or two branches are swapped.",
)
def _(x: Array) -> Array:
    return 1 / (1 + np.exp(x))


@mistake("sign_in_exponent")
def _(x: Array) -> Array:
    return basics.sigmoid(-x)


@mistake("sign_in_exponent")
def _(x: Array) -> Array:
    return 1 - basics.sigmoid(x)


@mistake(
    "only_small_branch",
    "exp(-|x|) alone gives the same for x and -x: where x is negative the form is another one, "
    "exp(x) / (1 + exp(x)).",
)
def _(x: Array) -> Array:
    return 1 / (1 + np.exp(-np.abs(x)))


@mistake("only_small_branch")
def _(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return small / (1 + small)


@mistake("minus_for_plus", "The denominator is 1 + exp(-x), not 1 - exp(-x).")
def _(x: Array) -> Array:
    return 1 / (1 - np.exp(-x))


@mistake(
    "brackets_missing",
    "Brackets are missing: 1 / 1 + exp(-x) is 1 + exp(-x), since division binds first.",
)
def _(x: Array) -> Array:
    return 1 / 1 + np.exp(-x)


@mistake("another_curve", "This is another S-shaped curve: the sigmoid goes from 0 to 1, 1/2 at 0.")
def _(x: Array) -> Array:
    return np.tanh(x)


@mistake("another_curve")
def _(x: Array) -> Array:
    return (1 + np.tanh(x)) / 2


@mistake("another_curve")
def _(x: Array) -> Array:
    return x / (1 + np.abs(x))


@mistake("another_curve")
def _(x: Array) -> Array:
    return np.maximum(x, 0)


@mistake("another_curve")
def _(x: Array) -> Array:
    return np.clip(0.2 * x + 0.5, 0, 1)


@mistake(
    "softmax",
    "This is a softmax: it divides by a sum over several numbers. A sigmoid treats each number "
    "alone.",
)
def _(x: Array) -> Array:
    powers = np.exp(x - x.max())
    return powers / powers.sum()


@mistake("softmax")
def _(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake("derivative", "This is the derivative, sigmoid (1 - sigmoid), not the sigmoid itself.")
def _(x: Array) -> Array:
    y = basics.sigmoid(x)
    return y * (1 - y)


@mistake("logarithm", "This is the logarithm of the sigmoid, or of its inverse, not the sigmoid.")
def _(x: Array) -> Array:
    return -np.logaddexp(0, -x)


@mistake("logarithm")
def _(x: Array) -> Array:
    return np.logaddexp(0, x)


@mistake(
    "clipped_too_close",
    "The numbers are cut off too near to 0: the values at larger x are visibly wrong.",
)
def _(x: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(x, -1, 1)))


@mistake("clipped_too_close")
def _(x: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(x, -3, 3)))


@mistake("rounded", "The result is rounded to 0 or 1: a sigmoid gives all numbers in between.")
def _(x: Array) -> Array:
    return (x > 0).astype(float)


@mistake("rounded")
def _(x: Array) -> Array:
    return np.round(basics.sigmoid(x))


@mistake(*CHANGES_INPUT)
def _(x: Array) -> Array:
    y = basics.sigmoid(x)
    x[...] = y
    return x


@exercise.limitation(
    "overflows_on_the_way",
    "Right, but exp overflowed to infinity before the division made it 0 again. Here that is a "
    "warning; in a longer formula it becomes NaN. exp(-|x|) never overflows.",
)
def _(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


@exercise.limitation("overflows_on_the_way")
def _(x: Array) -> Array:
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


@exercise.limitation(*FLOAT32)
def _(x: Array) -> Array:
    return basics.sigmoid(x.astype(np.float32))
