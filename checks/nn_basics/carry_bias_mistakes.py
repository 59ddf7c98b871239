"""The known wrong ways of nn_basics.carry_bias."""

from __future__ import annotations

import numpy as np

from checks.nn_basics.carry_bias import Array, exercise
from checks.nn_basics.common import CHANGES_INPUT, FLOAT32

mistake = exercise.mistake


def _matrix(weight: Array, bias: Array, column: float, corner: float) -> Array:
    rows = np.vstack([weight, bias])
    last = np.full((len(rows), 1), column, rows.dtype)
    last[-1] = corner
    return np.hstack([rows, last])


@mistake(
    "one_is_lost",
    "The corner at the bottom right is 0, so the next layer gets a 0 where it needs the 1.",
)
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, bias, 0, 0)


@mistake(
    "column_of_ones",
    "The last column is all ones, so the carried neuron becomes 1 plus all inputs. It must not see "
    "x: zeros above, and a single 1 in the corner.",
)
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, bias, 1, 1)


@mistake("column_of_ones")
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, bias, 1, 0)


@mistake(
    "nothing_carried",
    "This is the weights with the bias as a last row, (n_in + 1, n_out): the column that makes the "
    "1 of the next layer is missing.",
)
def _(weight: Array, bias: Array) -> Array:
    return np.vstack([weight, bias])


@mistake(
    "bias_as_column",
    "The bias stands in the last column. Rows belong to inputs: the bias is what the input 1 adds, "
    "so it is the last row.",
)
def _(weight: Array, bias: Array) -> Array:
    carried = np.zeros((len(weight) + 1, len(bias) + 1), weight.dtype)
    carried[:-1, :-1] = weight
    carried[: min(len(weight), len(bias)), -1] = bias[: len(weight)]
    carried[-1, -1] = 1
    return carried


@mistake(
    "transposed",
    "The matrix is turned round: rows belong to inputs, columns to outputs.",
)
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, bias, 0, 1).T


@mistake(
    "one_in_front",
    "The bias and the 1 come first here; in [x, 1] the 1 comes last, and so must they.",
)
def _(weight: Array, bias: Array) -> Array:
    return np.roll(_matrix(weight, bias, 0, 1), 1, axis=0)


@mistake("one_in_front")
def _(weight: Array, bias: Array) -> Array:
    return np.roll(_matrix(weight, bias, 0, 1), 1, axis=1)


@mistake("one_in_front")
def _(weight: Array, bias: Array) -> Array:
    return np.roll(_matrix(weight, bias, 0, 1), (1, 1), axis=(0, 1))


@mistake("bias_forgotten", "The bias is nowhere in the matrix: it belongs in the last row.")
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, 0 * bias, 0, 1)


@mistake("bias_of_ones", "The last row is all ones; it holds the bias, and one 1 behind it.")
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, 0 * bias + 1, 0, 1)


@mistake("bias_negative", "The bias has the wrong sign.")
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, -bias, 0, 1)


@mistake(
    "identity_added",
    "There are ones on the diagonal, as in an identity matrix: only the corner is 1.",
)
def _(weight: Array, bias: Array) -> Array:
    carried = np.eye(len(weight) + 1, len(bias) + 1, dtype=weight.dtype)
    carried[:-1, :-1] += weight
    carried[-1, :-1] += bias
    carried[-1, -1] = 1
    return carried


@mistake("corner_is_bias", "The corner must be exactly 1, whatever the bias is.")
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, bias, 0, bias[-1])


@mistake("corner_is_bias")
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, bias, 0, bias[0])


@mistake("corner_is_bias")
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight, bias, 0, bias.sum())


@mistake(*CHANGES_INPUT)
def _(weight: Array, bias: Array) -> Array:
    carried = _matrix(weight, bias, 0, 1)
    weight *= 2
    return carried


@exercise.limitation(*FLOAT32)
def _(weight: Array, bias: Array) -> Array:
    return _matrix(weight.astype(np.float32), bias.astype(np.float32), 0, 1)
