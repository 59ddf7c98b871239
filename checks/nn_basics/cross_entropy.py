"""nn_basics.cross_entropy: how surprised a softmax is by the labels, from raw scores."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from checks.exercise import Arrays, Case, Exercise, Part
from checks.nn_basics.common import MANNERS, limit_of, typed
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from checks.vanilla_gan.common import grid
from gan_utils import basics

Array = np.ndarray


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case("core", _drawn(rng, 8, 3, 3.0), "scores (8, 3)"),
        _case("core", _drawn(rng, 5, 2, 5.0), "scores (5, 2)"),
        _case("core", _drawn(rng, 4, 4, 2.0), "scores (4, 4)"),
        _case("core", _drawn(rng, 6, 10, 8.0), "scores (6, 10)"),
        _case("core", _drawn(rng, 6, 3, 2.0, shift=40.0), "scores (6, 3), near 40"),
        _case("large", _drawn(rng, 6, 3, 2.0, shift=1000.0), "scores (6, 3), near 1000"),
        _case("large", _drawn(rng, 6, 3, 2.0, shift=-1000.0), "scores (6, 3), near -1000"),
        _case("large", _far_apart(rng, 5, 3), "scores of 1000 and -1000 in each row"),
        _case("large", _far_apart(rng, 4, 6), "scores of 1000 and -1000 in each row, six classes"),
        _case("large", _levels(rng, 6, 3), "rows near 1000 and rows near -1000"),
        _case("batch of one", _drawn(rng, 1, 4, 3.0), "scores (1, 4)"),
        _case("float64", _drawn(rng, 6, 3, 3.0), "scores (6, 3), float64", "float64"),
    ]


def _drawn(
    rng: np.random.Generator, n: int, classes: int, scale: float, shift: float = 0.0
) -> Arrays:
    return {
        "scores": grid(rng, (n, classes), scale) + shift,
        "labels": rng.integers(0, classes, n),
    }


def _far_apart(rng: np.random.Generator, n: int, classes: int) -> Arrays:
    """Every row holds 1000 and -1000 and numbers between; some labels are surely wrong."""
    drawn = _drawn(rng, n, classes, 900.0)
    order = rng.permuted(np.tile(np.arange(classes), (n, 1)), axis=1)
    rows = np.arange(n)
    drawn["scores"][rows, order[:, 0]], drawn["scores"][rows, order[:, 1]] = 1000.0, -1000.0
    drawn["labels"][0], drawn["labels"][1] = order[0, 1], order[1, 0]
    return drawn


def _levels(rng: np.random.Generator, n: int, classes: int) -> Arrays:
    """Every second row lies far above the others."""
    drawn = _drawn(rng, n, classes, 3.0)
    drawn["scores"] += np.where(np.arange(n) % 2, 1000.0, -1000.0)[:, None]
    return drawn


def _case(part: str, inputs: Arrays, title: str, dtype: str = "float32") -> Case:
    return Case(part, title, typed(inputs, dtype), limit_of(dtype))


exercise = Exercise(
    name="nn_basics.cross_entropy",
    signature="cross_entropy(scores: Array, labels: Array) -> float",
    about="mean of -log softmax(scores)[label], for scores (N, C) and labels (N,): a number",
    see="Cross-entropy on scores",
    parts=(
        Part("core", 4, "the loss"),
        Part("large", 2, "scores of a thousand"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 scores"),
    ),
    probe=ArraysProbe(("scores", "labels")),
    rules={"value": Close(), **MANNERS},
    cases=_cases,
    reference=basics.cross_entropy,
    references=("gan_utils.basics.cross_entropy",),
)
variant = exercise.variant


@variant
def by_logaddexp(scores: Array, labels: Array) -> float:
    total = np.logaddexp.reduce(scores, axis=1)
    return float(np.mean(total - scores[np.arange(len(scores)), labels]))


@variant
def by_one_hot(scores: Array, labels: Array) -> float:
    one_hot = np.eye(scores.shape[1])[labels]
    highest = scores.max(axis=1, keepdims=True)
    logs = scores - highest - np.log(np.exp(scores - highest).sum(axis=1, keepdims=True))
    return -(one_hot * logs).sum() / len(scores)


@variant
def by_take_along_axis(scores: Array, labels: Array) -> float:
    shifted = scores - scores.max(axis=1)[:, None]
    picked = np.take_along_axis(shifted, labels[:, None], axis=1)[:, 0]
    return np.average(np.log(np.exp(shifted).sum(axis=1)) - picked)


@variant
def by_loops(scores: Array, labels: Array) -> float:
    total = 0.0
    for row, label in zip(scores, labels, strict=True):
        row = row.astype(np.float64)
        highest = max(row)
        total += highest - row[label] + np.log(sum(np.exp(s - highest) for s in row))
    return total / len(scores)


@variant
def by_differences(scores: Array, labels: Array) -> float:
    against = scores - scores[np.arange(len(scores)), labels][:, None]
    return np.logaddexp.reduce(against, axis=1).mean()


@variant
def by_torch(scores: Array, labels: Array) -> torch.Tensor:
    return F.cross_entropy(torch.from_numpy(scores), torch.from_numpy(labels))


@variant
def array_of_one(scores: Array, labels: Array) -> Array:
    return np.array([basics.cross_entropy(scores, labels)])
