"""The known wrong ways of nn_basics.moons_classifier."""

from __future__ import annotations

import numpy as np

from checks.exercise import Arrays
from checks.nn_basics.moons_classifier import ACCURACY_NEEDED, Array, as_scores, exercise
from gan_utils.data.moons import nearer_moon

mistake = exercise.mistake


def _poor(seen: Arrays) -> bool:
    return bool(seen["accuracy"] < ACCURACY_NEEDED)


@mistake(
    "random_inside",
    "The same points get other scores every time: something random happens in the prediction. "
    "Training may be random; a trained network is not.",
    recognise=lambda seen: not seen["fixed"],
)
def _(points: Array) -> Array:
    return as_scores(nearer_moon(points)) + 0.1 * np.random.randn(len(points), 2)


@mistake("random_inside")
def _(points: Array) -> Array:
    return np.random.randn(len(points), 2)


@mistake(
    "depends_on_batch",
    "A point's scores depend on its neighbours in the batch: a softmax down the batch, or a mean "
    "over it.",
    recognise=lambda seen: not seen["alone"],
)
def _(points: Array) -> Array:
    powers = np.exp(as_scores(nearer_moon(points)))
    return powers / powers.sum(axis=0)


@mistake("depends_on_batch")
def _(points: Array) -> Array:
    return as_scores(np.arange(len(points)) % 2)


@mistake(
    "classes_swapped",
    "Nearly every point gets the other class. The classifier has learnt, but its columns are "
    "swapped: column 0 is the score of class 0. Or the loss was climbed instead of descended.",
    recognise=lambda seen: seen["accuracy"] < 1 - ACCURACY_NEEDED,
)
def _(points: Array) -> Array:
    return as_scores(1 - nearer_moon(points))


@mistake(
    "one_class_for_all",
    "Every point gets the same class: the scores do not depend on the point as they should. Look "
    "for a learning rate that is far too large, or gradients that never arrive.",
    recognise=lambda seen: min(seen["share_of_ones"], 1 - seen["share_of_ones"]) < 0.02,
)
def _(points: Array) -> Array:
    return as_scores(np.zeros(len(points), dtype=int))


@mistake("one_class_for_all")
def _(points: Array) -> Array:
    return as_scores(np.ones(len(points), dtype=int))


@mistake("one_class_for_all")
def _(points: Array) -> Array:
    return np.zeros((len(points), 2))


@mistake(
    "straight_line",
    "The boundary is a straight line, and no line parts the moons. Either the ReLU between the "
    "layers is missing, since two layers without it are one, or training stopped long before the "
    "bend was learnt.",
    recognise=lambda seen: _poor(seen) and seen["accuracy"] > 0.7 and seen["straight"] > 0.985,
)
def _(points: Array) -> Array:
    margin = 0.5 * (points[:, 0] - 0.5) - (points[:, 1] - 0.25)
    return np.stack([-margin, margin], axis=1)


@mistake("straight_line")
def _(points: Array) -> Array:
    return as_scores((points[:, 1] < 0.25).astype(int))


@mistake(
    "not_far_enough",
    "The boundary bends already, but not enough: train longer, or with a larger learning rate.",
    recognise=lambda seen: _poor(seen) and seen["accuracy"] > 0.7,
)
def _(points: Array) -> Array:
    inside = np.linalg.norm(points - np.array([1.0, 0.5]), axis=1) < 1.35
    return as_scores((inside & (points[:, 1] < 0.45)).astype(int))


@mistake(
    "not_trained",
    "Hardly better than guessing: the network is untrained, or each step undid the last one.",
    recognise=_poor,
)
def _(points: Array) -> Array:
    return as_scores((points[:, 0] * points[:, 1] > 0.1).astype(int))


@mistake(
    "labels_returned",
    "These are labels, or one score a point, (N,) or (N, 1): the scores of both classes are asked "
    "for, (N, 2).",
    crash=r"gave the shape \(\d+(, 1|,)\)",
)
def _(points: Array) -> Array:
    return nearer_moon(points)


@mistake("labels_returned")
def _(points: Array) -> Array:
    return nearer_moon(points)[:, None]


@mistake(
    "lies_on_its_side",
    "The scores lie on their side, (2, N): one point is one row, (N, 2).",
)
def _(points: Array) -> Array:
    return as_scores(nearer_moon(points)).T
