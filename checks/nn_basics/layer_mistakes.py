"""The known wrong ways of nn_basics.layer."""

from __future__ import annotations

import numpy as np

from checks.nn_basics.common import CHANGES_INPUT, FLOAT32
from checks.nn_basics.layer import Array, exercise

mistake = exercise.mistake


@mistake("bias_forgotten", "The bias is missing: add it to every row of the product.")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return x @ weight


@mistake("bias_subtracted", "The bias is subtracted where it must be added.")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return x @ weight - bias


@mistake(
    "weight_transposed",
    "The weights are turned round: here they have shape (n_in, n_out) and are multiplied from the "
    "right, x @ weight. (The transposed form belongs to torch's nn.Linear.)",
    crash=r"matmul|not aligned|mismatch in its core dimension",
)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return x @ weight.T + bias


@mistake("weight_transposed")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return weight @ x + bias


@mistake("weight_transposed")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return np.dot(weight, x) + bias


@mistake(
    "elementwise_product",
    "x * weight multiplies entry by entry; a layer needs the matrix product, x @ weight.",
    crash=r"operands could not be broadcast together",
)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return x * weight + bias


@mistake("bias_multiplied", "The bias is a factor in your answer; it must be added.")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return (x @ weight) * bias


@mistake(
    "bias_inside_product",
    "The bias goes through the weights: it must be added after the product, once per output.",
)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return (x + bias.mean()) @ weight


@mistake(
    "one_bias_for_all",
    "Every output gets the same bias: bias has one number for each, (n_out,), added as a row.",
)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return x @ weight + bias.sum()


@mistake("one_bias_for_all")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return x @ weight + bias.mean()


@mistake("one_bias_for_all")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return x @ weight + bias[0]


@mistake(
    "activation_inside",
    "An activation is applied; this layer is the plain product and the bias, negative results too.",
)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return np.maximum(x @ weight + bias, 0)


@mistake("activation_inside")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return np.tanh(x @ weight + bias)


@mistake("activation_inside")
def _(x: Array, weight: Array, bias: Array) -> Array:
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-(x @ weight + bias)))


@mistake(
    "output_transposed",
    "The result lies on its side, as (n_out, N): one sample must be one row, (N, n_out).",
)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return (x @ weight + bias).T


@mistake(
    "batch_lost",
    "The batch is lost: its samples are added up, averaged, or only one of them is used. Each row "
    "of x must give a row of its own.",
)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return (x @ weight + bias).sum(axis=0)


@mistake("batch_lost")
def _(x: Array, weight: Array, bias: Array) -> Array:
    return x[0] @ weight + bias


@mistake(*CHANGES_INPUT)
def _(x: Array, weight: Array, bias: Array) -> Array:
    y = x @ weight
    bias += 0 * bias + 1
    return y + bias - 1


@exercise.limitation(
    "squeezed", "With a batch of one, the batch's side is lost: (n_out,) for (1, n_out). squeeze()?"
)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return np.squeeze(x @ weight + bias, axis=0) if len(x) == 1 else x @ weight + bias


@exercise.limitation(*FLOAT32)
def _(x: Array, weight: Array, bias: Array) -> Array:
    return (x.astype(np.float32) @ weight.astype(np.float32) + bias).astype(np.float32)
