"""The known wrong ways of nn_basics.backward."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from checks.nn_basics.backward import Array, Four, exercise
from checks.nn_basics.common import CHANGES_INPUT, FLOAT32
from gan_utils import basics

mistake = exercise.mistake


class Pass:
    """One backward pass in steps, each of which a mistake may replace."""

    def __init__(self, x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> None:
        self.x, self.labels, self.w1, self.b1, self.w2, self.b2 = x, labels, w1, b1, w2, b2
        self.before = x @ w1 + b1
        self.hidden = np.maximum(self.before, 0)
        self.scores = self.hidden @ w2 + b2
        self.one_hot = np.eye(len(b2))[labels]
        powers = np.exp(self.scores - self.scores.max(axis=1, keepdims=True))
        self.softmax = powers / powers.sum(axis=1, keepdims=True)
        self.d_scores = (self.softmax - self.one_hot) / len(x)

    @property
    def d_hidden(self) -> Array:
        return self.d_scores @ self.w2.T

    def gradients(self, d_before: Array | None = None) -> Four:
        """The four, from d_scores as it stands, and the mask of the ReLU unless told otherwise."""
        if d_before is None:
            d_before = self.d_hidden * (self.before > 0)
        first = self.x.T @ d_before, d_before.sum(axis=0)
        return *first, self.hidden.T @ self.d_scores, self.d_scores.sum(axis=0)


def _with_d_scores(change: Callable[[Pass], Array]) -> Callable[..., Four]:
    def answer(*inputs: Array) -> Four:
        one = Pass(*inputs)
        one.d_scores = change(one)
        return one.gradients()

    return answer


def _with_d_before(change: Callable[[Pass], Array]) -> Callable[..., Four]:
    def answer(*inputs: Array) -> Four:
        one = Pass(*inputs)
        return one.gradients(change(one))

    return answer


mistake(
    "sum_for_mean",
    "All four gradients are N times too large: the loss is the mean over the batch, so the "
    "gradient at the scores carries the factor 1/N.",
)(_with_d_scores(lambda one: one.softmax - one.one_hot))

mistake(
    "divided_twice",
    "The gradients are divided by N twice: once at the scores is enough, the sums over the batch "
    "that follow are plain sums.",
)(_with_d_scores(lambda one: (one.softmax - one.one_hot) / len(one.x) ** 2))

mistake(
    "divided_by_classes_too",
    "The gradient at the scores is divided by N times C; the mean runs over the N samples only.",
)(_with_d_scores(lambda one: (one.softmax - one.one_hot) / one.scores.size))

mistake(
    "label_not_subtracted",
    "The 1 at the label is not taken off: at the scores the gradient is softmax minus one-hot.",
)(_with_d_scores(lambda one: one.softmax / len(one.x)))

mistake(
    "sign",
    "All gradients have the wrong sign: at the scores it is softmax minus one-hot.",
)(_with_d_scores(lambda one: (one.one_hot - one.softmax) / len(one.x)))

mistake(
    "softmax_missing",
    "The scores themselves stand where their softmax should: this is the gradient of a squared "
    "error.",
)(_with_d_scores(lambda one: (one.scores - one.one_hot) / len(one.x)))


def _over_the_batch(one: Pass) -> Array:
    powers = np.exp(one.scores - one.scores.max(axis=0))
    return (powers / powers.sum(axis=0) - one.one_hot) / len(one.x)


mistake(
    "softmax_over_the_batch",
    "The softmax runs down the batch (axis 0); the classes of one sample compete, along axis 1.",
)(_with_d_scores(_over_the_batch))


def _gradient_of_softmax(one: Pass) -> Array:
    d = (one.softmax - one.one_hot) / len(one.x)
    return d * one.softmax * (1 - one.softmax)


mistake(
    "softmax_differentiated_twice",
    "softmax minus one-hot is already the gradient by the scores: softmax (1 - softmax) is in it.",
)(_with_d_scores(_gradient_of_softmax))

mistake(
    "relu_mask_missing",
    "The gradient passes through the ReLU as if it were not there: where the number before the "
    "ReLU was negative, nothing may pass.",
    see="The chain rule",
)(_with_d_before(lambda one: one.d_hidden))

mistake(
    "relu_of_gradient",
    "The ReLU is applied to the gradient. It is the number that went forward that decides what "
    "passes: d_hidden * (before > 0).",
    see="The chain rule",
)(_with_d_before(lambda one: np.maximum(one.d_hidden, 0)))

mistake(
    "relu_mask_turned",
    "The mask of the ReLU is the wrong way round: the gradient passes where the number before the "
    "ReLU was positive.",
    see="The chain rule",
)(_with_d_before(lambda one: one.d_hidden * (one.before <= 0)))

mistake(
    "multiplied_by_hidden",
    "At the ReLU the gradient is multiplied by the hidden values themselves; the ReLU's derivative "
    "is 1 or 0.",
    see="The chain rule",
)(_with_d_before(lambda one: one.d_hidden * one.hidden))

mistake(
    "sigmoid_derivative",
    "At the hidden layer this takes the derivative h (1 - h), that of a sigmoid; this network has "
    "a ReLU.",
    see="The chain rule",
)(_with_d_before(lambda one: one.d_hidden * one.hidden * (1 - one.hidden)))

mistake(
    "leaky_relu_derivative",
    "Where the number before the ReLU was negative a little still passes: the slope is 0 here.",
    see="The chain rule",
)(_with_d_before(lambda one: basics.leaky_relu_backward(one.before, one.d_hidden)))


@mistake(
    "before_the_relu",
    "dw2 is made from the numbers before the ReLU. The second layer saw what came out of the ReLU.",
)
def _(*inputs: Array) -> Four:
    one = Pass(*inputs)
    dw1, db1, _, db2 = one.gradients()
    return dw1, db1, one.before.T @ one.d_scores, db2


@mistake(
    "input_for_hidden",
    "dw2 is made from x. The second layer saw the hidden values: a layer's weight gradient is its "
    "own input, transposed, times the gradient that comes from above.",
)
def _(*inputs: Array) -> Four:
    one = Pass(*inputs)
    dw1, db1, _, db2 = one.gradients()
    return dw1, db1, one.x.T @ one.d_scores, db2


@mistake(
    "relu_forgotten_forwards",
    "The ReLU is missing in the forward pass: the scores come from the hidden numbers after it.",
)
def _(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    one = Pass(x, labels, w1, b1, w2, b2)
    one.hidden = one.before
    scores = one.hidden @ w2 + b2
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    one.d_scores = (powers / powers.sum(axis=1, keepdims=True) - one.one_hot) / len(x)
    return one.gradients(one.d_hidden)


@mistake(
    "bias_gradient_averaged",
    "The bias gradients are averaged over the batch. The factor 1/N is in the gradient at the "
    "scores already: from there on the batch is summed.",
)
def _(*inputs: Array) -> Four:
    dw1, db1, dw2, db2 = basics.backward(*inputs)
    n = len(inputs[0])
    return dw1, db1 / n, dw2, db2 / n


@mistake(
    "bias_gradient_not_divided",
    "The weight gradients are means over the batch, but the bias gradients are sums: all four come "
    "from the same loss.",
)
def _(*inputs: Array) -> Four:
    dw1, db1, dw2, db2 = basics.backward(*inputs)
    n = len(inputs[0])
    return dw1, db1 * n, dw2, db2 * n


@mistake(
    "bias_gradient_missing",
    "The bias gradients are 0 (or 1): the bias is added to every sample's row, so its gradient is "
    "the sum of those rows' gradients.",
)
def _(*inputs: Array) -> Four:
    dw1, db1, dw2, db2 = basics.backward(*inputs)
    return dw1, np.zeros_like(db1), dw2, np.zeros_like(db2)


@mistake("bias_gradient_missing")
def _(*inputs: Array) -> Four:
    dw1, db1, dw2, db2 = basics.backward(*inputs)
    return dw1, np.ones_like(db1), dw2, np.ones_like(db2)


@mistake(
    "bias_gradient_as_matrix",
    "A bias gradient came as (1, n) or (N, n): it has the shape of the bias, (n,). Sum over the "
    "batch, axis 0, without keepdims.",
)
def _(*inputs: Array) -> Four:
    dw1, db1, dw2, db2 = basics.backward(*inputs)
    return dw1, db1[None], dw2, db2[None]


@mistake("bias_gradient_as_matrix")
def _(*inputs: Array) -> Four:
    one = Pass(*inputs)
    dw1, _, dw2, _ = one.gradients()
    return dw1, one.d_hidden * (one.before > 0), dw2, one.d_scores


@mistake(
    "bias_summed_over_neurons",
    "The bias gradients are summed over the neurons (axis 1); it is the batch that is summed, "
    "axis 0.",
)
def _(*inputs: Array) -> Four:
    one = Pass(*inputs)
    dw1, _, dw2, _ = one.gradients()
    return dw1, (one.d_hidden * (one.before > 0)).sum(axis=1), dw2, one.d_scores.sum(axis=1)


@mistake(
    "transposed",
    "A weight gradient lies on its side: dw1 has the shape of w1. It is the layer's input, "
    "transposed, times the gradient that comes from above.",
)
def _(*inputs: Array) -> Four:
    dw1, db1, dw2, db2 = basics.backward(*inputs)
    return dw1.T, db1, dw2.T, db2


@mistake(
    "second_layer_first",
    "The order of the results is dw1, db1, dw2, db2: yours begins with the second layer, where the "
    "work begins.",
)
def _(*inputs: Array) -> Four:
    dw1, db1, dw2, db2 = basics.backward(*inputs)
    return dw2, db2, dw1, db1


@mistake(
    "w2_not_transposed",
    "The gradient goes back through w2 transposed, (C, H): d_scores @ w2.T. With as many classes "
    "as hidden neurons w2 itself fits too, and is wrong.",
    crash=r"matmul|not aligned|mismatch in its core dimension",
)
def _(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    one = Pass(x, labels, w1, b1, w2, b2)
    return one.gradients((one.d_scores @ w2) * (one.before > 0))


@mistake(
    "step_instead_of_gradient",
    "These are parameters after a step, or gradients times a learning rate; the gradients alone "
    "are asked for.",
)
def _(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    gradients = basics.backward(x, labels, w1, b1, w2, b2)
    return tuple(p - g for p, g in zip((w1, b1, w2, b2), gradients, strict=True))


@mistake(*CHANGES_INPUT)
def _(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    gradients = basics.backward(x, labels, w1, b1, w2, b2)
    for parameter, gradient in zip((w1, b1, w2, b2), gradients, strict=True):
        parameter -= gradient.astype(parameter.dtype)
    return gradients


@exercise.limitation(
    "softmax_overflows",
    "The softmax overflows at large scores and gives NaN: take each row's largest score off before "
    "exp, as in cross_entropy.",
)
def _(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    one = Pass(x, labels, w1, b1, w2, b2)
    powers = np.exp(one.scores)
    one.d_scores = (powers / powers.sum(axis=1, keepdims=True) - one.one_hot) / len(x)
    return one.gradients()


@exercise.limitation(*FLOAT32)
def _(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    rest = (a.astype(np.float32) for a in (w1, b1, w2, b2))
    return basics.backward(x.astype(np.float32), labels, *rest)
