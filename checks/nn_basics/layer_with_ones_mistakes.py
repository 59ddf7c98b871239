"""The known wrong ways of nn_basics.layer_with_ones."""

from __future__ import annotations

import numpy as np

from checks.nn_basics.common import CHANGES_INPUT, FLOAT32
from checks.nn_basics.layer_with_ones import Array, exercise

mistake = exercise.mistake


def _with(x: Array, number: float) -> Array:
    return np.hstack([x, np.full((len(x), 1), number, x.dtype)])


@mistake(
    "ones_in_front",
    "The first row of stacked is taken for the bias: the 1 stands in front of x. The bias is the "
    "last row, so the 1 comes at the end.",
)
def _(x: Array, stacked: Array) -> Array:
    return np.hstack([np.ones((len(x), 1), x.dtype), x]) @ stacked


@mistake("zeros_appended", "Zeros are appended, so that the bias is lost: the extra input is 1.")
def _(x: Array, stacked: Array) -> Array:
    return _with(x, 0) @ stacked


@mistake("zeros_appended")
def _(x: Array, stacked: Array) -> Array:
    return x @ stacked[:-1]


@mistake(
    "row_of_ones",
    "The ones are appended as one more sample, a row; they must be one more input, a column.",
)
def _(x: Array, stacked: Array) -> Array:
    longer = np.vstack([x, np.ones((1, x.shape[1]), x.dtype)])
    return longer @ stacked[:-1] + stacked[-1]


@mistake(
    "nothing_appended",
    "x goes into the product without its extra 1: stacked has one row more than x has columns.",
    crash=r"matmul|not aligned|mismatch in its core dimension",
)
def _(x: Array, stacked: Array) -> Array:
    return x @ stacked


@mistake(
    "minus_one",
    "The extra input is -1, or the last row is subtracted: the bias comes with the wrong sign.",
)
def _(x: Array, stacked: Array) -> Array:
    return _with(x, -1) @ stacked


@mistake(
    "bias_twice",
    "The bias comes in twice: through the appended 1, and added once more afterwards.",
)
def _(x: Array, stacked: Array) -> Array:
    return _with(x, 1) @ stacked + stacked[-1]


@mistake(
    "last_column_is_bias",
    "The last column of stacked is taken for the bias; it is the last row.",
)
def _(x: Array, stacked: Array) -> Array:
    return x @ stacked[:-1] + stacked[:-1, -1:].mean()


@mistake(
    "appends_the_mean",
    "The appended number depends on x; it is a 1 for every sample.",
)
def _(x: Array, stacked: Array) -> Array:
    return np.hstack([x, x.mean(axis=1, keepdims=True)]) @ stacked


@mistake("appends_the_mean")
def _(x: Array, stacked: Array) -> Array:
    return np.hstack([x, x[:, -1:]]) @ stacked


@mistake("appends_the_mean")
def _(x: Array, stacked: Array) -> Array:
    return np.hstack([x, x[:, :1]]) @ stacked


@mistake(
    "returns_longer_input",
    "This is [x, 1] itself: it must still be multiplied by stacked.",
)
def _(x: Array, stacked: Array) -> Array:
    return _with(x, 1)


@mistake(
    "carries_the_one",
    "The 1 is appended to the result as well, or the ones are added to it: here the result has "
    "n_out columns. (The neuron that is carried on is the third form.)",
)
def _(x: Array, stacked: Array) -> Array:
    return _with(_with(x, 1) @ stacked, 1)


@mistake("carries_the_one")
def _(x: Array, stacked: Array) -> Array:
    return _with(x, 1) @ stacked + 1


@mistake(*CHANGES_INPUT)
def _(x: Array, stacked: Array) -> Array:
    y = _with(x, 1) @ stacked
    stacked[-1] = 0
    return y


@exercise.limitation(*FLOAT32)
def _(x: Array, stacked: Array) -> Array:
    return _with(x.astype(np.float32), 1) @ stacked.astype(np.float32)
