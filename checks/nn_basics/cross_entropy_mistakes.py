"""The known wrong ways of nn_basics.cross_entropy."""

from __future__ import annotations

import numpy as np

from checks.nn_basics.common import CHANGES_INPUT, FLOAT32
from checks.nn_basics.cross_entropy import Array, exercise
from gan_utils import basics

mistake = exercise.mistake


def _softmax(scores: Array, axis: int | None = 1) -> Array:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _logs(scores: Array) -> Array:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _picked(values: Array, labels: Array) -> Array:
    return values[np.arange(len(labels)), labels]


@mistake("sum_for_mean", "The losses of the batch are added up; the formula takes their mean.")
def _(scores: Array, labels: Array) -> float:
    return -_picked(_logs(scores), labels).sum()


@mistake("sign", "The sign is turned round: minus the logarithm, so that a loss is not negative.")
def _(scores: Array, labels: Array) -> float:
    return _picked(_logs(scores), labels).mean()


@mistake(
    "softmax_missing",
    "The scores themselves are taken for logarithms of probabilities: log sum exp is missing.",
)
def _(scores: Array, labels: Array) -> float:
    return -_picked(scores, labels).mean()


@mistake(
    "log_of_scores",
    "The logarithm is taken of the scores themselves. A score is any real number; a softmax makes "
    "probabilities of them first.",
)
def _(scores: Array, labels: Array) -> float:
    return -np.log(_picked(scores, labels)).mean()


@mistake(
    "logarithm_missing",
    "This is the mean probability of the label, or what it lacks to 1, without the logarithm.",
)
def _(scores: Array, labels: Array) -> float:
    return -_picked(_softmax(scores), labels).mean()


@mistake("logarithm_missing")
def _(scores: Array, labels: Array) -> float:
    return 1 - _picked(_softmax(scores), labels).mean()


@mistake("logarithm_missing")
def _(scores: Array, labels: Array) -> float:
    return _picked(_softmax(scores), labels).mean()


@mistake(
    "softmax_twice",
    "The softmax is applied twice: once to the scores, and once more inside the loss.",
)
def _(scores: Array, labels: Array) -> float:
    return basics.cross_entropy(_softmax(scores), labels)


@mistake(
    "over_the_batch",
    "The softmax runs down the batch (axis 0). The classes of one sample compete: axis 1.",
)
def _(scores: Array, labels: Array) -> float:
    return -np.log(_picked(_softmax(scores, axis=0), labels) + 1e-300).mean()


@mistake("over_the_batch")
def _(scores: Array, labels: Array) -> float:
    return -np.log(_picked(_softmax(scores, axis=None), labels)).mean()


@mistake(
    "divided_by_classes_too",
    "The mean runs over all N times C entries; only N of them are losses. Divide by the batch.",
)
def _(scores: Array, labels: Array) -> float:
    return -(np.eye(scores.shape[1])[labels] * _logs(scores)).mean()


@mistake(
    "every_label_with_every_row",
    "scores[:, labels] picks all labels in every row, (N, N) numbers. Row i needs its own label "
    "only: scores[np.arange(N), labels].",
)
def _(scores: Array, labels: Array) -> float:
    return -_logs(scores)[:, labels].mean()


@mistake(
    "labels_from_one",
    "The labels are counted from 1 here; they count from 0, as the columns of the scores do.",
)
def _(scores: Array, labels: Array) -> float:
    return -_picked(_logs(scores), labels - 1).mean()


@mistake(
    "best_class_instead_of_label",
    "This is the loss of the class with the largest score; it must be that of the label.",
)
def _(scores: Array, labels: Array) -> float:
    return -_logs(scores).max(axis=1).mean()


@mistake(
    "all_classes",
    "The logarithms of all classes are averaged; only that of the label counts.",
)
def _(scores: Array, labels: Array) -> float:
    return -_logs(scores).mean()


@mistake("all_classes")
def _(scores: Array, labels: Array) -> float:
    return -_logs(scores).sum(axis=1).mean()


@mistake("base_two", "The logarithm has the base 2 or 10; the loss takes the natural one, np.log.")
def _(scores: Array, labels: Array) -> float:
    return -_picked(_logs(scores), labels).mean() / np.log(2)


@mistake("base_two")
def _(scores: Array, labels: Array) -> float:
    return -_picked(_logs(scores), labels).mean() / np.log(10)


@mistake("squared_error", "This is a squared error between softmax and label, not cross-entropy.")
def _(scores: Array, labels: Array) -> float:
    return ((_softmax(scores) - np.eye(scores.shape[1])[labels]) ** 2).sum(axis=1).mean()


@mistake("squared_error")
def _(scores: Array, labels: Array) -> float:
    return ((_softmax(scores) - np.eye(scores.shape[1])[labels]) ** 2).mean()


@mistake(
    "sigmoid_for_softmax",
    "Each score goes through a sigmoid alone; with several classes they share one softmax.",
)
def _(scores: Array, labels: Array) -> float:
    return np.logaddexp(0, -_picked(scores, labels)).mean()


@mistake("sigmoid_for_softmax")
def _(scores: Array, labels: Array) -> float:
    signs = 1 - 2 * np.eye(scores.shape[1])[labels]
    return np.logaddexp(0, signs * scores).sum(axis=1).mean()


@mistake("not_averaged", "There is one loss per sample, (N,); the result must be their mean.")
def _(scores: Array, labels: Array) -> Array:
    return -_picked(_logs(scores), labels)


@mistake("exp_forgotten", "The sum runs over the scores; it must run over exp(score).")
def _(scores: Array, labels: Array) -> float:
    return (np.log(np.abs(scores.sum(axis=1))) - _picked(scores, labels)).mean()


@mistake("exp_forgotten")
def _(scores: Array, labels: Array) -> float:
    return (np.log(scores.sum(axis=1)) - _picked(scores, labels)).mean()


@mistake(
    "shifted_only_once",
    "The largest score is taken off in one place and not in the other: both the sum and the "
    "label's score must be shifted, or neither.",
)
def _(scores: Array, labels: Array) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=1)) - _picked(scores, labels)).mean()


@mistake("logarithm_of_sum_missing", "The sum of exponentials is there, but its logarithm is not.")
def _(scores: Array, labels: Array) -> float:
    return (np.exp(scores).sum(axis=1) - _picked(scores, labels)).mean()


@mistake(*CHANGES_INPUT)
def _(scores: Array, labels: Array) -> float:
    scores -= scores.max(axis=1, keepdims=True)
    return basics.cross_entropy(scores, labels)


@exercise.limitation(
    "exp_overflows",
    "exp(1000) is infinite, and infinity over infinity is NaN. Take each row's largest score off "
    "before exp: the softmax does not change.",
)
def _(scores: Array, labels: Array) -> float:
    powers = np.exp(scores)
    return -np.log(_picked(powers, labels) / powers.sum(axis=1)).mean()


@exercise.limitation("exp_overflows")
def _(scores: Array, labels: Array) -> float:
    return (np.log(np.exp(scores).sum(axis=1)) - _picked(scores, labels)).mean()


@exercise.limitation("exp_overflows")
def _(scores: Array, labels: Array) -> float:
    powers = np.exp(scores)
    logs = np.log(powers / powers.sum(axis=1, keepdims=True))
    return -(np.eye(scores.shape[1])[labels] * logs).sum() / len(labels)


@exercise.limitation(
    "log_of_zero",
    "A probability that is too small for a float becomes exactly 0, and its logarithm -infinity. "
    "Do not form the probability: log softmax is score minus log-sum-exp.",
)
def _(scores: Array, labels: Array) -> float:
    return -np.log(_picked(_softmax(scores), labels)).mean()


@exercise.limitation("log_of_zero")
def _(scores: Array, labels: Array) -> float:
    return -(np.eye(scores.shape[1])[labels] * np.log(_softmax(scores))).sum() / len(labels)


@exercise.limitation(
    "log_cut_off",
    "The logarithm is cut off, by a small number inside it or a clip: a loss of 2000 comes out as "
    "a few dozen, and its gradient as 0. Do not form the probability: log softmax is score minus "
    "log-sum-exp.",
)
def _(scores: Array, labels: Array) -> float:
    return -np.log(_picked(_softmax(scores), labels) + 1e-12).mean()


@exercise.limitation("log_cut_off")
def _(scores: Array, labels: Array) -> float:
    return -np.log(np.clip(_picked(_softmax(scores.astype(float)), labels), 1e-15, 1)).mean()


@exercise.limitation(
    "one_maximum_for_all",
    "One number is taken off all scores, the largest of the batch: a row far below it underflows "
    "to 0. Every row needs its own maximum (axis=1, keepdims=True).",
)
def _(scores: Array, labels: Array) -> float:
    shifted = scores - scores.max()
    return (np.log(np.exp(shifted).sum(axis=1)) - _picked(shifted, labels)).mean()


@exercise.limitation(*FLOAT32)
def _(scores: Array, labels: Array) -> float:
    return basics.cross_entropy(scores.astype(np.float32), labels)
